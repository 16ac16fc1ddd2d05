import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { NewWork, Owner } from '../core/ports.ts';
import { StoreFault } from '../core/store-fault.ts';
import { StationJournal } from './journal.ts';

const held = vi.hoisted(() => ({ isHeld: false }));
vi.mock('./open-database.ts', async (original) => {
  const real = await original<typeof import('./open-database.ts')>();
  const openDatabase: typeof real.openDatabase = (...asked) => {
    if (held.isHeld) throw new StoreFault('locked', 'held');
    return real.openDatabase(...asked);
  };
  return { ...real, openDatabase };
});

// A journal that was written anew and has its place, but does not open there at once.

const MARA: Owner = { key: 'srv:mara', userId: 'mara', userName: 'Mara', role: 'receiver', server: 'srv' };
const work: NewWork = {
  type: 'addNote',
  args: { shipmentId: 's1', noteId: 'n', text: 't' },
  occurredAt: '2026-11-23T07:59:00.000Z',
  shipmentId: 's1',
  shipmentNumber: null,
};

let dir: string;
let journal: StationJournal;
const save = async () => (await journal.append(MARA.key, work, 'h')).mutation.n;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-journal-'));
  journal = new StationJournal(join(dir, 'journal.db'), () => 0);
  await journal.setOwner(MARA, 'client-0001');
  await save();
  rmSync(join(dir, 'journal.db'));
  held.isHeld = true;
  await expect(save()).rejects.toThrow('held');
  await expect(save()).rejects.toThrow('held');
  held.isHeld = false;
});
afterEach(() => {
  journal.close();
  rmSync(dir, { recursive: true, force: true });
});

it('is opened with the next work, with all there was', async () => {
  expect(await save()).toBe(2);
  expect(await journal.openWork()).toHaveLength(2);
});

it('is not begun anew when it has gone meanwhile', async () => {
  rmSync(join(dir, 'journal.db'));
  await expect(save()).rejects.toMatchObject({ kind: 'corrupt' });
});
