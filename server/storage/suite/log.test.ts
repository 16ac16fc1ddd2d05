import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { frame as frameSchema } from '#contract/wire/sync.ts';
import { CREW, submissionOf } from '../../core/model-dock.ts';
import type { Group, Scope } from '../../core/scope.ts';
import type { RawChange } from '../../core/storage.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';
import { ACME, ALL, NOBODY, NORTH, SOUTH, type SuiteDock } from './suite-dock.ts';

const occurredAt = '2026-11-23T08:00:00.000Z';

const ROB_OF_W1: Scope = { role: 'receiver', warehouses: ['W1'], supplierId: null };

const noteOn = (shipmentId: string, noteId: string) =>
  submissionOf('addNote', { shipmentId, noteId, text: 'x' }, CREW.rob, { occurredAt });

/** The whole log, in pages of about `limit`, checking that every page begins where the last ended. */
const pages = async ({ storage }: SuiteDock, limit: number): Promise<{ ends: number[]; changes: RawChange[] }> => {
  const ends: number[] = [];
  const changes: RawChange[] = [];
  for (let from = 0; from < storage.position().head; ) {
    const page = await storage.readChanges(from, limit);
    expect(page.changes.map(({ seq }) => seq)).toEqual(page.changes.map((_, index) => from + 1 + index));
    expect(page.to).toBe(from + page.changes.length);
    expect(page.to).toBeGreaterThan(from);
    changes.push(...page.changes);
    ends.push(page.to);
    from = page.to;
  }
  return { ends, changes };
};

