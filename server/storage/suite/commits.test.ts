import { afterEach, describe, expect, it } from 'vitest';
import { CREW, submissionOf } from '../../core/model-dock.ts';
import type { Submission } from '../../core/submission.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';

const occurredAt = '2026-11-23T08:00:00.000Z';
const note = (shipmentId: string, noteId: string): Submission =>
  submissionOf('addNote', { shipmentId, noteId, text: 'mind the step' }, CREW.rob, { occurredAt });

// Submitting: outcomes, all or nothing, many at once, and what is there after closing.
describe.each(STORAGES)('commits on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it('answers with what was written, and its numbers', async () => {
    const dock = await docks.make();
    const { head } = dock.storage.position();
    const outcome = await dock.announce('S');
    expect(outcome).toMatchObject({ verdict: 'applied', seq: head + 3, shipment: { id: 'S', lineCount: 2 } });
    expect(outcome.written.map(({ entity, id, seq }) => [entity, id, seq])).toEqual([
      ['shipment', 'S', head + 1],
      ['line', 'S-1', head + 2],
      ['line', 'S-2', head + 3],
    ]);
    expect(dock.storage.position().head).toBe(head + 3);
    expect(await dock.announce('S')).toMatchObject({ verdict: 'noop', seq: head + 3, written: [] });
    expect(await dock.storage.submit([])).toEqual([]);
  });

  it('undoes a whole list at the first refusal, and looks no further', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const { head, chain } = dock.storage.position();
    const close = submissionOf('closeShipment', { shipmentId: 'S' }, CREW.lea, { occurredAt });
    const arrive = submissionOf('recordArrival', { shipmentId: 'S' }, CREW.rob, { occurredAt });
    const outcomes = await dock.storage.submit([arrive, note('S', 'n1'), close, note('S', 'n2')]);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['applied', 'applied', 'conflict']);
    expect(outcomes[2]).toMatchObject({
      code: 'illegal_step',
      shipment: { status: 'announced', version: 1 },
      seq: head,
    });
    expect(dock.storage.position()).toMatchObject({ head, chain });
    expect(await dock.storage.findShipment(null, 'S')).toMatchObject({ status: 'announced' });
    expect(await dock.storage.findRow('note', 'n1')).toBeNull();
    expect((await dock.storage.history('S')).length).toBe(1);
  });

  it('shows what was undone to nobody who commits beside it', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const arrive = submissionOf('recordArrival', { shipmentId: 'S' }, CREW.rob, { occurredAt });
    const unload = submissionOf('startUnloading', { shipmentId: 'S' }, CREW.rob, { occurredAt });
    const [undone, beside] = await Promise.all([
      dock.storage.submit([arrive, note('NOT THERE', 'n')]),
      dock.storage.submit([unload]),
    ]);
    expect(undone?.at(-1)?.code).toBe('not_found');
    expect(beside?.[0]).toMatchObject({ code: 'illegal_step', shipment: { status: 'announced' } });
  });

  it('lets later commands of a list see earlier ones', async () => {
    const dock = await docks.make();
    const announce = submissionOf('announceShipment', { shipmentId: 'S', warehouseId: 'W1' }, CREW.lea, {
      occurredAt,
    });
    const arrive = submissionOf('recordArrival', { shipmentId: 'S' }, CREW.rob, { occurredAt });
    const outcomes = await dock.storage.submit([announce, arrive, note('S', 'n')]);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['applied', 'applied', 'applied']);
    const frame = await dock.storage.readChanges(0, 1000);
    expect(frame.changes.filter(({ shipmentId }) => shipmentId === 'S').length).toBe(3);
  });

  it('moves a line id from one shipment to another within one commit', async () => {
    const dock = await docks.make();
    const line = (id: string) => ({ id, quantity: '1' });
    await dock.announce('S', { lines: [line('x'), line('y')] });
    const list = { shipmentId: 'T', warehouseId: 'W2', supplierId: 'ZEN', lines: [line('x')] };
    await Promise.all([
      dock.do('amendShipment', { shipmentId: 'S', lines: [line('y')] }, CREW.lea),
      dock.do('announceShipment', list, CREW.lea),
    ]);
    const linesOf = async (id: string) => (await dock.storage.shipmentDetail(null, id))?.lines.map((each) => each.id);
    expect([await linesOf('S'), await linesOf('T')]).toEqual([['y'], ['x']]);
  });

  it('takes hundreds at once, each for itself', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const { head } = dock.storage.position();
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        dock.storage.submit([n % 10 === 0 ? note('NOT THERE', `n${n}`) : note('S', `n${n}`)]),
      ),
    );
    const refused = outcomes.flat().filter(({ code }) => code === 'not_found');
    const seqs = outcomes.flat().flatMap(({ written }) => written.map(({ seq }) => seq));
    expect(refused.length).toBe(30);
    expect(seqs).toEqual(Array.from({ length: 270 }, (_, index) => head + 1 + index));
    expect(dock.storage.position().head).toBe(head + 270);
  });

  it('lets one of two who claim at once win', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const inspection = { shipmentId: 'S', inspectionId: 'I' };
    await dock.do('requestInspection', inspection, CREW.lea);
    const claims = await Promise.all([CREW.ivy, CREW.ian].map((who) => dock.do('claimInspection', inspection, who)));
    expect(claims.map(({ verdict, code }) => code ?? verdict).sort()).toEqual(['already_claimed', 'applied']);
  });

  it('fails a command that breaks a rule of the machine alone, not those beside it', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const broken = { ...note('S', 'n0'), command: { type: 'unheardOf', args: {} } } as unknown as Submission;
    const results = await Promise.allSettled(
      [note('S', 'n1'), broken, note('S', 'n2')].map((each) => dock.storage.submit([each])),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await dock.storage.findRow('note', 'n2')).not.toBeNull();
  });

  it('rings once for a commit that wrote, after it can be read', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const rung: number[] = [];
    const stop = dock.storage.onCommit((head) => rung.push(head));
    dock.storage.onCommit(() => {
      throw new Error('a listener in trouble');
    });
    await dock.do('recordArrival', { shipmentId: 'S' }, CREW.rob);
    await dock.do('recordArrival', { shipmentId: 'S' }, CREW.rob);
    expect(rung).toEqual([dock.storage.position().head]);
    stop();
    await dock.do('startUnloading', { shipmentId: 'S' }, CREW.rob);
    expect(rung.length).toBe(1);
  });

  it('keeps everything over closing and opening: rows, numbers, history, epoch and chain', async () => {
    const dock = await docks.make();
    await dock.counting('S');
    await dock.do('recordScan', { shipmentId: 'S', scanId: 'scan', lineId: 'S-1', quantity: '3' }, CREW.rob);
    const before = [
      dock.storage.position(),
      await dock.storage.shipmentDetail(null, 'S'),
      await dock.storage.history('S'),
    ];
    const again = await docks.reopen(dock);
    const after = [
      again.storage.position(),
      await again.storage.shipmentDetail(null, 'S'),
      await again.storage.history('S'),
    ];
    expect(after).toEqual(before);
    const scan = { shipmentId: 'S', scanId: 'scan', lineId: 'S-1', quantity: '3' };
    expect((await again.do('recordScan', scan, CREW.rob)).verdict).toBe('noop');
    expect((await again.announce('T')).shipment?.number).toMatch(/-0002$/);
  });

  it('answers what it took on before closing, and takes on no more', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const underWay = dock.storage.submit([note('S', 'n1')]);
    const closing = dock.storage.close();
    await expect(dock.storage.submit([note('S', 'n2')])).rejects.toMatchObject({ code: 'stopping' });
    expect((await underWay)[0]?.verdict).toBe('applied');
    await closing;
    await dock.storage.close();
  });
});
