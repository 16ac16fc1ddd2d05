import { afterEach, describe, expect, it } from 'vitest';
import type { Mutation } from '#contract/wire/sync.ts';
import type { Sender } from '../../core/storage.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';
import { CLIENT, LEA, ROB, type SuiteDock } from './suite-dock.ts';

const OTHER = 'station-0002';

const notice = (dock: SuiteDock, n: number, lines: number): Mutation =>
  dock.mutation(n, 'announceShipment', {
    shipmentId: `S-${n}`,
    warehouseId: 'W1',
    lines: Array.from({ length: lines }, () => ({ quantity: '1' })),
  });

const notices = (dock: SuiteDock, count: number, lines: number): Mutation[] =>
  Array.from({ length: count }, (_, at) => notice(dock, at + 1, lines));

// A push of many thousand lines: it takes its time, and nobody else's.
describe.each(STORAGES)('a large push on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it('lets the process do other things while it is written', async () => {
    const dock = await docks.make();
    let turns = 0;
    let isWritten = false;
    const turn = (): void => {
      turns += 1;
      if (!isWritten) setImmediate(turn);
    };
    const pushing = dock.storage.push(LEA, CLIENT, [notice(dock, 1, 10_000)]);
    turn();
    const { verdicts } = await pushing;
    isWritten = true;
    expect(verdicts).toMatchObject([{ n: 1, verdict: 'applied' }]);
    expect(turns).toBeGreaterThan(5);
  });

  it('lets the work of others in between', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const order: string[] = [];
    const large = dock.storage.push(LEA, CLIENT, notices(dock, 4, 2_000)).then(() => order.push('large'));
    const arrival = { ...dock.mutation(1, 'recordArrival', { shipmentId: 'S' }), clientId: OTHER };
    const small = dock.storage.push(ROB, OTHER, [arrival]).then(() => order.push('small'));
    await Promise.all([large, small]);
    expect(order).toEqual(['small', 'large']);
  });

  it('is answered as one, and the same when it is sent again', async () => {
    const dock = await docks.make();
    const { head } = dock.storage.position();
    const all = notices(dock, 6, 1_000);
    const reply = await dock.storage.push(LEA, CLIENT, all);
    // Each writes its shipment and a thousand lines.
    const seqs = all.map((_, at) => head + (at + 1) * 1_001);
    expect(reply).toEqual({ verdicts: seqs.map((seq, at) => ({ n: at + 1, verdict: 'applied', seq })), lastN: 6 });
    expect(await dock.storage.push(LEA, CLIENT, all)).toEqual(reply);
    expect(dock.storage.position().head).toBe(head + 6 * 1_001);
  });

  it('is decided by what its sender may do when the turn of each part comes', async () => {
    const dock = await docks.make();
    let sender: Sender = LEA;
    const large = dock.storage.push(LEA, CLIENT, notices(dock, 4, 2_000), () => sender);
    // Goes with the first of them, as it was asked for while that waited.
    await dock.storage.push(LEA, OTHER, [{ ...notice(dock, 9, 1), n: 1, clientId: OTHER }]);
    sender = ROB;
    const { verdicts, lastN } = await large;
    expect(verdicts[0]?.verdict).toBe('applied');
    expect(verdicts.at(-1)).toMatchObject({ n: 4, verdict: 'rejected', code: 'forbidden' });
    expect(lastN).toBe(4);
  });

  it('of nothing says where its station stands', async () => {
    const dock = await docks.make();
    await dock.storage.push(LEA, CLIENT, [notice(dock, 1, 1)]);
    expect(await dock.storage.push(LEA, CLIENT, [])).toEqual({ verdicts: [], lastN: 1 });
  });

  it('stops where it has to, and keeps what came before', async () => {
    const dock = await docks.make();
    const all = notices(dock, 5, 2_000).map((each, at) => (at === 3 ? { ...each, n: 7 } : each));
    const reply = await dock.storage.push(LEA, CLIENT, all);
    expect(reply.verdicts.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(reply).toMatchObject({ lastN: 3, stoppedBy: { n: 7, code: 'out_of_order', expected: 4 } });
    expect(await dock.storage.lastN(CLIENT)).toBe(3);
  });
});
