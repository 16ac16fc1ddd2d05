/// <reference types="electron" />
type Key = string | symbol;
type Method = (...args: unknown[]) => unknown;

// Asked for by promises, JSON, inspectors and the CommonJS interop: an answer of undefined is right for them.
const probed = new Set<Key>(['then', 'toJSON', 'inspect', '__esModule', 'asymmetricMatch']);

/**
 * Wraps one object of the Electron API so that a member the stand-in does not have throws when it is touched, instead of
 * being a silent `undefined`. Methods are bound to the wrapped object, because a private field is not reachable through
 * a Proxy; the same member always answers with the same function.
 * @throws Error `electron stand-in: <name>.<member> is not implemented` on reading an absent member.
 */
export const strict = <T extends object>(name: string, target: T): T => {
  const bound = new WeakMap<Method, Method>();
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (value === undefined && typeof key === 'string' && !(key in object) && !probed.has(key)) {
        throw new Error(`electron stand-in: ${name}.${key} is not implemented`);
      }
      if (typeof value !== 'function' || key === 'constructor' || key === 'prototype') return value;
      const method = value as Method;
      const known = bound.get(method) ?? method.bind(object);
      bound.set(method, known);
      return known;
    },
    set: (object, key, value) => Reflect.set(object, key, value, object),
  });
};

/** What an API object is called with `new`: the app gets the instance's facade, and absent statics throw. */
export const strictClass = <T extends object, A extends unknown[]>(
  name: string,
  type: (new (...args: A) => T) & object,
  facade: (made: T) => object,
): typeof type =>
  new Proxy(strict(name, type), {
    construct: (_target, args) => facade(new type(...(args as A))),
  });
