import { fork, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'pouchdb');

/** PouchDB is a baseline and no part of the product: it has a folder and a lockfile of its own. */
const install = (): void => {
  if (existsSync(join(folder, 'node_modules', 'pouchdb-core'))) return;
  console.log('Installing PouchDB for the baseline (once)…');
  // leveldown brings a built binary for every platform, so nothing has to be run.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', ['ci', ...flags, '--prefix', folder], { cwd: folder, stdio: 'inherit', shell });
  if (status !== 0) throw new Error('PouchDB could not be installed. Check that the npm registry can be reached.');
};

/** Milliseconds of each replication of the documents in this file (JSON, each with its `_id`). */
export const replicate = async (documents: string, batch: number, runs: number): Promise<number[]> => {
  install();
  const child = fork(join(import.meta.dirname, 'replicate-pouchdb.ts'), [documents, String(batch), String(runs)]);
  return new Promise((resolve, reject) => {
    child.once('message', (milliseconds) => resolve(milliseconds as number[]));
    child.once('exit', (code) => reject(new Error(`the replication ended with ${code}`)));
  });
};
