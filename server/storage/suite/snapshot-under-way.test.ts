import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { COMMAND_NAMES, type CommandName, commandRule } from '#contract/domain/command-table.ts';
import { sampleArgs } from '../../core/model-commands.ts';
import { CREW } from '../../core/model-dock.ts';
import type { Group } from '../../core/scope.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';
import { ACME, ALL, NORTH, SOUTH, type SuiteDock } from './suite-dock.ts';

type Row = { readonly seq: number; readonly row: Record<string, unknown> };
type Draw = { name: CommandName | 'moveDoor' | 'shorten' | 'rest'; n: number };

/**
 * Steps that end and reopen shipments move rows between the parts of a snapshot, so they are drawn more often, above all the one
 * that brings the shipment back which was closed when it began; rests let it come at any page.
 */
const draw: fc.Arbitrary<Draw> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Draw>({ name: 'rest', n: 0 }) },
  { weight: 1, arbitrary: fc.constant<Draw>({ name: 'reopenShipment', n: 2 }) },
  {
    weight: 3,
    arbitrary: fc.record({
      name: fc.constantFrom<Draw['name']>(
        ...COMMAND_NAMES,
        ...(['completeCount', 'closeShipment', 'cancelShipment', 'moveDoor', 'shorten'] as const),
      ),
      n: fc.nat(2),
    }),
  },
);

const run = async (dock: SuiteDock, { name, n }: Draw): Promise<void> => {
  if (name === 'rest') return;
  if (name === 'moveDoor') {
    const warehouseId = n === 0 ? 'W1' : 'W2';
    await dock.do('defineDoor', { doorId: 'D1', warehouseId, name: 'Door 1' }, CREW.edi);
  } else if (name === 'shorten') {
    await dock.do('amendShipment', { shipmentId: `T${n}`, lines: [{ id: `T${n}-2`, quantity: '1' }] }, CREW.lea);
  } else {
    const actor = Object.values(CREW).find((person) => commandRule(name).who.some((role) => role === person.role));
    const args = sampleArgs(n)[name];
    const about = 'shipmentId' in args && args.shipmentId === 'S' ? { shipmentId: n === 0 ? 'S' : `T${n}` } : {};
    await dock.do(name, { ...args, ...about } as never, actor ?? CREW.lea);
  }
};

/** What a station holds that took a snapshot in small pages while this happened, and then read on. */
const station = async (dock: SuiteDock, group: Group, limit: number, draws: readonly Draw[]) => {
  const { storage } = dock;
  const left = [...draws];
  const { head: from } = storage.position();
  const rows = new Map<string, Row>();
  const put = (key: string, next: Row): void => {
    if (next.seq > (rows.get(key)?.seq ?? -1)) rows.set(key, next);
  };
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof storage.snapshotPage>> = await storage.snapshotPage(group, after, limit);
    for (const { entity, id, seq, text } of page.rows) put(`${entity} ${id}`, { seq, row: JSON.parse(text) });
    after = page.next;
    const next = left.shift();
    if (next !== undefined) await run(dock, next);
  } while (after !== null);
  for (let at = from; at < storage.position().head; ) {
    const frame = await storage.readFrame(group, at);
    for (const { entity, id, seq, op, row } of frame.changes) {
      const key = `${entity} ${id}`;
      if (op === 'put' && row !== null) put(key, { seq, row });
      else if (seq > (rows.get(key)?.seq ?? -1)) rows.delete(key);
    }
    at = frame.to;
  }
  return new Map([...rows].map(([key, { row }]) => [key, row]));
};

const whole = async ({ storage }: SuiteDock, group: Group) => {
  const { rows } = await storage.snapshotPage(group, null, 10_000);
  return new Map(rows.map(({ entity, id, text }) => [`${entity} ${id}`, JSON.parse(text)]));
};

// Whatever happens while a snapshot is read: together with the changes since its first line it comes to what is there.
describe.each(STORAGES)('a snapshot under way on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it.each([
    ['all', ALL],
    ['north', NORTH],
    ['south', SOUTH],
    ['a supplier', ACME],
  ] as const)(
    'converges for %s',
    async (_who, group) => {
      await fc.assert(
        fc.asyncProperty(fc.array(draw, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (draws, limit) => {
          const dock = await docks.make();
          await dock.counting('S');
          await dock.announce('T1', { warehouseId: 'W2' });
          await dock.counting('T2');
          await dock.do('completeCount', { shipmentId: 'T2' }, CREW.rob);
          await dock.do('closeShipment', { shipmentId: 'T2', waiver: 'seen' }, CREW.lea);
          expect(await station(dock, group, limit, draws)).toEqual(await whole(dock, group));
        }),
        { numRuns: 30 },
      );
    },
    60_000,
  );
});
