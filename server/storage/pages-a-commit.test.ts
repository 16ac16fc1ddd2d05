import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../core/storage.ts';
import { openSqliteStorage } from './open-sqlite-storage.ts';
import { CLIENT, LEA, SuiteDock } from './suite/suite-dock.ts';

/** Bytes of a page in the write-ahead log, with what stands before it. */
const PAGE = 4096 + 24;

let folder = '';
let storage: Storage;
let dock: SuiteDock;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dockline-'));
  storage = await openSqliteStorage({ file: join(folder, 'd.db'), clock: () => new Date(), newId: uuidv7 });
  dock = await new SuiteDock(storage, () => new Date()).furnish();
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const walBytes = (): number => statSync(join(folder, 'd.db-wal')).size;

// What a durable commit costs is the pages it has to put on the disk: one that need not be there is paid for by every change.
describe('pages a commit writes', () => {
  it('are one for each table that an amendment is kept in, and none for an index', async () => {
    await dock.announce('S');
    const commits = 100;
    const before = walBytes();
    for (let n = 1; n <= commits; n++) {
      await storage.push(LEA, CLIENT, [dock.mutation(n, 'amendShipment', { shipmentId: 'S', trailer: `T-${n}` })]);
    }
    // Shipment, change, history, ledger, client, stream: six, and the pages by which four of these grow now and then.
    expect((walBytes() - before) / PAGE / commits).toBeLessThan(8.5);
    const { shipments } = await storage.listShipments(LEA.scope, { q: 't-100', limit: 10 });
    expect(shipments.map(({ id }) => id)).toEqual(['S']);
  });
});
