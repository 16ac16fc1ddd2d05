import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import type { Storage } from '../../core/storage.ts';
import { openSqliteStorage, type SqliteOptions } from '../open-sqlite-storage.ts';

export type SuiteOptions = Partial<
  Pick<SqliteOptions, 'clock' | 'newId' | 'retention' | 'approveByPin' | 'waitingFor'>
>;

/** One place for data, new and empty: may be opened, closed and opened again. */
export type Place = { open(options?: SuiteOptions): Promise<Storage>; remove(): Promise<void> };
export type MakePlace = () => Promise<Place>;

const sqlitePlace: MakePlace = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dockline-'));
  const own = { file: join(folder, 'dockline.db'), clock: () => new Date(), newId: uuidv7 };
  return {
    open: (options = {}) => openSqliteStorage({ ...own, ...options }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};

/** Every implementation of `Storage`: each test of this folder runs on all of them. */
export const STORAGES: readonly { readonly name: string; readonly makePlace: MakePlace }[] = [
  { name: 'SQLite', makePlace: sqlitePlace },
];
