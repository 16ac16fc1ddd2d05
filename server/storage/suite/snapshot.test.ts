import { afterEach, describe, expect, it } from 'vitest';
import type { SnapshotRow } from '#contract/wire/sync.ts';
import { snapshotRow } from '#contract/wire/sync.ts';
import { CREW } from '../../core/model-dock.ts';
import type { Group } from '../../core/scope.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';
import { ACME, ALL, NOBODY, NORTH, type SuiteDock } from './suite-dock.ts';

/** All pages; `between` is called with each page's number after it was read. */
const snapshot = async (
  { storage }: SuiteDock,
  group: Group,
  limit: number,
  between: (page: number) => Promise<unknown> = async () => {},
): Promise<SnapshotRow[]> => {
  const rows: SnapshotRow[] = [];
  let after: string | null = null;
  let page = 0;
  do {
    const read = await storage.snapshotPage(group, after, limit);
    expect(read.rows.length).toBeLessThanOrEqual(limit);
    for (const { entity, id, seq, shipmentId, text } of read.rows)
      rows.push({ kind: 'row', entity, id, seq, shipmentId, row: JSON.parse(text) });
    after = read.next;
    page += 1;
    await between(page);
  } while (after !== null);
  return rows;
};

const names = (rows: readonly SnapshotRow[]): string[] => rows.map(({ entity, id }) => `${entity} ${id}`);

// Snapshots: everything that is a group's to see, once, and what is needed first comes first.
describe.each(STORAGES)('snapshot on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  const dockOfThree = async (): Promise<SuiteDock> => {
    const dock = await docks.make();
    await dock.announce('C');
    await dock.do('cancelShipment', { shipmentId: 'C' }, CREW.lea);
    await dock.counting('S');
    await dock.announce('T', { warehouseId: 'W2', supplierId: 'ZEN' });
    await dock.do('setCapacity', { warehouseId: 'W1', total: 10, available: 5 }, CREW.lea);
    await dock.do('addNote', { shipmentId: 'S', noteId: 'n', text: 'secret' }, CREW.rob);
    return dock;
  };

  it.each([1, 3, 1000])('has all of it in order, %i rows a page', async (limit) => {
    const dock = await dockOfThree();
    const rows = await snapshot(dock, ALL, limit);
    expect(names(rows)).toEqual([
      'warehouse W1',
      'warehouse W2',
      'door D1',
      'door D2',
      'door E1',
      'supplier ACME',
      'supplier ZEN',
      'capacity W1',
      'shipment S',
      'shipment T',
      'line S-1',
      'line S-2',
      'note n',
      'line T-1',
      'line T-2',
      'shipment C',
      'line C-1',
      'line C-2',
    ]);
    for (const row of rows) expect(snapshotRow.parse(row)).toEqual(row);
  });

  it('shows each group its own', async () => {
    const dock = await dockOfThree();
    expect(names(await snapshot(dock, NORTH, 4)).filter((name) => /T|W2|E1/.test(name))).toEqual([]);
    expect(names(await snapshot(dock, NOBODY, 4))).toEqual(['supplier ACME', 'supplier ZEN']);
    const acme = await snapshot(dock, ACME, 2);
    expect(names(acme)).toEqual([
      'warehouse W1',
      'warehouse W2',
      'supplier ACME',
      'shipment S',
      'line S-1',
      'line S-2',
      'shipment C',
      'line C-1',
      'line C-2',
    ]);
    expect(JSON.stringify(acme)).not.toMatch(/secret|Rob|Lea/);
  });

  it('has the rows a log read from the start would leave, with their numbers', async () => {
    const dock = await dockOfThree();
    const left = new Map<string, SnapshotRow['row']>();
    const { changes } = await dock.storage.readFrame(NORTH, 0);
    for (const { entity, id, seq, row } of changes) if (row !== null) left.set(`${entity} ${id} ${seq}`, row);
    const rows = await snapshot(dock, NORTH, 5);
    for (const { entity, id, seq, row } of rows) expect(left.get(`${entity} ${id} ${seq}`)).toEqual(row);
    expect(rows.length).toBe(new Set(changes.map(({ entity, id }) => `${entity} ${id}`)).size);
  });

  it('does not lose the parts of a shipment that is reopened while it is read', async () => {
    const dock = await docks.make();
    await dock.counting('S');
    await dock.announce('T');
    await dock.do('completeCount', { shipmentId: 'S' }, CREW.rob);
    await dock.do('closeShipment', { shipmentId: 'S', waiver: 'seen' }, CREW.lea);
    const { head } = dock.storage.position();
    let reopened = false;
    const rows = await snapshot(dock, ALL, 1, async (page) => {
      // After the open shipments were read, and before the others are.
      if (page !== 10) return;
      reopened = true;
      await dock.do('reopenShipment', { shipmentId: 'S', reason: 'too early' }, CREW.ada);
    });
    expect(reopened).toBe(true);
    const { changes } = await dock.storage.readFrame(ALL, head);
    const all = new Set([...names(rows), ...changes.map(({ entity, id }) => `${entity} ${id}`)]);
    for (const name of ['shipment S', 'line S-1', 'line S-2', 'shipment T', 'line T-2']) expect(all).toContain(name);
  });

  it('refuses a cursor that is not its own', async () => {
    const dock = await docks.make();
    for (const cursor of ['', 'x', Buffer.from('[1]').toString('base64url'), Buffer.from('{}').toString('base64url')]) {
      await expect(dock.storage.snapshotPage(ALL, cursor, 10)).rejects.toMatchObject({ code: 'invalid' });
    }
  });
});
