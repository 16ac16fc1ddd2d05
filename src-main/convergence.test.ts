import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '#contract/wire/sync.ts';
import { FakeClock, settled } from './core/fake-clock.ts';
import { FakeServer, shipmentRow } from './core/fake-server.ts';
import { unreachable } from './core/link-fault.ts';
import { Outbox } from './core/outbox.ts';
import { SyncEngine } from './core/sync-engine.ts';
import { sha256 } from './shell/system-clock.ts';
import { StationCache } from './store/cache.ts';
import { StationJournal } from './store/journal.ts';

// One station with its real cache and journal against one log, under every order of push, poll, catch-up, lost answers,
// restarts and restored backups that fast-check comes up with. Whatever happened: when the faults stop, the rows are the
// server's rows, no work is lost, and none took effect twice.

const SHIPMENTS = ['a', 'b', 'c'] as const;

const ACTIONS = {
  commit: fc.constantFrom(...SHIPMENTS).map((id) => ({ do: 'commit' as const, id })),
  remove: fc.constantFrom(...SHIPMENTS).map((id) => ({ do: 'remove' as const, id })),
  push: fc.record({
    do: fc.constant('push' as const),
    back: fc.integer({ min: 0, max: 4 }),
    length: fc.integer({ min: 0, max: 4 }),
  }),
  old: fc.nat(20).map((index) => ({ do: 'again' as const, index })),
  hello: fc.boolean().map((lost) => ({ do: 'hello' as const, lost })),
  poll: fc.boolean().map((lost) => ({ do: 'poll' as const, lost })),
  save: fc.constantFrom(...SHIPMENTS).map((id) => ({ do: 'save' as const, id })),
  send: fc.constantFrom('arrives', 'answer lost', 'never leaves').map((how) => ({ do: 'send' as const, how })),
  restart: fc.constant({ do: 'restart' as const }),
  restore: fc.record({ do: fc.constant('restore' as const), back: fc.integer({ min: 1, max: 3 }), told: fc.boolean() }),
  down: fc.constant({ do: 'down' as const }),
};
const action = fc.oneof(
  { weight: 6, arbitrary: ACTIONS.commit },
  { weight: 1, arbitrary: ACTIONS.remove },
  { weight: 6, arbitrary: ACTIONS.push },
  { weight: 2, arbitrary: ACTIONS.old },
  { weight: 3, arbitrary: ACTIONS.hello },
  { weight: 3, arbitrary: ACTIONS.poll },
  { weight: 4, arbitrary: ACTIONS.save },
  { weight: 4, arbitrary: ACTIONS.send },
  { weight: 2, arbitrary: ACTIONS.restart },
  { weight: 1, arbitrary: ACTIONS.restore },
  { weight: 1, arbitrary: ACTIONS.down },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

class World {
  readonly server = new FakeServer();
  readonly #dir = mkdtempSync(join(tmpdir(), 'dockline-convergence-'));
  readonly #clock = new FakeClock();
  readonly #journal = new StationJournal(':memory:', () => this.#clock.now());
  readonly #frames: Frame[] = [];
  readonly saved: string[] = [];
  #cache = this.#open();
  #engine!: SyncEngine;
  #outbox!: Outbox;
  #how = 'never leaves';
  #joined = false;
  #work = 0;
  #ids = 0;
  #epochs = 1;
  #cursors: { epoch: string; seq: number }[] = [];

  async begin(): Promise<void> {
    for (const id of SHIPMENTS) this.server.put(shipmentRow(id));
    await this.#boot();
  }

  async run(step: Action): Promise<void> {
    const { server } = this;
    switch (step.do) {
      case 'commit':
        server.put(shipmentRow(step.id, { carrier: `C${server.head}` }));
        break;
      case 'remove':
        server.commit({ entity: 'shipment', id: step.id, op: 'evict', row: null, shipmentId: step.id });
        break;
      case 'push': {
        // A server that was restored has no socket of ours in a room before the next hello, which compares chains.
        if (!this.#joined) break;
        const frame = server.frame(Math.max(0, server.head - step.back), step.length);
        this.#frames.push(frame);
        await this.#engine.receive(frame).catch(() => undefined);
        break;
      }
      case 'again': {
        const old = this.#frames[step.index % Math.max(1, this.#frames.length)];
        if (old !== undefined) await this.#engine.receive(old).catch(() => undefined);
        break;
      }
      case 'hello':
        await this.#hello(step.lost).catch(() => undefined);
        break;
      case 'poll':
        if (!step.lost) await this.#engine.poll(0).catch(() => undefined);
        break;
      case 'save':
        await this.#save(step.id);
        break;
      case 'send':
        this.#how = step.how;
        await this.#outbox.pump();
        break;
      case 'restart':
        await this.#cache.close();
        this.#cache = this.#open();
        await this.#boot();
        break;
      case 'restore':
        this.#joined = false;
        this.#frames.length = 0;
        if (step.told) this.#epochs += 1;
        server.restore(Math.max(0, server.head - step.back), step.told ? `epoch-${this.#epochs}` : server.epoch);
        // What is written after a restore is not what was there before.
        server.put(shipmentRow('c', { carrier: `after restore ${this.#epochs}/${server.head}/${this.saved.length}` }));
        break;
      case 'down':
        this.#engine.socketGone();
        break;
    }
    this.#watchCursor();
  }

  /** The faults have stopped. */
  async settle(): Promise<void> {
    this.#how = 'arrives';
    for (let round = 0; round < 6; round += 1) {
      await this.#hello(false);
      await this.#outbox.pump();
      await this.#clock.advance(20_000);
    }
    await settled();
  }

  async check(): Promise<void> {
    const theirs = Object.fromEntries([...this.server.rows()].map(([key, { row }]) => [key, row]));
    const mine = await this.#cache.rows('shipment', [...SHIPMENTS]);
    expect(Object.fromEntries([...mine].map(([id, row]) => [`shipment:${id}`, row]))).toEqual(theirs);
    expect(this.#cache.position()?.cursor).toEqual(this.server.cursorAt(this.server.head));
    expect(this.#outbox.pending()).toEqual([]);
    // Every piece of work was decided by the server as it now is, or stands before a person.
    const open = this.#outbox.all().map(({ mutation }) => String(mutation.args.trailer));
    expect(new Set([...this.server.known(), ...open])).toEqual(new Set([...this.server.known(), ...this.saved]));
  }

  end(): void {
    this.#journal.close();
    void this.#cache.close().then(() => rmSync(this.#dir, { recursive: true, force: true }));
  }

  #open(): StationCache {
    return new StationCache({ dir: this.#dir, now: () => 0, log: () => undefined });
  }

  async #boot(): Promise<void> {
    const cache = this.#cache;
    const { server } = this;
    this.#outbox = new Outbox({
      journal: this.#journal,
      clock: this.#clock,
      random: () => 0.5,
      hash: sha256,
      newId: () => {
        this.#ids += 1;
        return `client-${String(this.#ids).padStart(4, '0')}`;
      },
      log: () => undefined,
      send: async (clientId, mutations) => {
        if (this.#how === 'never leaves') throw unreachable('down');
        const reply = server.push(clientId, mutations);
        // Killed meanwhile: nobody is there any more to take the answer.
        if (this.#outbox !== outbox) return await new Promise<never>(() => undefined);
        if (this.#how === 'answer lost') throw unreachable('lost');
        return reply;
      },
      isReachable: () => this.#outbox === outbox,
      cursor: () => cache.position()?.cursor ?? null,
      onChanged: () => undefined,
    });
    const outbox = this.#outbox;
    this.#engine = new SyncEngine({
      cache,
      clock: this.#clock,
      log: () => undefined,
      http: { changes: async (cursor) => server.changes(cursor), snapshot: () => server.snapshot() },
      beforeApply: async () => undefined,
      applied: async ({ epoch, to, chain }) => outbox.settle({ epoch, seq: to, chain }),
      cleared: async () => undefined,
      beforeLoss: async () => undefined,
      rebuilt: async ({ cursor }) => {
        outbox.settle(cursor);
        outbox.recheck();
      },
    });
    await outbox.load();
    await outbox.setOwner({ key: 'o', userId: 'me', userName: 'Me', role: 'receiver', server: 's' });
  }

  async #hello(lost: boolean): Promise<void> {
    this.#joined ||= !lost;
    const { clientId } = this.#outbox;
    const known = await this.#journal.lastAnswered(clientId);
    await this.#engine.catchUp(async (cursor) => {
      const reply = this.server.hello(cursor);
      if (lost) throw unreachable('lost');
      return reply;
    });
    if (clientId === this.#outbox.clientId) await this.#outbox.reconcile(this.server.lastN(clientId), known);
  }

  async #save(shipmentId: string): Promise<void> {
    this.#work += 1;
    const trailer = `T${this.#work}`;
    const occurredAt = '2026-11-23T08:00:00.000Z';
    await this.#outbox.add({
      type: 'recordArrival',
      args: { shipmentId, trailer },
      occurredAt,
      shipmentId,
      shipmentNumber: null,
    });
    this.saved.push(trailer);
  }

  /** Within one history the cursor never goes back. */
  #watchCursor(): void {
    const now = this.#cache.position()?.cursor;
    const last = this.#cursors.at(-1);
    if (now === undefined) return;
    if (last?.epoch === now.epoch && !this.server.wasRestored) expect(now.seq).toBeGreaterThanOrEqual(last.seq);
    this.#cursors.push(now);
  }
}

describe('a station and the log', () => {
  it('agree when the faults stop, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = new World();
        try {
          await world.begin();
          for (const step of steps) await world.run(step);
          await world.settle();
          await world.check();
          const restored = steps.some((step) => step.do === 'restore');
          // A restored server has lost the effect and its memory of it; otherwise everything happened exactly once.
          if (!restored) for (const [what, times] of world.server.effects) expect(times, what).toBe(1);
        } finally {
          world.end();
        }
      }),
      { numRuns: 120 },
    );
  }, 60_000);
});
