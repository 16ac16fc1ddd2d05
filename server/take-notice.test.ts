import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Access } from './access.ts';
import { type Dock, furnish, startDock } from './dock-for-tests.ts';
import { createMetrics } from './http/metrics.ts';
import { createTakeNotice } from './take-notice.ts';

// What notices say and what comes of it is asked over HTTP in http/routes/asns.test.ts.

let dock: Dock;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());

const LENA: Access = {
  actor: { id: 'lena', name: 'Lena', role: 'lead' },
  scope: { role: 'lead', warehouses: null, supplierId: null },
  expiresAt: Number.POSITIVE_INFINITY,
};

describe('a file of several notices', () => {
  it('is taken no further than its sender may send notices', async () => {
    const { storage } = dock.server;
    let asked = 0;
    let ids = 0;
    const take = createTakeNotice({
      storage,
      metrics: createMetrics({ connections: () => 0, logHead: () => 0, tailerLag: () => 0 }, false),
      now: Date.now,
      newId: () => `notice-${++ids}`,
      createUnknown: true,
      accessNow: (access) => (++asked === 1 ? access : { ...access, actor: { ...access.actor, role: 'receiver' } }),
    });
    const file = readFileSync('resources/samples/14-three-in-one.edi');
    await expect(take(file, LENA)).rejects.toMatchObject({ code: 'forbidden' });
    const { shipments } = await storage.listShipments(LENA.scope, { limit: 10 });
    expect(shipments.map(({ number }) => number)).toEqual(['TT-5570']);
  });
});
