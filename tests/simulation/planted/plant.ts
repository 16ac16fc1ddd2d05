import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Edit = { readonly file: string; readonly find: string; readonly replace: string };
export type Bug = {
  readonly name: string;
  /** Its number in the list of controls. */
  readonly number: number;
  readonly edits: readonly Edit[];
};

const root = join(import.meta.dirname, '..', '..', '..');

/** The source with the bug in it. Throws when the text is not there exactly once: the bug would be somewhere else, or nowhere. */
export const withEdit = (source: string, { file, find, replace }: Edit): string => {
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`the text to be replaced stands ${times} times in ${file}:\n${find}`);
  return source.replace(find, () => replace);
};

/** From now on, modules of this process are loaded with the bug in them. The product's own files are not touched. */
export const plant = ({ edits }: Bug): void => {
  const files = new Map<string, Edit[]>();
  for (const edit of edits) {
    withEdit(readFileSync(join(root, edit.file), 'utf8'), edit);
    const path = join(root, edit.file);
    files.set(path, [...(files.get(path) ?? []), edit]);
  }
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      const planted = url.startsWith('file:') ? files.get(fileURLToPath(url)) : undefined;
      if (planted === undefined) return loaded;
      const source = readFileSync(fileURLToPath(url), 'utf8');
      return { ...loaded, source: planted.reduce(withEdit, source) };
    },
  });
};
