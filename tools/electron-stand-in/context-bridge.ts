type Bridged = (...args: unknown[]) => unknown;

/**
 * `contextBridge` for one window. Data crosses as copies, functions as wrappers, errors as their message alone, and what
 * is exposed is frozen, as in Electron. Unlike Electron both sides are one JavaScript world: the copies keep the preload's
 * objects out of reach, but a page that tampers with built-ins is not kept away from the preload.
 * Injected as source text: it may refer to nothing outside itself.
 */
export function contextBridgeFor(world: object): { exposeInMainWorld(key: string, api: unknown): void } {
  // Electron's own limit on nesting.
  const maximumDepth = 1000;
  const cross = (value: unknown, seen = new Map<object, unknown>(), depth = 0): unknown => {
    if (depth > maximumDepth) throw new Error('Electron contextBridge recursion depth exceeded.');
    if (typeof value === 'symbol') throw new Error('An object could not be cloned.');
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value;
    if (seen.has(value)) return seen.get(value);
    if (typeof value === 'function') {
      const wrapper = (...args: unknown[]): unknown => {
        try {
          return cross((value as Bridged)(...args.map((argument) => cross(argument))));
        } catch (error) {
          throw new Error(error instanceof Error ? error.message : String(error));
        }
      };
      seen.set(value, wrapper);
      return wrapper;
    }
    if (value instanceof Promise) {
      return value.then(
        (result: unknown) => cross(result),
        (error: unknown) => {
          throw cross(error);
        },
      );
    }
    if (value instanceof Error) return new Error(value.message);
    if (value instanceof Node) return value;
    if (Array.isArray(value)) {
      const copy: unknown[] = [];
      seen.set(value, copy);
      for (const entry of value) copy.push(cross(entry, seen, depth + 1));
      return copy;
    }
    if (Object.prototype.toString.call(value) !== '[object Object]') return structuredClone(value);
    const copy: Record<string, unknown> = {};
    seen.set(value, copy);
    for (const [key, entry] of Object.entries(value)) copy[key] = cross(entry, seen, depth + 1);
    return copy;
  };
  const freeze = (value: unknown, seen = new Set<unknown>()): void => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
    seen.add(value);
    if (!ArrayBuffer.isView(value)) Object.freeze(value);
    for (const entry of Object.values(value)) freeze(entry, seen);
  };
  return {
    exposeInMainWorld: (key, api) => {
      if (key in world) throw new Error('Cannot bind an API on top of an existing property on the window object');
      const bridged = cross(api);
      freeze(bridged);
      Object.defineProperty(world, key, { value: bridged, enumerable: true, writable: false, configurable: false });
    },
  };
}
