import { type CompiledQuery, type Insertable, sql } from 'kysely';
import { compiled, type Session, SIZES } from './compiled.ts';
import type { Db, Tables } from './schema.ts';

type Row = Readonly<Record<string, string | number | null>>;
type Column<T extends keyof Tables> = keyof Tables[T] & string;

export type Replace<T extends keyof Tables> = {
  /** Primary key over which an existing row is changed. */
  readonly key: readonly Column<T>[];
  /** What is changed of it. Columns that never change are left out: SQLite rewrites every index of a column it sets. */
  readonly set: readonly Column<T>[];
};

/** A way to write many rows of one table with few statements, each compiled once; without `replace`, new rows only. */
export class BulkWrite<T extends keyof Tables & string> {
  readonly #table: T;
  readonly #columns: readonly Column<T>[];
  readonly #replace: Replace<T> | null;
  readonly #query = compiled((db, size) => this.#compile(db, size));

  constructor(table: T, columns: readonly Column<T>[], replace: Replace<T> | null) {
    this.#table = table;
    this.#columns = columns;
    this.#replace = replace;
  }

  /** Writes rows in the given order. No two may have the same key. */
  async run({ db, run }: Session, rows: readonly Insertable<Tables[T]>[]): Promise<void> {
    let at = 0;
    for (const size of SIZES) {
      while (rows.length - at >= size) {
        const parameters: unknown[] = [];
        for (const row of rows.slice(at, at + size)) {
          for (const column of this.#columns) parameters.push((row as Row)[column] ?? null);
        }
        await run({ ...this.#query(db, size), parameters });
        at += size;
      }
    }
  }

  #compile(db: Db, size: number): CompiledQuery {
    const columns = sql.join(this.#columns.map((column) => sql.ref(column)));
    const tuple = sql`(${sql.join(this.#columns.map(() => sql.val(null)))})`;
    const tuples = sql.join(Array.from({ length: size }, () => tuple));
    return sql`insert into ${sql.table(this.#table)} (${columns}) values ${tuples}${this.#onConflict()}`.compile(db);
  }

  #onConflict() {
    if (this.#replace === null) return sql``;
    const { key, set } = this.#replace;
    const assignments = set.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
    return sql` on conflict (${sql.join(key.map((column) => sql.ref(column)))}) do update set ${sql.join(assignments)}`;
  }
}
