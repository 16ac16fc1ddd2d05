import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Every row a file holds, by entity and id, with the number of its last change. */
const rowsIn = (file: string, selects: readonly string[]): Map<string, number> => {
  const db = new Database(file, { readonly: true });
  try {
    const rows = selects.flatMap((select) => db.prepare<[], { key: string; seq: number }>(select).all());
    return new Map(rows.map(({ key, seq }) => [key, seq]));
  } finally {
    db.close();
  }
};

const SERVER_ROWS = [
  "SELECT 'shipment:' || id AS key, seq FROM shipment",
  "SELECT entity || ':' || id AS key, seq FROM part",
  "SELECT entity || ':' || id AS key, seq FROM place",
];

/** The cache file a station's folder has in use. */
export const cacheFileOf = (dir: string): string => join(dir, readFileSync(join(dir, 'cache.current'), 'utf8').trim());

/** Head of the log in a server's folder. */
export const headOf = (dataDir: string): number => {
  const db = new Database(join(dataDir, 'dockline.db'), { readonly: true });
  try {
    return db.prepare<[], number>('SELECT head FROM stream').pluck().get() ?? Number.NaN;
  } finally {
    db.close();
  }
};

/**
 * Throws unless the station's cache holds the server's rows, all of them and each as of its last change, and its cursor stands at
 * the head. For stations that may see everything. Returns how many rows that is.
 */
export const assertSameRows = (stationDir: string, dataDir: string): number => {
  const file = cacheFileOf(stationDir);
  const mine = rowsIn(file, ["SELECT entity || ':' || id AS key, seq FROM row"]);
  const theirs = rowsIn(join(dataDir, 'dockline.db'), SERVER_ROWS);
  const wrong = [...theirs].filter(([key, seq]) => mine.get(key) !== seq);
  if (mine.size !== theirs.size || wrong.length > 0) {
    throw new Error(`the cache has ${mine.size} rows of ${theirs.size}, ${wrong.length} of them missing or old`);
  }
  const db = new Database(file, { readonly: true });
  const position = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'position'").pluck().get();
  db.close();
  const { cursor } = JSON.parse(position ?? '{}') as { cursor?: { seq: number } };
  if (cursor?.seq !== headOf(dataDir)) throw new Error(`the cursor is at ${cursor?.seq} of ${headOf(dataDir)}`);
  return mine.size;
};
