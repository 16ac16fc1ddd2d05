import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewWork, Owner } from '../core/ports.ts';
import { workHash } from '../core/work-hash.ts';
import type { StationJournal } from './journal.ts';
import { openJournal } from './open-journal.ts';

export const MARA: Owner = { key: 'srv:mara', userId: 'mara', userName: 'Mara', role: 'receiver', server: 'srv' };
export const NOW = Date.parse('2026-11-23T08:00:00.000Z');

let dir = '';
let logged: string[] = [];

/** Call before each test: a folder of its own. */
export const begin = (): void => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-journal-'));
  logged = [];
};
/** Call after each test. */
export const end = (): void => rmSync(dir, { recursive: true, force: true });

export const folder = (): string => dir;
export const file = (): string => join(dir, 'journal.db');
export const events = (): readonly string[] => logged;
export const open = (now: () => number = () => NOW) => openJournal(file(), now, (event) => logged.push(event));

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Notes of Mara's in a journal that is closed again, in one file. */
export const fill = async (count: number): Promise<void> => {
  const { journal } = open();
  await journal.setOwner(MARA, 'client-0001');
  for (let n = 1; n <= count; n += 1) {
    const args = { shipmentId: 's1', noteId: `n${n}`, text: 'x'.repeat(500) };
    const work: NewWork = {
      type: 'addNote',
      args,
      occurredAt: '2026-11-23T07:59:00.000Z',
      shipmentId: 's1',
      shipmentNumber: null,
    };
    const hash = workHash(sha256, work);
    await journal.append(MARA.key, work, hash);
  }
  journal.db.pragma('wal_checkpoint(TRUNCATE)');
  journal.close();
};

/** Without what everybody has to know. */
export const workIn = async (journal: StationJournal) =>
  (await journal.openWork()).filter(({ mutation }) => !mutation.clientId.startsWith('station-notice'));
export const notices = async (journal: StationJournal) =>
  (await journal.openWork()).flatMap(({ mutation, verdict }) =>
    mutation.clientId.startsWith('station-notice') ? [verdict?.message ?? ''] : [],
  );
