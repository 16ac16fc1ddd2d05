import { sql } from 'kysely';
import { compiled, type Session, SIZES } from './compiled.ts';
import type { Tables } from './schema.ts';

type Column<T extends keyof Tables> = keyof Tables[T] & string;

/**
 * A way to read rows by key, many at a time with few statements, each compiled once. `fixed` are equal for all, `column` is
 * the one that varies.
 */
export class BulkRead<T extends keyof Tables & string, C extends Column<T>> {
  readonly #fixed: readonly Column<T>[];
  readonly #query;

  constructor(table: T, columns: readonly C[], fixed: readonly Column<T>[], column: Column<T>) {
    this.#fixed = fixed;
    this.#query = compiled((db, size) => {
      const equal = fixed.map((each) => sql`${sql.ref(each)} = ${sql.val(null)} and `);
      const list = sql.join(Array.from({ length: size }, () => sql.val(null)));
      const where = sql`${sql.join(equal, sql``)}${sql.ref(column)} in (${list})`;
      const selected = sql.join(columns.map((each) => sql.ref(each)));
      return sql`select ${selected} from ${sql.table(table)} where ${where}`.compile(db);
    });
  }

  /** Rows with these keys, in no order; keys without a row are simply not among them. */
  async run({ db, run }: Session, fixed: readonly string[], keys: readonly string[]): Promise<Pick<Tables[T], C>[]> {
    if (fixed.length !== this.#fixed.length) throw new Error('one value for every fixed column');
    const found: Pick<Tables[T], C>[] = [];
    for (let at = 0; at < keys.length; ) {
      const left = keys.length - at;
      const size = SIZES.find((each) => each <= left) ?? 1;
      const parameters = [...fixed, ...keys.slice(at, at + size)];
      found.push(...((await run({ ...this.#query(db, size), parameters })) as Pick<Tables[T], C>[]));
      at += size;
    }
    return found;
  }
}