// The log: dense, whole, in order, and no more to anybody than they may see.
describe.each(STORAGES)('log on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it('builds frames of the contract, with everything between from and to', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const { epoch, head, chain } = dock.storage.position();
    const frame = await dock.storage.readFrame(ALL, 0);
    expect(frameSchema.parse(frame)).toEqual(frame);
    expect(frame).toMatchObject({ epoch, group: ALL.id, from: 0, to: head, head, chain });
    expect(frame.changes.length).toBe(head);
    expect(frame.changes.at(-1)).toMatchObject({
      command: 'announceShipment',
      actor: CREW.lea,
      origin: null,
      op: 'put',
    });
  });

  it('takes a shipment that is sent elsewhere out of one view and into the other whole, in one transaction', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    await dock.do('addNote', { shipmentId: 'S', noteId: 'n', text: 'mind the step' }, CREW.rob);
    const { head } = dock.storage.position();
    await dock.do('amendShipment', { shipmentId: 'S', warehouseId: 'W2' }, CREW.lea);
    // However small a page is asked for.
    const [north, south] = [await dock.storage.readFrame(NORTH, head, 1), await dock.storage.readFrame(SOUTH, head, 1)];
    const all = ['shipment S', 'line S-1', 'line S-2', 'note n'];
    expect(north.changes.map(({ entity, id }) => `${entity} ${id}`)).toEqual(all);
    expect(north.changes.every(({ op, row }) => op === 'evict' && row === null)).toBe(true);
    expect(south.changes.map(({ entity, id }) => `${entity} ${id}`)).toEqual(all);
    expect(south.changes.every(({ op, row }) => op === 'put' && row !== null)).toBe(true);
    const rowsOf = async (group: Group) =>
      (await dock.storage.snapshotPage(group, null, 100)).rows.filter(({ shipmentId }) => shipmentId === 'S');
    expect([(await rowsOf(NORTH)).length, (await rowsOf(SOUTH)).length]).toEqual([0, 4]);
    expect(await dock.storage.findShipment(ROB_OF_W1, 'S')).toBeNull();
  });

  it('shows what was committed since the same position was last read', async () => {
    const dock = await docks.make();
    const { head } = dock.storage.position();
    for (let n = 1; n <= 3; n += 1) {
      await dock.announce(`S${n}`, { lines: [] });
      for (const group of [ALL, NORTH]) {
        expect((await dock.storage.readFrame(group, head)).changes.map(({ id }) => id).at(-1)).toBe(`S${n}`);
        expect((await dock.storage.readFrame(group, head)).to).toBe(head + n);
      }
    }
  });

  it('says where the head is to who may see nothing new', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const { head, chain } = dock.storage.position();
    expect(await dock.storage.readFrame(NOBODY, head - 3)).toMatchObject({
      from: head - 3,
      to: head,
      changes: [],
      chain,
    });
    expect(await dock.storage.readFrame(ALL, head)).toMatchObject({ from: head, to: head, changes: [], chain });
  });

  it('never ends a page within a transaction, however large that is', async () => {
    const dock = await docks.make();
    const lines = Array.from({ length: 40 }, () => ({ quantity: '1' }));
    const before = dock.storage.position().head;
    await dock.announce('BIG', { lines });
    await dock.announce('S');
    const { ends } = await pages(dock, 10);
    expect(ends.filter((end) => end > before)).toEqual([before + 41, before + 44]);
  });

  it('ends a page when it has grown large in bytes', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const text = 'x'.repeat(4000);
    for (let n = 0; n < 200; n += 1) {
      await dock.do('addNote', { shipmentId: 'S', noteId: `n${n}`, text }, CREW.rob);
    }
    const { ends } = await pages(dock, 1000);
    expect(ends.length).toBe(2);
  });

  it('refuses positions it cannot be read from', async () => {
    const dock = await docks.make();
    const { head } = dock.storage.position();
    await expect(dock.storage.readFrame(ALL, head + 1)).rejects.toMatchObject({ code: 'cursor_ahead' });
    await dock.announce('S');
    await expect(dock.storage.readFrame(ALL, head + 4)).rejects.toMatchObject({ code: 'cursor_ahead' });
  });

  it('has a chain wherever a transaction ends, and nowhere else', async () => {
    const dock = await docks.make();
    const { head, chain } = dock.storage.position();
    await dock.announce('S');
    expect(await dock.storage.chainAt(head)).toBe(chain);
    expect(await dock.storage.chainAt(head + 1)).toBeNull();
    expect(await dock.storage.chainAt(head + 3)).toBe(dock.storage.position().chain);
    expect(await dock.storage.chainAt(head + 4)).toBeNull();
    expect((await dock.storage.readFrame(ALL, 0)).from).toBe(0);
    expect(await dock.storage.chainAt(0)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('tells two histories of the same numbers apart', async () => {
    const [one, two] = [await docks.make(), await docks.make()];
    expect(one.storage.position().head).toBe(two.storage.position().head);
    expect(one.storage.position().epoch).not.toBe(two.storage.position().epoch);
    expect(one.storage.position().chain).not.toBe(two.storage.position().chain);
  });

  it('shows each group its own and nothing else', async () => {
    const dock = await docks.make();
    await dock.announce('CANARY-NORTH');
    await dock.announce('CANARY-SOUTH', { warehouseId: 'W2', supplierId: 'ZEN' });
    for (const id of ['CANARY-NORTH', 'CANARY-SOUTH']) {
      await dock.do('addNote', { shipmentId: id, noteId: `note-${id}`, text: `secret of ${id}` }, CREW.rob);
      await dock.do('placeHold', { shipmentId: id, holdId: `hold-${id}`, reason: `held ${id}` }, CREW.rob);
    }
    const text = async (group: typeof ALL) => JSON.stringify(await dock.storage.readFrame(group, 0));
    expect(await text(NORTH)).toContain('secret of CANARY-NORTH');
    expect(await text(NORTH)).not.toContain('CANARY-SOUTH');
    expect(await text(SOUTH)).not.toContain('CANARY-NORTH');
    expect(await text(ACME)).toContain('CANARY-NORTH');
    for (const secret of ['CANARY-SOUTH', 'secret', 'held', 'Rob', 'Lea'])
      expect(await text(ACME)).not.toContain(secret);
    expect(await text(NOBODY)).not.toContain('CANARY');
  });

  it('evicts a door from the warehouse it leaves', async () => {
    const dock = await docks.make();
    const { head } = dock.storage.position();
    await dock.do('defineDoor', { doorId: 'D1', warehouseId: 'W2', name: 'Door 1' }, CREW.edi);
    const ops = async (group: typeof ALL) =>
      (await dock.storage.readFrame(group, head)).changes.map(({ op, row }) => [op, row !== null]);
    expect(await ops(NORTH)).toEqual([['evict', false]]);
    expect(await ops(SOUTH)).toEqual([['put', true]]);
    expect(await ops(ACME)).toEqual([]);
  });

  it('is dense and whole after any mixture of writes, done together or one by one', async () => {
    const write = fc.record({ size: fc.integer({ min: 1, max: 4 }), refused: fc.boolean(), together: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 9 }),
        async (writes, limit) => {
          const dock = await docks.make();
          await dock.announce('S');
          const allowed = new Set([dock.storage.position().head]);
          const pending: Promise<unknown>[] = [];
          const sizes: number[] = [];
          for (const [index, { size, refused, together }] of writes.entries()) {
            const list = Array.from({ length: size }, (_, each) => noteOn('S', `n${index}-${each}`));
            pending.push(dock.storage.submit(refused ? [...list, noteOn('NOT THERE', 'x')] : list));
            if (!refused) sizes.push(size);
            if (!together) await Promise.all(pending);
          }
          await Promise.all(pending);
          let at = [...allowed][0] ?? 0;
          for (const size of sizes) {
            at += size;
            allowed.add(at);
          }
          expect(dock.storage.position().head).toBe(at);
          const { ends } = await pages(dock, limit);
          for (const end of ends.filter((each) => each > Math.min(...allowed))) expect(allowed).toContain(end);
          for (const end of allowed) expect(await dock.storage.chainAt(end)).not.toBeNull();
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it('forgets what is past its time, and history never', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const clock = () => new Date(now);
    const retention = { logDays: 30, logChanges: 5, ledgerDays: 90 };
    const dock = await docks.make({ clock, retention });
    await dock.announce('S');
    const kept = { userId: 'u', key: 'k', hash: 'h', sight: 'staff:*' };
    await dock.storage.keepAnswer(kept, { status: 200, body: '{}', contentType: 'application/json' });
    const old = dock.mutation(1, 'recordArrival', { shipmentId: 'S' });
    await dock.storage.push({ actor: CREW.rob, scope: NORTH_SCOPE }, old.clientId, [old]);
    const { head: oldHead } = dock.storage.position();
    await dock.storage.maintain();
    expect(dock.storage.position().floor).toBe(0);
    now += 100 * 24 * 3600 * 1000;
    for (let n = 0; n < 4; n += 1) await dock.do('addNote', { shipmentId: 'S', noteId: `n${n}`, text: 'x' }, CREW.rob);
    await dock.storage.maintain();
    const { floor, head } = dock.storage.position();
    // Five are kept although they are old; the floor is the end of a transaction at or below that.
    expect(floor).toBeLessThanOrEqual(head - 5);
    expect(floor).toBe(oldHead - 1);
    await expect(dock.storage.readFrame(ALL, floor - 1)).rejects.toMatchObject({ code: 'cursor_too_old' });
    expect((await dock.storage.readFrame(ALL, floor)).changes.length).toBe(head - floor);
    expect(await dock.storage.chainAt(floor)).not.toBeNull();
    expect((await dock.storage.history('S')).length).toBe(6);
    expect(await dock.storage.keptAnswer(kept)).toBeNull();
    expect(await dock.storage.lastN(old.clientId)).toBe(1);
    const replay = await dock.storage.push({ actor: CREW.rob, scope: NORTH_SCOPE }, old.clientId, [old]);
    expect(replay.verdicts).toEqual([{ n: 1, verdict: 'noop', seq: 0 }]);
    const again = await docks.reopen(dock, { clock, retention });
    expect(again.storage.position().floor).toBe(floor);
  });

  it('forgets a piece of work too large for one step as a whole', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const retention = { logDays: 30, logChanges: 2, ledgerDays: 90 };
    const dock = await docks.make({ clock: () => new Date(now), retention });
    const lines = Array.from({ length: 2500 }, () => ({ quantity: '1' }));
    await dock.announce('BIG', { lines });
    const { head: large } = dock.storage.position();
    now += 100 * 24 * 3600 * 1000;
    for (let n = 0; n < 4; n += 1)
      await dock.do('addNote', { shipmentId: 'BIG', noteId: `n${n}`, text: 'x' }, CREW.rob);
    await dock.storage.maintain();
    expect(dock.storage.position().floor).toBe(large);
    expect((await dock.storage.readFrame(ALL, large)).changes).toHaveLength(4);
    await expect(dock.storage.readFrame(ALL, large - 1)).rejects.toMatchObject({ code: 'cursor_too_old' });
  });

  it('keeps a large piece of work whose end is still to be kept', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const dock = await docks.make({
      clock: () => new Date(now),
      retention: { logDays: 30, logChanges: 100, ledgerDays: 90 },
    });
    const { head: before } = dock.storage.position();
    await dock.announce('BIG', { lines: Array.from({ length: 2500 }, () => ({ quantity: '1' })) });
    now += 100 * 24 * 3600 * 1000;
    await dock.storage.maintain();
    expect(dock.storage.position().floor).toBe(before);
  });
});

const NORTH_SCOPE = { role: 'receiver', warehouses: ['W1'], supplierId: null } as const;
