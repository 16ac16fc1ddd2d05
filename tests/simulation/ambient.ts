// Takes away from the product what is not handed to it: clocks, chance, the turns of the loop, and unwatched databases. Import it
// first, in a process that runs nothing but simulations.
import crypto from 'node:crypto';
import fs from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import zlib from 'node:zlib';
import Database from 'better-sqlite3';
import './loop.ts';
import { Killed, type Machine } from './machine.ts';
import type { World } from './world.ts';

let world: World | null = null;
/** Faults nobody handled; a schedule looks at them in the end. */
export const unhandled: unknown[] = [];

/** From now on everything happens in this world; null gives the real one back. */
export const enter = (next: World | null): void => {
  world = next;
  unhandled.length = 0;
};

/** The store hands errors on in words of its own. */
const isKill = (error: unknown): boolean =>
  error instanceof Killed ||
  (error instanceof Error && (isKill(error.cause) || error.message === new Killed().message));

process.on('unhandledRejection', (error) => {
  if (!isKill(error)) unhandled.push(error);
});

const real = {
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  dateNow: Date.now,
  random: Math.random,
  now: performance.now.bind(performance),
  turn: timers.setImmediate,
  randomBytes: crypto.randomBytes,
};

const mine = (): { world: World; machine: Machine } | null =>
  world === null || world.current === null ? null : { world, machine: world.current };

type Run = (...args: unknown[]) => void;
const simulated = {
  setImmediate: (run: Run, ...args: unknown[]): unknown => {
    const here = mine();
    if (here === null) return real.setImmediate(run, ...args);
    return here.machine.immediate(() => run(...args));
  },
  setTimeout: (run: Run, ms?: number, ...args: unknown[]): unknown => {
    const here = mine();
    if (here === null) return real.setTimeout(run, ms, ...args);
    const callOff = here.world.after(ms ?? 0, here.machine, 'timeout', () => run(...args));
    const timer: object = Object.assign(callOff, { unref: () => timer, ref: () => timer });
    return timer;
  },
  clear: (timer: unknown): void => {
    if (typeof timer === 'function') timer();
    else real.clearTimeout(timer as NodeJS.Timeout);
  },
};

Object.assign(globalThis, {
  setImmediate: simulated.setImmediate,
  setTimeout: simulated.setTimeout,
  clearTimeout: simulated.clear,
});
Date.now = () => (world === null ? real.dateNow() : world.wall());
Math.random = () => (world === null ? real.random() : world.chance.unit());
performance.now = () => (world === null ? real.now() : world.busy());
const turn = (): Promise<void> => {
  const here = mine();
  return here === null ? real.turn() : new Promise((resolve) => void here.machine.immediate(() => resolve()));
};
const randomBytes = (size: number): Buffer => {
  if (world === null) return real.randomBytes(size);
  const { chance } = world;
  return Buffer.from(Array.from({ length: size }, () => chance.below(256)));
};

// What Node does in threads would come back when the machine likes. Here it is done at a turn of the loop, or never, when the
// process is killed before.
const later =
  <A extends unknown[], T>(run: (...args: A) => T) =>
  async (...args: A): Promise<T> => {
    await turn();
    return run(...args);
  };
const { openSync, closeSync } = fs;
const openFor = (path: fs.PathLike, flags?: fs.OpenMode, mode?: fs.Mode | null): number => {
  const file = openSync(path, flags ?? 'r', mode);
  mine()?.machine.files.add(file);
  return file;
};
const closeFor = (file: number): void => {
  mine()?.machine.files.delete(file);
  closeSync(file);
};
const openFile = later((path: string, flags?: string, mode?: number) => {
  const file = openFor(path, flags, mode);
  return {
    read: later((buffer: Buffer, offset: number, length: number, at: number) => {
      return { buffer, bytesRead: fs.readSync(file, buffer, offset, length, at) };
    }),
    write: later((buffer: Buffer, offset: number, length: number, at: number) => {
      return { bytesWritten: fs.writeSync(file, buffer, offset, length, at) };
    }),
    writeFile: later((text: string) => fs.writeFileSync(file, text)),
    sync: later(() => undefined),
    close: later(() => closeFor(file)),
  };
});
const gzip = (
  input: zlib.InputType,
  options: zlib.ZlibOptions,
  done: (error: Error | null, out: Buffer) => void,
): void => {
  const out = zlib.gzipSync(input, options);
  void turn().then(() => done(null, out));
};
Object.assign(fs, { openSync: openFor, closeSync: closeFor });
Object.assign(timers, { setImmediate: turn });
Object.assign(crypto, { randomBytes });
Object.assign(files, {
  open: openFile,
  readFile: later(fs.readFileSync),
  writeFile: later(fs.writeFileSync),
  rename: later(fs.renameSync),
  mkdir: later(fs.mkdirSync),
  rm: later(fs.rmSync),
});
Object.assign(zlib, { gzip });
syncBuiltinESMExports();

// --- databases ---

const owners = new WeakMap<Database.Database, Machine | null>();

const ownerOf = (database: Database.Database): Machine | null => {
  const known = owners.get(database);
  if (known !== undefined) return known;
  const machine = world?.current ?? null;
  owners.set(database, machine);
  machine?.databases.add(database);
  return machine;
};

type Statement = { readonly database: Database.Database; readonly readonly: boolean };
type Method = (this: Statement, ...args: unknown[]) => unknown;
const probe = new Database(':memory:');
const statements = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Record<string, Method>;
probe.close();
for (const name of ['run', 'get', 'all'] as const) {
  const original = statements[name] as Method;
  statements[name] = function (...args) {
    ownerOf(this.database)?.beforeStatement(!this.readonly);
    return original.apply(this, args);
  };
}
const databases = Database.prototype as unknown as Record<
  string,
  (this: Database.Database, ...args: unknown[]) => unknown
>;
for (const name of ['exec', 'pragma', 'prepare'] as const) {
  const original = databases[name];
  databases[name] = function (...args) {
    const owner = ownerOf(this);
    if (name === 'exec') owner?.beforeStatement(true);
    else if (owner?.isAlive === false) throw new Killed();
    return original?.apply(this, args);
  };
}
