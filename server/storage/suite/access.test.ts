import { afterEach, describe, expect, it } from 'vitest';
import type { AccessChange } from '../../core/storage.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';

const MARA: AccessChange = { userId: 'mara', role: 'lead', warehouses: ['W1'], supplierId: null, changedBy: 'ada' };
const SAM: AccessChange = { userId: 'sam', role: 'supplier', warehouses: ['*'], supplierId: 'ACME', changedBy: 'ada' };

describe.each(STORAGES)('changed access on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it('keeps the last word on everybody, also over closing and opening', async () => {
    let now = Date.parse('2026-11-24T08:00:00Z');
    const dock = await docks.make({ clock: () => new Date(now) });
    expect(await dock.storage.changedAccess()).toEqual([]);
    await dock.storage.setAccess({ ...MARA, role: 'admin', warehouses: ['*'] });
    const sam = await dock.storage.setAccess(SAM);
    now += 1000;
    const mara = await dock.storage.setAccess(MARA);
    expect(mara).toEqual({ ...MARA, changedAt: '2026-11-24T08:00:01.000Z' });
    expect(sam).toEqual({ ...SAM, changedAt: '2026-11-24T08:00:00.000Z' });
    expect(await dock.storage.changedAccess()).toEqual([mara, sam]);
    expect(await (await docks.reopen(dock)).storage.changedAccess()).toEqual([mara, sam]);
  });

  it('goes back in time for nobody, whatever the clock does', async () => {
    let now = Date.parse('2026-11-24T08:00:00Z');
    const dock = await docks.make({ clock: () => new Date(now) });
    await dock.storage.setAccess(MARA);
    now -= 3_600_000;
    expect((await dock.storage.setAccess({ ...MARA, role: 'receiver' })).changedAt).toBe('2026-11-24T08:00:00.000Z');
    expect((await dock.storage.setAccess(SAM)).changedAt).toBe('2026-11-24T07:00:00.000Z');
  });

  it('is no change of the log, and rings for nobody', async () => {
    const dock = await docks.make();
    const { head } = dock.storage.position();
    const rung: number[] = [];
    dock.storage.onCommit((at) => rung.push(at));
    await dock.storage.setAccess(MARA);
    expect([dock.storage.position().head, rung]).toEqual([head, []]);
  });
});
