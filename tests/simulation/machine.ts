import { closeSync } from 'node:fs';
import type { World } from './world.ts';

/** Thrown into code whose process was killed in the middle of something: it must not touch its files any more. */
export class Killed extends Error {
  constructor() {
    super('this process was killed');
    this.name = 'Killed';
  }
}

/** What is needed of an open database here. */
export type OpenDatabase = {
  readonly open: boolean;
  readonly name: string;
  close(): unknown;
  prepare(sql: string): { get(): unknown; all(): unknown[]; pluck(): { get(): unknown } };
};

/** The structure of both `Clock` ports. */
type Clock = {
  readonly now: () => number;
  readonly elapsed: () => number;
  readonly setTimer: (delayMs: number, run: () => void) => () => void;
};

/** One process: a server or a station from its start to its end. When it is killed, nothing of it happens any more. */
export class Machine {
  readonly name: string;
  readonly world: World;
  readonly clock: Clock;
  /** Databases it has open. */
  readonly databases = new Set<OpenDatabase>();
  /** Other files it has open. */
  readonly files = new Set<number>();
  /** How far this device's clock is off, in ms. */
  skewMs = 0;
  isAlive = true;
  /** It is killed before so many more statements have run. */
  fuse: number | null = null;
  /** So many more writes fit on the disk; the one after them finds it full, and then somebody makes room. */
  roomFor: number | null = null;
  /** Statements so far that may have written something. */
  writes = 0;
  onFuse: () => void = () => undefined;
  #lastTurn = 0;

  constructor(name: string, world: World) {
    this.name = name;
    this.world = world;
    this.clock = {
      now: () => world.wall() + this.skewMs,
      elapsed: () => world.elapsed,
      setTimer: (delayMs, run) => world.after(delayMs <= 0 ? this.#turn() : delayMs, this, 'timer', run),
    };
  }

  /** The next turn of this process's event loop; turns stay in order. */
  immediate(run: () => void): () => void {
    return this.world.after(this.#turn(), this, 'turn', run);
  }

  /** Something slow outside of the loop: a disk, another process. */
  pause(longestMs = 12): Promise<void> {
    const { chance } = this.world;
    if (!chance.once(3)) return Promise.resolve();
    const ms = chance.once(8) ? chance.between(1, longestMs) : chance.between(0, 0.6);
    return new Promise((resolve) => void this.world.after(ms, this, 'slow', resolve));
  }

  /** Before every statement on one of its databases. */
  beforeStatement(isWrite: boolean): void {
    if (!this.isAlive) throw new Killed();
    if (this.fuse !== null) {
      this.fuse -= 1;
      if (this.fuse < 0) {
        this.onFuse();
        throw new Killed();
      }
    }
    if (!isWrite) return;
    this.writes += 1;
    if (this.roomFor === null) return;
    this.roomFor -= 1;
    if (this.roomFor >= 0) return;
    this.roomFor = null;
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  }

  /** Gives the files back once nothing of it runs any more. */
  closeFiles(): void {
    for (const database of this.databases) if (database.open) database.close();
    this.databases.clear();
    for (const file of this.files) closeSync(file);
    this.files.clear();
  }

  #turn(): number {
    const { chance, elapsed } = this.world;
    const at = Math.max(this.#lastTurn, elapsed + (chance.once(40) ? chance.between(0, 4) : chance.between(0, 0.05)));
    this.#lastTurn = at;
    return at - elapsed;
  }
}
