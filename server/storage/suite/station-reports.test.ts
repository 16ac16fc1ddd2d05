import { afterEach, describe, expect, it } from 'vitest';
import { CREW } from '../../core/model-dock.ts';
import type { KeptReport } from '../../core/station-book.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';
import { CLIENT, LEA, ROB } from './suite-dock.ts';

const ofMara: KeptReport = {
  clientId: 'client-mara',
  userId: 'mara',
  userName: 'Mara',
  station: 'Dock 3',
  unsentOn: { S: '2026-11-27T14:00:00.000Z' },
  workedOn: ['S', 'T'],
  hasLeft: false,
  reportedAt: '2026-11-27T14:00:01.000Z',
};
const ofIvo = { ...ofMara, clientId: 'client-ivo', userId: 'ivo', reportedAt: '2026-11-27T13:00:00.000Z' };
const awaited = [{ station: 'Dock 3', userName: 'Mara', state: 'unsent', since: '2026-11-27T14:00:00.000Z' }] as const;

describe.each(STORAGES)('reports of stations on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it('are kept over closing and opening, the oldest first', async () => {
    const dock = await docks.make();
    await dock.storage.keepReports([ofMara, ofIvo]);
    expect(await dock.storage.keptReports()).toEqual([ofIvo, ofMara]);
    expect(await (await docks.reopen(dock)).storage.keptReports()).toEqual([ofIvo, ofMara]);
  });

  it('take the place of what the same client said before, and go when nothing has to be waited for', async () => {
    const dock = await docks.make();
    await dock.storage.keepReports([ofMara, ofIvo]);
    await dock.storage.keepReports([{ ...ofMara, unsentOn: {} }]);
    expect(await dock.storage.keptReports()).toEqual([ofIvo, { ...ofMara, unsentOn: {} }]);
    await dock.storage.keepReports([
      { ...ofMara, unsentOn: {}, hasLeft: true },
      { ...ofIvo, unsentOn: {}, workedOn: [] },
    ]);
    expect(await dock.storage.keptReports()).toEqual([]);
    await dock.storage.keepReports([{ ...ofMara, hasLeft: true }]);
    expect(await dock.storage.keptReports()).toEqual([{ ...ofMara, hasLeft: true }]);
  });

  it('are no change of the log', async () => {
    const dock = await docks.make();
    const { head } = dock.storage.position();
    await dock.storage.keepReports([ofMara]);
    expect(dock.storage.position().head).toBe(head);
  });

  it('hold up whoever closes, but not the station that sends it', async () => {
    const asked: unknown[] = [];
    const dock = await docks.make({
      waitingFor: (shipmentId, asker) => {
        asked.push([shipmentId, asker?.clientId ?? null]);
        return asker?.clientId === CLIENT ? [] : [...awaited];
      },
    });
    for (const id of ['S', 'T']) {
      await dock.counting(id);
      await dock.do('completeCount', { shipmentId: id }, CREW.rob);
    }
    expect(await dock.do('closeShipment', { shipmentId: 'S' }, CREW.lea)).toMatchObject({
      verdict: 'conflict',
      code: 'blocked',
    });
    const close = (clientId: string, shipmentId: string) =>
      dock.storage.push(LEA, clientId, [
        { clientId, n: 1, type: 'closeShipment', args: { shipmentId }, occurredAt: '2026-11-27T14:00:00.000Z' },
      ]);
    expect((await close('station-0002', 'S')).verdicts).toMatchObject([{ verdict: 'conflict', code: 'blocked' }]);
    expect((await close(CLIENT, 'T')).verdicts).toMatchObject([{ verdict: 'applied' }]);
    expect(asked).toEqual([
      ['S', null],
      ['S', 'station-0002'],
      ['T', CLIENT],
    ]);
  });
});

describe.each(STORAGES)('what a scope sees of shipments on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it('is told of many at once', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const many = Array.from({ length: 1200 }, (_, n) => `none-${n}`);
    expect(await dock.storage.seenShipments(ROB.scope, [...many, 'S'])).toEqual(new Set(['S']));
    expect(await dock.storage.seenShipments({ ...ROB.scope, warehouses: ['W2'] }, ['S'])).toEqual(new Set());
    expect(await dock.storage.seenShipments(LEA.scope, [])).toEqual(new Set());
  });
});
