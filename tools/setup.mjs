// Runs on whatever Node the machine has (20 is enough) and has no dependencies: installs once per lockfile and platform,
// so `npm start` and `npm test` work on a fresh clone. The installed tree brings its own Node 24.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = `${root}node_modules/.setup-stamp`;
const wanted = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) {
  console.log('Installing packages (first run, or the lockfile changed)…');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    console.error(
      'Packages could not be installed. Check that the npm registry can be reached, then run the command again.',
    );
    process.exit(result.status ?? 1);
  }
  // `npm run server` starts with `exec`, so that SIGTERM reaches the server and its exit code reaches whoever sent it: the
  // shell between them would die of the signal instead. Windows has no such word; there it means "just run it".
  if (process.platform === 'win32') writeFileSync(`${root}node_modules/.bin/exec.cmd`, '@%*\r\n');
  writeFileSync(stampFile, wanted);
}
