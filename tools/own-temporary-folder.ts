import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `os.tmpdir()` asks, on whatever system; processes started from here inherit it. */
const VARIABLES = ['TMPDIR', 'TEMP', 'TMP'] as const;

/** Makes a temporary folder that takes in all others made from here on. Returns what removes it; that never throws. */
export const makeOwnTemporaryFolder = (name: string): (() => void) => {
  const before = VARIABLES.map((variable) => [variable, process.env[variable]] as const);
  const folder = mkdtempSync(join(tmpdir(), `dockline-${name}-`));
  for (const variable of VARIABLES) process.env[variable] = folder;
  return () => {
    for (const [variable, value] of before) {
      if (value === undefined) delete process.env[variable];
      else process.env[variable] = value;
    }
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      // How the run went is told by its exit code, not by what could not be tidied up.
      console.error(`${folder} could not be removed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
};

/** For a program: its folders go with it, however it ends but killed. An interrupt ends it as it did before. */
export const takeOwnTemporaryFolder = (name: string): void => {
  const remove = makeOwnTemporaryFolder(name);
  process.on('exit', remove);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => process.exit(code));
};
