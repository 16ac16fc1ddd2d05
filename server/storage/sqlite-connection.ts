import Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely';
import type { Run, Transact } from './compiled.ts';
import type { Tables } from './schema.ts';

/** Kibibytes of pages a connection keeps: what a dock works on in a shift, where SQLite's own 2 MB would be re-read. */
const CACHE_KIB = 32 * 1024;
/** Milliseconds a connection waits for another process (a backup, an operator's shell) before it gives up. */
const BUSY_TIMEOUT = 5000;
/** Pages in the write-ahead log before it is folded back, which stops the writer for some 20 ms: rarer than SQLite's 1000. */
const CHECKPOINT_PAGES = 4000;
/** Prepared statements kept per connection; the shapes in use are some dozens. */
const MOST_STATEMENTS = 400;

/** The write lock is taken at once: a deferred transaction that has read may find it can no longer write. */
const BEGIN = 'begin immediate';

type Statement = ReturnType<Database.Database['prepare']>;

/**
 * Keeps prepared statements: Kysely prepares anew for every execution, and parsing SQL would cost more than running it.
 */
const remembering = (database: Database.Database) => {
  const statements = new Map<string, Statement>();
  return {
    prepare: (sql: string): Statement => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      if (statements.size >= MOST_STATEMENTS) statements.clear();
      const statement = database.prepare(sql);
      statements.set(sql, statement);
      return statement;
    },
    close: () => database.close(),
  };
};

class WriterDriver extends SqliteDriver {
  readonly #database: Database.Database;

  constructor(config: SqliteDialectConfig, database: Database.Database) {
    super(config);
    this.#database = database;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(BEGIN));
  }

  /** SQLite ends a transaction by itself when the disk is full; the first error is then the one worth telling. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Kysely takes SQLite for a database whose schema changes cannot be undone; a start that was cut short would then never end. */
class WholeStepsAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): true {
    return true;
  }
}

class WriterDialect extends SqliteDialect {
  readonly #create: () => SqliteDriver;

  constructor(config: SqliteDialectConfig, database: Database.Database) {
    super(config);
    this.#create = () => new WriterDriver(config, database);
  }

  override createDriver(): SqliteDriver {
    return this.#create();
  }

  override createAdapter(): SqliteAdapter {
    return new WholeStepsAdapter();
  }
}

/** Kysely does not close a connection that was never used, so the handle is closed beside it. */
export type Connection = { readonly db: Kysely<Tables>; readonly run: Run; readonly close: () => Promise<void> };

const connect = (
  database: Database.Database,
  createDialect: (config: SqliteDialectConfig) => SqliteDialect,
): Connection => {
  database.pragma(`cache_size = -${CACHE_KIB}`);
  const statements = remembering(database);
  const db = new Kysely<Tables>({ dialect: createDialect({ database: statements }) });
  const run: Run = async ({ sql, parameters }) => {
    const statement = statements.prepare(sql);
    if (statement.reader) return statement.all(parameters);
    statement.run(parameters);
    return [];
  };
  const close = async (): Promise<void> => {
    await db.destroy();
    if (database.open) database.close();
  };
  return { db, run, close };
};

/** Straight on the prepared statements: Kysely's way to begin and commit costs as much as two statements do. */
const transactOn = (database: Database.Database): Transact => {
  const begin = database.prepare(BEGIN);
  const commit = database.prepare('commit');
  const rollback = database.prepare('rollback');
  return async (work) => {
    begin.run();
    try {
      const result = await work();
      commit.run();
      return result;
    } catch (error) {
      // SQLite ends a transaction by itself when the disk is full; the first error is then the one worth telling.
      if (database.inTransaction) rollback.run();
      throw error;
    }
  };
};

/** The writing connection, durable at every commit; `maxBytes` is where the file stops growing. */
export const openWriter = (file: string, maxBytes?: number): Connection & { readonly transact: Transact } => {
  const database = new Database(file, { timeout: BUSY_TIMEOUT });
  try {
    setDurable(database);
    if (maxBytes !== undefined) {
      const pageSize = Number(database.pragma('page_size', { simple: true }));
      database.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
    }
  } catch (error) {
    database.close();
    throw error;
  }
  return { ...connect(database, (config) => new WriterDialect(config, database)), transact: transactOn(database) };
};

/** Settings are read back: a file system without WAL, or a build with another default, must not go unnoticed. */
const setDurable = (database: Database.Database): void => {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // A statement of many rows notes each page before it changes it, in case it has to be undone alone: in a file it would be one more
  // to write for every group.
  database.pragma('temp_store = MEMORY');
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const mode = database.pragma('journal_mode', { simple: true });
  const synchronous = database.pragma('synchronous', { simple: true });
  if (mode !== 'wal' || synchronous !== 2) {
    throw new Error(`SQLite would not be durable here: journal_mode ${mode}, synchronous ${synchronous}`);
  }
};

/** A second connection for reading: it sees committed transactions only, never the one being written. */
export const openReader = (file: string): Connection =>
  connect(new Database(file, { timeout: BUSY_TIMEOUT, readonly: true }), (config) => new SqliteDialect(config));

/**
 * Takes the data directory for this process: two servers on one file would each hand out numbers from memory. The lock is
 * the operating system's, so it ends with the process however that ends. Returns the release.
 */
export const lockForThisProcess = (file: string): (() => Promise<void>) => {
  const lock = new Database(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    throw new Error(`Another Dockline server is using ${file}. Stop it first, or give this one another DATA_DIR.`, {
      cause: error,
    });
  }
  return async () => void lock.close();
};
