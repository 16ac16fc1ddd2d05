import { type CompiledQuery, type Insertable, type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** Rows per statement. Few sizes, so that few statements are compiled and prepared, each once. */
const SIZES = [32, 8, 1] as const;

type Row = Readonly<Record<string, string | number | null>>;

/** A way to write many rows of one table: compiled once by Kysely per size, then only parameters change. */
export class BulkWrite<T extends keyof Tables & string> {
  readonly #table: T;
  readonly #columns: readonly (keyof Tables[T] & string)[];
  readonly #key: readonly (keyof Tables[T] & string)[] | null;
  readonly #compiled = new Map<number, CompiledQuery>();

  /** `key`: the primary key over which an existing row is replaced; null to insert only. */
  constructor(
    table: T,
    columns: readonly (keyof Tables[T] & string)[],
    key: readonly (keyof Tables[T] & string)[] | null,
  ) {
    this.#table = table;
    this.#columns = columns;
    this.#key = key;
  }

  /** Writes rows in the given order. No two may have the same key. */
  async run(db: Kysely<Tables>, rows: readonly Insertable<Tables[T]>[]): Promise<void> {
    let at = 0;
    for (const size of SIZES) {
      while (rows.length - at >= size) {
        const query = this.#query(db, size);
        const parameters: unknown[] = [];
        for (const row of rows.slice(at, at + size)) {
          for (const column of this.#columns) parameters.push((row as Row)[column] ?? null);
        }
        await db.executeQuery({ ...query, parameters });
        at += size;
      }
    }
  }

  #query(db: Kysely<Tables>, size: number): CompiledQuery {
    const known = this.#compiled.get(size);
    if (known !== undefined) return known;
    const columns = sql.join(this.#columns.map((column) => sql.ref(column)));
    const tuple = sql`(${sql.join(this.#columns.map(() => sql.val(null)))})`;
    const tuples = sql.join(Array.from({ length: size }, () => tuple));
    const query = sql`insert into ${sql.table(this.#table)} (${columns}) values ${tuples}${this.#onConflict()}`.compile(
      db,
    );
    this.#compiled.set(size, query);
    return query;
  }

  #onConflict() {
    const key = this.#key;
    if (key === null) return sql``;
    const rest = this.#columns.filter((column) => !key.includes(column));
    const set = rest.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
    return sql` on conflict (${sql.join(key.map((column) => sql.ref(column)))}) do update set ${sql.join(set)}`;
  }
}
