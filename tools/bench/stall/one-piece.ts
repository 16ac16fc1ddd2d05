import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ENTITIES, type EntityName } from '#contract/domain/entities.ts';
import { CACHE_SCHEMA } from '../../../src-main/store/cache-schema.ts';

type Row = { readonly entity: EntityName; readonly id: string; readonly seq: number; readonly row: object | null };

const isRow = (line: object): line is Row => 'row' in line;

/**
 * Baseline: the same rows as one text, parsed, checked and written in one go, as is usual. Returns how many were written. Frames
 * hold their rows as `changes`; a snapshot has one a line.
 */
export const applyInOnePiece = (text: string): number => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-one-piece-'));
  const db = new Database(join(dir, 'cache.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec(CACHE_SCHEMA);
  const put = db.prepare('INSERT OR REPLACE INTO row (entity, id, seq, body) VALUES (?, ?, ?, ?)');
  const parsed = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as object);
  const rows = parsed.flatMap((line) => ('changes' in line ? (line.changes as Row[]) : isRow(line) ? [line] : []));
  for (const { entity, row } of rows) ENTITIES[entity].parse(row);
  db.transaction(() => {
    for (const { entity, id, seq, row } of rows) put.run(entity, id, seq, JSON.stringify(row));
  })();
  const count = db.prepare<[], number>('SELECT count(*) FROM row').pluck().get() ?? 0;
  db.close();
  rmSync(dir, { recursive: true, force: true });
  return count;
};
