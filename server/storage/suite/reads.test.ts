import { afterEach, describe, expect, it } from 'vitest';
import { shipmentDetail } from '#contract/domain/entities.ts';
import { historyEntry } from '#contract/wire/http.ts';
import { CREW, submissionOf } from '../../core/model-dock.ts';
import type { Scope } from '../../core/scope.ts';
import type { ListFilter } from '../../core/storage.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';
import type { SuiteDock } from './suite-dock.ts';

const staff = (...warehouses: string[]): Scope => ({ role: 'receiver', warehouses, supplierId: null });
const everywhere: Scope = { role: 'lead', warehouses: null, supplierId: null };
const acme: Scope = { role: 'supplier', warehouses: null, supplierId: 'ACME' };
const zen: Scope = { role: 'supplier', warehouses: null, supplierId: 'ZEN' };

const list = async ({ storage }: SuiteDock, scope: Scope, filter: Partial<ListFilter> = {}): Promise<string[]> => {
  const { shipments } = await storage.listShipments(scope, { limit: 50, ...filter });
  return shipments.map(({ id }) => id);
};

// Looking things up: lists, one shipment, history, kept answers; always within the scope.
describe.each(STORAGES)('reads on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  const fourExpected = async (): Promise<SuiteDock> => {
    const dock = await docks.make();
    await dock.announce('none', { number: 'N-1', carrier: 'DHL 100%' });
    await dock.announce('noon', { eta: '2026-11-24T12:00:00Z', poNumber: 'PO_77' });
    await dock.announce('later', { eta: '2026-11-24T12:00:00.500Z', warehouseId: 'W2', supplierId: 'ZEN' });
    await dock.announce('early', { eta: '2026-11-20T06:00:00Z', trailer: 'TR-9' });
    return dock;
  };

  it('lists newest expected first and those without an ETA last', async () => {
    const dock = await fourExpected();
    expect(await list(dock, everywhere)).toEqual(['later', 'noon', 'early', 'none']);
  });

  it.each([1, 2, 3, 4])('lists in pages of %i without losing or repeating one', async (limit) => {
    const dock = await fourExpected();
    const seen: string[] = [];
    let cursor: string | undefined;
    let reads = 0;
    do {
      const page: Awaited<ReturnType<typeof dock.storage.listShipments>> = await dock.storage.listShipments(
        everywhere,
        {
          limit,
          cursor,
        },
      );
      seen.push(...page.shipments.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
      reads += 1;
    } while (cursor !== undefined);
    expect(seen).toEqual(['later', 'noon', 'early', 'none']);
    expect(reads).toBe(Math.ceil(4 / limit));
  });

  it('lists within the scope only', async () => {
    const dock = await fourExpected();
    expect(await list(dock, staff('W2'))).toEqual(['later']);
    expect(await list(dock, staff('W2'), { warehouseId: 'W1' })).toEqual([]);
    expect(await list(dock, staff())).toEqual([]);
    expect(await list(dock, acme)).toEqual(['noon', 'early', 'none']);
    expect(await list(dock, zen)).toEqual(['later']);
    expect(await list(dock, { ...acme, supplierId: null })).toEqual([]);
  });

  it('filters by warehouse, status and words', async () => {
    const dock = await fourExpected();
    await dock.do('recordArrival', { shipmentId: 'early' }, CREW.rob);
    expect(await list(dock, everywhere, { warehouseId: 'W2' })).toEqual(['later']);
    expect(await list(dock, everywhere, { status: 'arrived' })).toEqual(['early']);
    for (const [q, found] of [
      ['n-1', ['none']],
      ['po_7', ['noon']],
      ['PO%7', []],
      ['\0', []],
      ['N-1\0', []],
      ['100%', ['none']],
      ['tr-9', ['early']],
      ['zen', ['later']],
      ['\\', []],
      ['', ['later', 'noon', 'early', 'none']],
    ] as const) {
      expect(await list(dock, everywhere, { q })).toEqual(found);
    }
  });

  it('finds an amended shipment by its new words only', async () => {
    const dock = await fourExpected();
    await dock.do('amendShipment', { shipmentId: 'early', trailer: 'TR-10', eta: '2026-12-01T00:00:00Z' }, CREW.lea);
    expect(await list(dock, everywhere, { q: 'tr-9' })).toEqual([]);
    expect(await list(dock, everywhere, { q: 'tr-10' })).toEqual(['early']);
    expect((await list(dock, everywhere))[0]).toBe('early');
  });

  it('finds a shipment by what the first of several changes in one transaction did', async () => {
    const dock = await fourExpected();
    const occurredAt = '2026-11-23T08:00:00.000Z';
    await dock.storage.submit([
      submissionOf('amendShipment', { shipmentId: 'none', trailer: 'TR-77', eta: '2027-01-01T00:00:00Z' }, CREW.lea, {
        occurredAt,
      }),
      submissionOf('recordDeparture', { shipmentId: 'none' }, CREW.lea, { occurredAt }),
    ]);
    expect(await list(dock, everywhere, { q: 'tr-77' })).toEqual(['none']);
    expect((await list(dock, everywhere))[0]).toBe('none');
  });

  it.each(['x', 'W10', Buffer.from('["a",1]').toString('base64url')])(
    'refuses the foreign cursor %s',
    async (cursor) => {
      const dock = await docks.make();
      await expect(list(dock, everywhere, { cursor })).rejects.toMatchObject({ code: 'invalid' });
    },
  );

  it('reads one shipment with all that hangs on it', async () => {
    const dock = await docks.make();
    await dock.counting('S');
    await dock.do('addNote', { shipmentId: 'S', noteId: 'n', text: 'secret' }, CREW.rob);
    await dock.do('placeHold', { shipmentId: 'S', holdId: 'h', reason: 'smells' }, CREW.rob);
    const detail = await dock.storage.shipmentDetail(everywhere, 'S');
    expect(shipmentDetail.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({
      status: 'counting',
      lines: [{ id: 'S-1' }, { id: 'S-2' }],
      notes: [{ id: 'n' }],
      holds: [{ id: 'h' }],
    });
    expect(await dock.storage.shipmentDetail(acme, 'S')).toMatchObject({
      lines: [{}, {}],
      notes: [],
      holds: [],
      activeHolds: 0,
    });
    for (const scope of [staff('W2'), staff(), zen]) {
      expect(await dock.storage.shipmentDetail(scope, 'S')).toBeNull();
      expect(await dock.storage.findShipment(scope, 'S')).toBeNull();
    }
    expect(await dock.storage.findShipment(null, 'nothing')).toBeNull();
  });

  it('finds rows, numbers and capacity', async () => {
    const dock = await docks.make();
    await dock.announce('S', { number: 'ASN-1' });
    await dock.do('setCapacity', { warehouseId: 'W1', total: 10, available: 5 }, CREW.lea);
    expect(await dock.storage.findShipmentByNumber('ACME', 'ASN-1')).toMatchObject({ id: 'S' });
    expect(await dock.storage.findShipmentByNumber(null, 'ASN-1')).toBeNull();
    expect(await dock.storage.capacity('W1')).toMatchObject({ utilization: 50 });
    expect(await dock.storage.capacity('W2')).toBeNull();
    expect(await dock.storage.findRow('line', 'S-1')).toMatchObject({ expected: '10' });
    expect(await dock.storage.findRow('door', 'D1')).toMatchObject({ name: 'Door 1' });
    expect(await dock.storage.findRow('hold', 'S-1')).toBeNull();
  });

  it('tells the history in the order it was recorded, with the numbers of its changes', async () => {
    const dock = await docks.make();
    await dock.counting('S');
    await dock.do('recordArrival', { shipmentId: 'S' }, CREW.rob);
    await dock.do('completeCount', { shipmentId: 'S' }, CREW.rob);
    const history = await dock.storage.history('S');
    expect(history.map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
      'announceShipment applied',
      'recordArrival applied',
      'reportAtDoor applied',
      'startUnloading applied',
      'startCounting applied',
      'recordArrival superseded',
      'completeCount applied',
    ]);
    expect(history.map(({ seq }) => seq)).toEqual([10, 11, 12, 13, 14, null, 15]);
    for (const entry of history) expect(historyEntry.parse(entry)).toEqual(entry);
    expect(await dock.storage.history('nothing')).toEqual([]);
    expect(await dock.storage.history('S', everywhere)).toEqual(history);
    await dock.do('addNote', { shipmentId: 'S', noteId: 'n', text: 'secret' }, CREW.rob);
    const seen = await dock.storage.history('S', acme);
    expect(seen.map(({ command }) => command)).toEqual(history.map(({ command }) => command));
    expect(JSON.stringify(seen)).not.toMatch(/secret|Rob|Lea/);
  });

  it('keeps an answer for a day, for the one who asked, and for that request', async () => {
    let now = Date.parse('2026-11-23T08:00:00Z');
    const dock = await docks.make({ clock: () => new Date(now) });
    const key = { userId: 'rob', key: 'k', hash: 'h', sight: 'staff:*' };
    const answer = { status: 201, body: '{"id":"S"}', contentType: 'application/json' };
    expect(await dock.storage.keptAnswer(key)).toBeNull();
    await dock.storage.keepAnswer(key, answer);
    expect(await dock.storage.keptAnswer(key)).toEqual(answer);
    expect(await dock.storage.keptAnswer({ ...key, hash: 'other' })).toBe('different_request');
    expect(await dock.storage.keptAnswer({ ...key, userId: 'lea' })).toBeNull();
    now += 24 * 3600 * 1000 + 1;
    expect(await dock.storage.keptAnswer(key)).toBeNull();
    await dock.storage.keepAnswer({ ...key, hash: 'new' }, { ...answer, status: 200 });
    expect(await dock.storage.keptAnswer({ ...key, hash: 'new' })).toMatchObject({ status: 200 });
  });
});
