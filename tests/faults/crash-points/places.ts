import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/patches.ts';
import type { CrashPoint } from './crash-point.ts';

/** What turns work into something that stays or that others know of. */
const CALLS = {
  rename: /\brename(?:Sync)?\(/g,
  // A transaction ends here, a statement outside of one, a job of the server's writer, or a migration.
  commit:
    /\.immediate\(\)|^ {2}\}\)\(\);$|\.exclusive\(\)|\btransaction\(\)\.execute\(|\bcommit\.run\(|\bexec\('(?:COMMIT|END)|\.prepare\([^;{]*?\)\.run\(|\benqueue\((?!job)|\bmigrateToLatest\(|\bwriter\s*\.(?:insertInto|updateTable|deleteFrom)\(/gm,
  emit: /\.emit(?:WithAck)?\(/g,
} as const;
type Kind = keyof typeof CALLS;

/** A call in the source, named after the function it stands in: `src-main/store/migrate.ts keepCopy rename`. */
export type Place = { readonly name: string; readonly file: string; readonly from: number; readonly to: number };

const METHOD = /^ {2}(?:override |static |async )*(#?\w+)(?:<.*>)?\([^=]*(?:\{|\()$/;
const CONSTANT = /^(?:export )?(?:const|function) (\w+)\b/;
const PROPERTY = /^ {2,4}'?([\w:]+)'?: (?:async )?\(.*\) =>(?! (?:void|Promise<.*>|\w+),$)/;
const KEYWORDS: ReadonlySet<string> = new Set(['if', 'for', 'while', 'switch']);

/** The function, method or constant that the line at `offset` belongs to. */
const ownerOf = (source: string, offset: number): string => {
  const before = source.slice(0, source.indexOf('\n', offset)).split('\n').reverse();
  for (const line of before) {
    const name = (METHOD.exec(line) ?? CONSTANT.exec(line) ?? PROPERTY.exec(line))?.[1];
    if (name !== undefined && !KEYWORDS.has(name)) return name;
  }
  return '';
};

const isComment = (source: string, offset: number): boolean =>
  /^\s*(?:\/\/|\*|\/\*)/.test(source.slice(source.lastIndexOf('\n', offset) + 1, offset + 1));

/** All such calls of one source text, each under a name of its own. */
export const placesIn = (file: string, source: string): Place[] => {
  const taken = new Map<string, number>();
  return (Object.keys(CALLS) as Kind[]).flatMap((kind) =>
    [...source.matchAll(CALLS[kind])].flatMap(({ index, 0: { length } }): Place[] => {
      if (isComment(source, index)) return [];
      const plain = `${file} ${ownerOf(source, index)} ${kind}`;
      const times = (taken.get(plain) ?? 0) + 1;
      taken.set(plain, times);
      return [{ name: times === 1 ? plain : `${plain} ${times}`, file, from: index, to: index + length }];
    }),
  );
};

const isProduct = (name: string): boolean =>
  name.endsWith('.ts') && !/\.test\.ts$|(?:^|\/)(?:fake-\w+|[\w-]+-for-tests|tests?)\.ts$|\/suite\//.test(name);

/** All such calls of both sides. What the page and the contract do goes through these. */
export const productPlaces = (): Place[] =>
  ['server', 'src-main'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter(isProduct)
      .sort()
      .flatMap((file) => placesIn(file, readFileSync(join(root, ...file.split('/')), 'utf8'))),
  );

/** The labels of the points whose patch has this very call in it. */
export const labelsAt = ({ file, from, to }: Place, points: readonly CrashPoint[]): string[] => {
  const source = readFileSync(join(root, ...file.split('/')), 'utf8');
  return points.flatMap(({ label, patch }) => {
    if (patch.file !== file) return [];
    const start = source.indexOf(patch.find);
    return start <= from && to <= start + patch.find.length ? [label] : [];
  });
};
