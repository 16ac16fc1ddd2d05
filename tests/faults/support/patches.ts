import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const root = join(import.meta.dirname, '..', '..', '..');

/** One place in the product's source as a child process shall see it: `find` stands there exactly once. */
export type Patch = { readonly file: string; readonly find: string; readonly replace: string };

export type Faults = {
  readonly patches: readonly Patch[];
  /** Dies the `pass`th time it comes by; `diedFile` is written first, so that the test knows it died there and nowhere else. */
  readonly crash?: { readonly label: string; readonly pass: number; readonly diedFile: string };
};

/** Throws unless `find` stands in the source exactly once: a patch that changes nothing would test nothing. */
export const patched = (source: string, { file, find, replace }: Patch): string => {
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`${file}: the place to patch occurs ${count} times, not once: ${find}`);
  return source.replace(find, () => replace);
};

export const checkPatch = (patch: Patch): void =>
  void patched(readFileSync(join(root, ...patch.file.split('/')), 'utf8'), patch);

/** Environment of a child process that shall run the product with these faults in it. */
export const faultEnv = (faults: Faults): Record<string, string> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'patch-source.ts')).href}`,
  DOCKLINE_FAULTS: JSON.stringify(faults),
});

/** The environment without what a test runner put there. */
export const plainEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|VITEST.*|TEST|PROD|DEV|MODE)$/.test(name),
    ),
  );
