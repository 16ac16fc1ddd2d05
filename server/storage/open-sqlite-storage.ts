import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Actor } from '#contract/domain/roles.ts';
import type { StationBook } from '../core/station-book.ts';
import type { Position, Sender, Storage } from '../core/storage.ts';
import { genesis } from './digest.ts';
import { toOpenError } from './faults.ts';
import { continues, GenerationFile, generationFileOf, readMark } from './generation-file.ts';
import type { Retention } from './maintain.ts';
import { migrate } from './migrate.ts';
import { type Db, STREAM } from './schema.ts';
import { createSqlStorage } from './sql-storage.ts';
import { lockForThisProcess, openReader, openWriter } from './sqlite-connection.ts';

export type SqliteOptions = {
  /** Path of the database; its folder is made when missing. */
  readonly file: string;
  readonly clock: () => Date;
  /** UUIDv7. */
  readonly newId: () => string;
  readonly logger?: { error(fields: Record<string, unknown>, message: string): void };
  /** Bytes at which the database stops growing and answers `storage_full`; unset: when the disk is full. */
  readonly maxBytes?: number;
  /** How long what may be forgotten is kept; see `RETENTION`. */
  readonly retention?: Retention;
  /** What stations say is still to come; see `StationBook`. */
  readonly waitingFor?: StationBook['waitingFor'];
  readonly approveByPin?: (pin: string, sender: Sender) => Promise<Actor | null>;
};

/** The stream of this database; a new one begins a history of its own, known by a random epoch. */
const readPosition = async (writer: Db): Promise<Position> => {
  const epoch = randomBytes(16).toString('hex');
  await writer
    .insertInto('stream')
    .values({ id: STREAM, epoch, head: 0, chain: genesis(epoch), floor: 0 })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const stream = await writer.selectFrom('stream').selectAll().where('id', '=', STREAM).executeTakeFirstOrThrow();
  return { epoch: stream.epoch, head: Number(stream.head), chain: stream.chain, floor: Number(stream.floor) };
};

/** Begins a new history where the database stands: its numbers will be given out again, for other changes. */
const beginEpoch = async (writer: Db, position: Position): Promise<Position> => {
  const epoch = randomBytes(16).toString('hex');
  const chain = position.head === 0 ? genesis(epoch) : position.chain;
  await writer.updateTable('stream').set({ epoch, chain }).where('id', '=', STREAM).execute();
  return { ...position, epoch, chain };
};

const RESTORED =
  'the database is not the one that was last used here: a restored backup, or its generation file is missing. A new history begins; stations load it anew and hand back what they know';

/**
 * Opens the SQLite storage, creating or upgrading the file as needed. Rejects with an `Error` that says what to do when the
 * file is damaged, is not a database, is in use by another server, or would not be durable.
 */
export const openSqliteStorage = async (options: SqliteOptions): Promise<Storage> => {
  const { file, clock, newId, logger, maxBytes, approveByPin, retention, waitingFor } = options;
  // Closed in the order opposite to opening: the writer folds the log back, and only then may another server come.
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.reverse()) await close();
  };
  try {
    mkdirSync(dirname(file), { recursive: true });
    opened.push(lockForThisProcess(file));
    const writer = openWriter(file, maxBytes);
    opened.push(writer.close);
    await migrate(writer.db);
    const found = await readPosition(writer.db);
    const isContinued = await continues(writer, found, await readMark(generationFileOf(file)));
    if (!isContinued) logger?.error({ file, head: found.head }, RESTORED);
    const position = isContinued ? found : await beginEpoch(writer.db, found);
    const reader = openReader(file);
    opened.push(reader.close);
    const onFault = (error: unknown) => logger?.error({ err: error }, 'the generation file could not be written');
    const generation = new GenerationFile(generationFileOf(file), onFault);
    await generation.sync(position);
    return createSqlStorage({
      writer,
      reader,
      position,
      clock,
      newId,
      ...(retention === undefined ? {} : { retention }),
      ...(waitingFor === undefined ? {} : { waitingFor }),
      ...(approveByPin === undefined ? {} : { approveByPin }),
      onFault: (error) => logger?.error({ err: error }, 'a listener to commits failed'),
      onWritten: (at) => generation.note(at),
      close: async () => {
        await generation.close();
        await closeAll();
      },
    });
  } catch (error) {
    await closeAll();
    throw toOpenError(file, error);
  }
};
