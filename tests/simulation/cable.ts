import type { Frame, PushReply } from '#contract/wire/sync.ts';
import type { Machine } from './machine.ts';
import type { ServerNode } from './server-node.ts';
import type { Session } from './sessions.ts';
import type { World } from './world.ts';

/** What stands between one station and the server; a schedule changes it as it likes. */
export class Cable {
  isOnline = true;
  /** When it was pulled out; null while it is in. */
  offlineSince: number | null = null;
  /** When the server last took a report that counts for a while. */
  reportedOverHttpAt = Number.NEGATIVE_INFINITY;
  /** HTTP passes, sockets do not. */
  blocksSockets = false;
  latencyMs = 2;
  /** Messages wait until then. */
  stalledUntil = 0;
  /** So many more answers to pushes are lost, together with the connection. */
  losesAnswers = 0;
  /** So many more HTTP requests arrive twice. */
  repeatsRequests = 0;
  /** So many more pages are one that was delivered before. */
  stalePages = 0;
  /** So many more snapshots break off. */
  breaksSnapshots = 0;
  readonly pages: Frame[] = [];
}

/** What the network tells whoever checks. */
export type Observer = {
  /** The server sends this to whoever has this token. */
  readonly leaves: (token: string, what: string, text: string) => void;
  /** A pushed frame that does not follow on the one before it came in. */
  readonly hole: (text: string) => void;
  /** The server is about to send its answer to a push. */
  readonly acknowledges: (clientId: string, reply: Partial<PushReply>) => void;
};

export type Surroundings = {
  readonly world: World;
  readonly cable: Cable;
  readonly machine: Machine;
  /** Null while it is down. */
  readonly server: () => ServerNode | null;
  readonly observer: Observer;
};

/** Milliseconds that a message takes now. */
export const delay = ({ world, cable }: Surroundings): number => {
  const { chance } = world;
  const jitter = chance.once(20) ? chance.between(0, 40) : chance.between(0, 1);
  return Math.max(0, cable.stalledUntil - world.elapsed) + cable.latencyMs * (0.5 + chance.unit()) + jitter;
};

/** One TCP connection: in order both ways until it is cut, and then nothing more. */
export class Wire {
  isCut = false;
  session: Session | null = null;
  readonly #at: Surroundings;
  #upAt = 0;
  #downAt = 0;
  #frameTo: number | null = null;

  constructor(at: Surroundings) {
    this.#at = at;
  }

  up(machine: Machine, label: string, run: () => void): void {
    this.#upAt = Math.max(this.#upAt, this.#at.world.elapsed + delay(this.#at));
    this.#carry(this.#upAt, machine, label, run);
  }

  down(label: string, run: () => void): void {
    this.#downAt = Math.max(this.#downAt, this.#at.world.elapsed + delay(this.#at));
    this.#carry(this.#downAt, this.#at.machine, label, run);
  }

  /** Both ends find out in their own time. */
  cut(): void {
    if (this.isCut) return;
    this.isCut = true;
    const { session } = this;
    const server = this.#at.server();
    if (session === null || server === null) return;
    this.#at.world.after(12_000, server.machine, 'ping timeout', () => server.hangUp(session));
  }

  /** Checks that frames of one connection follow one another without a hole. */
  follows(from: number, to: number): boolean {
    const isNext = this.#frameTo === null || from <= this.#frameTo;
    this.#frameTo = to;
    return isNext;
  }

  startsAt(to: number): void {
    this.#frameTo = to;
  }

  #carry(at: number, machine: Machine, label: string, run: () => void): void {
    const { world, cable } = this.#at;
    world.after(at - world.elapsed, machine, label, () => {
      if (!cable.isOnline) this.cut();
      if (!this.isCut) run();
    });
  }
}
