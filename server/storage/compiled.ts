import type { CompiledQuery } from 'kysely';
import type { Db } from './schema.ts';

/** Rows or keys per statement: few sizes, so that few statements are compiled and prepared. */
export const SIZES = [32, 8, 1] as const;

/**
 * A query compiled by Kysely once per size and remembered; only its parameters change from then on. Building and compiling
 * costs more than running a statement on the hot path. The compiled text depends on the database's dialect only, so one
 * process talks to one dialect through it.
 */
export const compiled = (compile: (db: Db, size: number) => CompiledQuery) => {
  const queries = new Map<number, CompiledQuery>();
  return (db: Db, size = 1): CompiledQuery => {
    let query = queries.get(size);
    if (query === undefined) {
      query = compile(db, size);
      queries.set(size, query);
    }
    return query;
  };
};

/**
 * One connection, or one transaction on it, as the hot path uses it: `db` to build with, `run` to execute what was compiled before. On SQLite
 * `run` goes straight to the prepared statement on the connection: a command takes a dozen statements of
 * a few microseconds each, and Kysely's way through plugins, logging and connection providers would double that.
 */
export type Session = { readonly db: Db; readonly run: Run };
/**
 * Runs work in one transaction: committed, and on disk, when this resolves; rolled back when the work throws. One at a time, and nothing
 * else uses the connection meanwhile.
 */
export type Transact = <T>(work: () => Promise<T>) => Promise<T>;
export type Writer = Session & { readonly transact: Transact };
export type Run = (query: CompiledQuery) => Promise<readonly unknown[]>;
