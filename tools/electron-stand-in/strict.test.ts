import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { strict, strictClass } from './strict.ts';

class Lamp extends EventEmitter {
  static count = 0;
  readonly #name: string;
  colour: string | undefined;
  readonly facade = strict('lamp', this);

  constructor(name: string) {
    super();
    this.#name = name;
    Lamp.count += 1;
  }

  name(): string {
    return this.#name;
  }
}

type Loose = Record<string, unknown>;

describe('strict', () => {
  it('throws on touching what is not there, and says what', () => {
    const lamp = strict('lamp', new Lamp('a')) as unknown as Loose;
    expect(() => lamp.dim).toThrow('electron stand-in: lamp.dim is not implemented');
    expect(() => (lamp.dim as () => void)()).toThrow('lamp.dim is not implemented');
  });

  it('lets through what is there: private state, undefined properties, symbols, assignments', () => {
    const lamp = strict('lamp', new Lamp('a'));
    expect(lamp.name()).toBe('a');
    expect(lamp.colour).toBeUndefined();
    expect(lamp.on).toBe(lamp.on);
    lamp.name = () => 'b';
    expect(lamp.name()).toBe('b');
    expect(String(lamp)).toBe('[object Object]');
  });

  it('can be awaited and serialised without throwing', async () => {
    const lamp = strict('lamp', { on: true });
    await expect(Promise.resolve(lamp)).resolves.toBe(lamp);
    expect(JSON.stringify(lamp)).toBe('{"on":true}');
  });

  it('delivers events registered through it', () => {
    const lamp = new Lamp('a');
    const heard: unknown[] = [];
    strict('lamp', lamp).on('lit', (value) => heard.push(value));
    lamp.emit('lit', 1);
    expect(heard).toEqual([1]);
  });

  it('gives the facade to `new`, guards statics and keeps the prototype open to patches', () => {
    const Strict = strictClass('Lamp', Lamp, (lamp) => lamp.facade);
    const before = Lamp.count;
    const lamp = new Strict('c');
    expect(Lamp.count).toBe(before + 1);
    expect(() => (lamp as unknown as Loose).dim).toThrow('lamp.dim is not implemented');
    expect(() => (Strict as unknown as Loose).all).toThrow('Lamp.all is not implemented');
    expect(Strict.prototype).toBe(Lamp.prototype);
  });
});
