// Baseline: PouchDB takes the same documents from a database in this very process into its on-disk leveldb.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Database = {
  bulkDocs(docs: readonly object[]): Promise<readonly object[]>;
  info(): Promise<{ readonly doc_count: number }>;
  close(): Promise<void>;
};
type PouchDb = {
  new (name: string, options: { adapter: string }): Database;
  plugin(plugin: unknown): PouchDb;
  replicate(from: Database, to: Database, options: object): Promise<{ readonly docs_written: number }>;
};

const [documents = '', batch = '100', runs = '5'] = process.argv.slice(2);
const load = createRequire(join(import.meta.dirname, '..', 'pouchdb', 'package.json'));
const PouchDB = ['adapter-leveldb', 'adapter-memory', 'replication'].reduce<PouchDb>((pouch, name) => {
  const plugin = load(`pouchdb-${name}`) as { default?: unknown };
  return pouch.plugin(plugin.default ?? plugin);
}, load('pouchdb-core') as PouchDb);

const docs = JSON.parse(readFileSync(documents, 'utf8')) as object[];
const source = new PouchDB('source', { adapter: 'memory' });
await source.bulkDocs(docs);

const milliseconds: number[] = [];
for (let run = 0; run < Number(runs); run++) {
  const dir = mkdtempSync(join(tmpdir(), 'bench-pouchdb-'));
  const target = new PouchDB(join(dir, 'target'), { adapter: 'leveldb' });
  await target.info();
  const started = performance.now();
  await PouchDB.replicate(source, target, { batch_size: Number(batch), batches_limit: 10 });
  milliseconds.push(performance.now() - started);
  const { doc_count: count } = await target.info();
  if (count !== docs.length) throw new Error(`PouchDB replicated ${count} of ${docs.length} documents`);
  await target.close();
  rmSync(dir, { recursive: true, force: true });
}
process.send?.(milliseconds);
process.disconnect?.();
