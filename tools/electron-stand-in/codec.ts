// Structured clone as text. CDP carries strings only, IPC must carry Dates, Maps, bytes, undefined and cycles.
// Both functions are also injected into the page as source text, so neither may refer to anything outside itself.
//
// Wire form: {"root": child, "nodes": [node, …]}. A child is a JSON primitive, or [index] for nodes[index], or
// [0, text] for a number JSON cannot say, [1, digits] for a bigint, [2] for undefined, [3] for an array hole.

/**
 * @returns the wire text of `value`.
 * @throws Error "An object could not be cloned." for functions, symbols, promises and other things that cannot cross.
 */
export function encodeValue(value: unknown): string {
  const nodes: unknown[] = [];
  const seen = new Map<object, number>();
  const base64 = (bytes: Uint8Array): string => {
    let text = '';
    // In pieces, because the argument list of one call is limited.
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
  };
  const refuse = (): never => {
    throw new Error('An object could not be cloned.');
  };
  const entries = (object: object): unknown[] =>
    Object.entries(object).flatMap(([key, entry]: [string, unknown]) => [key, child(entry)]);
  const node = (object: object): unknown => {
    const tag = Object.prototype.toString.call(object).slice(8, -1);
    if (Array.isArray(object)) return ['a', Array.from(object, (entry, at) => (at in object ? child(entry) : [3]))];
    if (ArrayBuffer.isView(object)) {
      const { buffer, byteOffset, byteLength } = object;
      return ['v', tag, base64(new Uint8Array(buffer, byteOffset, byteLength))];
    }
    if (object instanceof Error) {
      return ['e', object.name, object.message, object.stack ?? '', 'cause' in object ? child(object.cause) : [2]];
    }
    switch (tag) {
      case 'Date':
        return ['d', child((object as Date).getTime())];
      case 'RegExp':
        return ['r', (object as RegExp).source, (object as RegExp).flags];
      case 'Map':
        return ['m', [...(object as Map<unknown, unknown>)].flatMap(([key, entry]) => [child(key), child(entry)])];
      case 'Set':
        return ['s', Array.from(object as Set<unknown>, child)];
      case 'ArrayBuffer':
        return ['b', base64(new Uint8Array(object as ArrayBuffer))];
      case 'Object':
        return ['o', entries(object)];
      default:
        return refuse();
    }
  };
  const child = (entry: unknown): unknown => {
    switch (typeof entry) {
      case 'number':
        return Number.isFinite(entry) && !Object.is(entry, -0)
          ? entry
          : [0, Object.is(entry, -0) ? '-0' : String(entry)];
      case 'bigint':
        return [1, String(entry)];
      case 'undefined':
        return [2];
      case 'string':
      case 'boolean':
        return entry;
      case 'object': {
        if (entry === null) return null;
        const known = seen.get(entry);
        if (known !== undefined) return [known + 4];
        const index = nodes.push(null) - 1;
        // Known before it is walked: a cycle ends here.
        seen.set(entry, index);
        nodes[index] = node(entry);
        return [index + 4];
      }
      case 'function':
      case 'symbol':
        return refuse();
    }
  };
  const root = child(value);
  return JSON.stringify({ root, nodes });
}

/** @returns the value `encodeValue` was given, made of this realm's own objects. */
export function decodeValue(wire: string): unknown {
  const { root, nodes } = JSON.parse(wire) as { root: unknown; nodes: [string, ...unknown[]][] };
  const made = new Map<number, unknown>();
  const bytes = (text: unknown): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(atob(text as string), (c) => c.charCodeAt(0));
  const build = (index: number): unknown => {
    const [tag, first, second, third, fourth] = nodes[index] as [string, ...unknown[]];
    const keep = <T>(object: T): T => {
      made.set(index, object);
      return object;
    };
    const list = first as unknown[];
    switch (tag) {
      case 'a': {
        const array = keep(new Array<unknown>(list.length));
        list.forEach((entry, at) => {
          if (!(Array.isArray(entry) && entry[0] === 3)) array[at] = value(entry);
        });
        return array;
      }
      case 'o': {
        const object = keep<Record<string, unknown>>({});
        for (let at = 0; at < list.length; at += 2) {
          // defineProperty, so that a key named __proto__ stays a plain key.
          Object.defineProperty(object, list[at] as string, {
            value: value(list[at + 1]),
            configurable: true,
            enumerable: true,
            writable: true,
          });
        }
        return object;
      }
      case 'm': {
        const map = keep(new Map<unknown, unknown>());
        for (let at = 0; at < list.length; at += 2) map.set(value(list[at]), value(list[at + 1]));
        return map;
      }
      case 's': {
        const set = keep(new Set<unknown>());
        for (const entry of list) set.add(value(entry));
        return set;
      }
      case 'd':
        return keep(new Date(value(first) as number));
      case 'r':
        return keep(new RegExp(first as string, second as string));
      case 'b':
        return keep(bytes(first).buffer);
      case 'v': {
        const { buffer } = bytes(second);
        const View = Reflect.get(globalThis, first as string) as new (of: ArrayBuffer) => object;
        return keep(new View(buffer));
      }
      default: {
        const kinds = new Set(['EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError']);
        const Kind = (
          kinds.has(first as string) ? Reflect.get(globalThis, first as string) : Error
        ) as ErrorConstructor;
        const error = keep(new Kind(second as string));
        error.stack = third as string;
        if (!(Array.isArray(fourth) && fourth[0] === 2)) error.cause = value(fourth);
        return error;
      }
    }
  };
  const value = (child: unknown): unknown => {
    if (!Array.isArray(child)) return child;
    const [head, text] = child as [number, string];
    if (head === 0) return Number(text);
    if (head === 1) return BigInt(text);
    if (head < 4) return undefined;
    return made.has(head - 4) ? made.get(head - 4) : build(head - 4);
  };
  return value(root);
}
