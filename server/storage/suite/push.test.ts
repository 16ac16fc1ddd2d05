import { afterEach, describe, expect, it } from 'vitest';
import type { Mutation } from '#contract/wire/sync.ts';
import { CREW } from '../../core/model-dock.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';
import { CLIENT, LEA, ROB, type SuiteDock } from './suite-dock.ts';

const push = (dock: SuiteDock, ...mutations: Mutation[]) => dock.storage.push(ROB, CLIENT, mutations);

// Pushing: exactly once in effect, in order, with the same answer every time.
describe.each(STORAGES)('push on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  const arrivals = async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const all = [
      dock.mutation(1, 'recordArrival', { shipmentId: 'S' }),
      dock.mutation(2, 'closeShipment', { shipmentId: 'S' }),
      dock.mutation(3, 'addNote', { shipmentId: 'S', noteId: 'n', text: 'wet' }),
    ] as const;
    return { dock, all };
  };

  it('answers each mutation, and a refusal does not block what comes after it', async () => {
    const { dock, all } = await arrivals();
    const { head } = dock.storage.position();
    const reply = await push(dock, ...all);
    expect(reply).toMatchObject({
      verdicts: [
        { n: 1, verdict: 'applied', seq: head + 1 },
        { n: 2, verdict: 'rejected', code: 'forbidden', seq: head + 1 },
        { n: 3, verdict: 'applied', seq: head + 2 },
      ],
      lastN: 3,
    });
    expect(reply.stoppedBy).toBeUndefined();
    expect(await dock.storage.lastN(CLIENT)).toBe(3);
    expect(await dock.storage.lastN('a stranger')).toBe(0);
  });

  it('answers the same to the same, without doing it again, also after opening anew', async () => {
    const { dock, all } = await arrivals();
    const reply = await push(dock, ...all);
    const { head } = dock.storage.position();
    expect(await push(dock, ...all)).toEqual(reply);
    const again = await docks.reopen(dock);
    expect(await push(again, all[1], all[2])).toEqual({ verdicts: reply.verdicts.slice(1), lastN: 3 });
    expect(again.storage.position().head).toBe(head);
    expect((await again.storage.history('S')).length).toBe(3);
  });

  it('does it once when the same comes twice at once', async () => {
    const { dock, all } = await arrivals();
    const [one, two] = await Promise.all([push(dock, ...all), push(dock, ...all)]);
    expect(two).toEqual(one);
    expect((await dock.storage.history('S')).length).toBe(3);
  });

  it('goes on where a batch overlaps what is known', async () => {
    const { dock, all } = await arrivals();
    await push(dock, all[0]);
    const reply = await push(dock, ...all);
    expect(reply.verdicts.map(({ n, verdict }) => [n, verdict])).toEqual([
      [1, 'applied'],
      [2, 'rejected'],
      [3, 'applied'],
    ]);
  });

  it('stops at a number that skips one, and says which has to come', async () => {
    const { dock, all } = await arrivals();
    const reply = await push(dock, all[0], all[2]);
    expect(reply).toMatchObject({
      verdicts: [{ n: 1 }],
      lastN: 1,
      stoppedBy: { n: 3, code: 'out_of_order', expected: 2 },
    });
    expect(await dock.storage.findRow('note', 'n')).toBeNull();
  });

  it('stops when a number comes again with other work', async () => {
    const { dock, all } = await arrivals();
    await push(dock, ...all);
    const clone = { ...all[2], args: { shipmentId: 'S', noteId: 'n', text: 'dry' } };
    const reply = await push(dock, all[1], clone, dock.mutation(4, 'recordDeparture', { shipmentId: 'S' }));
    expect(reply).toMatchObject({ verdicts: [{ n: 2 }], lastN: 3, stoppedBy: { n: 3, code: 'identity_conflict' } });
    expect(await dock.storage.lastN(CLIENT)).toBe(3);
  });

  it('knows its work by contents, not by the order of keys or what the sender calls a hash', async () => {
    const { dock, all } = await arrivals();
    const reply = await push(dock, ...all);
    const note = {
      ...all[2],
      hash: 'whatever',
      clockOffsetMs: 5,
      args: { text: 'wet', noteId: 'n', shipmentId: 'S' },
    };
    expect((await push(dock, note)).verdicts).toEqual([reply.verdicts[2]]);
  });

  it('rejects arguments that do not fit, and goes on', async () => {
    const { dock, all } = await arrivals();
    const misfit = { ...all[0], args: { shipmentId: 7 } };
    const reply = await push(dock, misfit, { ...all[2], n: 2 });
    expect(reply.verdicts).toMatchObject([
      { n: 1, verdict: 'rejected', code: 'invalid' },
      { n: 2, verdict: 'applied' },
    ]);
    expect(reply.verdicts[0]?.message).toContain('shipmentId');
    expect((await push(dock, misfit)).verdicts).toEqual([reply.verdicts[0]]);
  });

  it('sends back the shipment as it is with a decision that was lost', async () => {
    const { dock } = await arrivals();
    const cancel = dock.mutation(1, 'cancelShipment', { shipmentId: 'S' }, { base: { id: 'S', version: 9 } });
    const { verdicts } = await dock.storage.push(LEA, CLIENT, [cancel]);
    expect(verdicts).toMatchObject([
      { verdict: 'conflict', code: 'version_conflict', current: { id: 'S', version: 1 } },
    ]);
    expect(await dock.storage.push(LEA, CLIENT, [cancel])).toMatchObject({ verdicts });
  });

  it('shows in a repeated verdict only what its sender may see by now', async () => {
    const { dock } = await arrivals();
    const cancel = dock.mutation(1, 'cancelShipment', { shipmentId: 'S' }, { base: { id: 'S', version: 9 } });
    const first = await dock.storage.push(LEA, CLIENT, [cancel]);
    const south = { actor: CREW.lea, scope: { role: 'lead', warehouses: ['W2'], supplierId: null } } as const;
    const [again] = (await dock.storage.push(south, CLIENT, [cancel])).verdicts;
    expect(again).toMatchObject({ n: 1, verdict: 'conflict', code: 'version_conflict' });
    expect(again?.current).toBeUndefined();
    expect(again?.message).toBe(
      'This was decided before. You no longer see the shipment it is about; a lead who does can say more.',
    );
    const acme = { actor: CREW.sam, scope: { role: 'supplier', warehouses: null, supplierId: 'ACME' } } as const;
    const [masked] = (await dock.storage.push(acme, CLIENT, [cancel])).verdicts;
    expect(masked?.current).toMatchObject({ id: 'S', statusChangedBy: '' });
    expect(await dock.storage.push(LEA, CLIENT, [cancel])).toEqual(first);
  });

  it('takes a base of something else for no version of the shipment', async () => {
    const { dock } = await arrivals();
    const cancel = dock.mutation(1, 'cancelShipment', { shipmentId: 'S' }, { base: { id: 'I', version: 9 } });
    expect((await dock.storage.push(LEA, CLIENT, [cancel])).verdicts[0]?.verdict).toBe('applied');
  });

  it('does not attach bytes nobody has handed in', async () => {
    const { dock } = await arrivals();
    const attach = {
      shipmentId: 'S',
      documentId: 'd',
      fileName: 'bol.pdf',
      documentType: 'bill_of_lading',
      mediaType: 'application/pdf',
      fileSize: 1,
      contentHash: 'c'.repeat(64),
    } as const;
    const first = await push(dock, dock.mutation(1, 'attachDocument', attach));
    expect(first.verdicts[0]).toMatchObject({ verdict: 'rejected', code: 'invalid' });
    await dock.do('attachDocument', { ...attach, documentId: 'known' }, CREW.rob);
    const second = await push(dock, dock.mutation(2, 'attachDocument', attach));
    expect(second.verdicts[0]?.verdict).toBe('applied');
  });

  it('lets a leads PIN stand behind a refusal, and keeps it nowhere', async () => {
    const asked: string[] = [];
    const dock = await docks.make({
      approveByPin: async (pin) => {
        asked.push(pin);
        return pin === '4711' ? CREW.lea : null;
      },
    });
    await dock.announce('S');
    await dock.do('recordArrival', { shipmentId: 'S' }, CREW.rob);
    const refuse = (n: number, leadPin?: string) =>
      dock.mutation(n, 'refuseShipment', {
        shipmentId: 'S',
        reason: 'wet',
        ...(leadPin === undefined ? {} : { leadPin }),
      });
    const reply = await push(dock, refuse(1), refuse(2, '0000'), refuse(3, '4711'));
    expect(reply.verdicts.map(({ code, verdict }) => code ?? verdict)).toEqual([
      'lead_approval_needed',
      'lead_approval_needed',
      'applied',
    ]);
    expect(asked).toEqual(['0000', '4711']);
    expect(JSON.stringify(await dock.storage.history('S'))).not.toContain('4711');
    expect(JSON.stringify(await dock.storage.readChanges(0, 1000))).not.toContain('4711');
  });

  it('shows a supplier no more in a verdict than in a frame', async () => {
    const { dock } = await arrivals();
    await dock.do('recordArrival', { shipmentId: 'S' }, CREW.rob);
    const sam = { actor: CREW.sam, scope: { role: 'supplier', warehouses: null, supplierId: 'ACME' } } as const;
    const { verdicts } = await dock.storage.push(sam, CLIENT, [
      dock.mutation(1, 'cancelShipment', { shipmentId: 'S' }),
    ]);
    expect(verdicts[0]).toMatchObject({ code: 'illegal_step', current: { status: 'arrived', statusChangedBy: '' } });
  });

  it('keeps many stations apart', async () => {
    const { dock } = await arrivals();
    const stations = Array.from({ length: 20 }, (_, index) => `station-${1000 + index}`);
    const replies = await Promise.all(
      stations.map((clientId, index) =>
        dock.storage.push(ROB, clientId, [
          dock.mutation(1, 'addNote', { shipmentId: 'S', noteId: `a${index}`, text: 'a' }, { clientId }),
          dock.mutation(2, 'addNote', { shipmentId: 'S', noteId: `b${index}`, text: 'b' }, { clientId }),
        ]),
      ),
    );
    expect(
      replies.every(({ lastN, verdicts }) => lastN === 2 && verdicts.every((each) => each.verdict === 'applied')),
    ).toBe(true);
    const { changes } = await dock.storage.readChanges(0, 1000);
    expect(new Set(changes.flatMap(({ origin }) => origin ?? [])).size).toBe(20);
  });
});
