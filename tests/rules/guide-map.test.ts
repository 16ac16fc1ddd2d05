import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

type Row = { file: string; exports: string[]; methods: string[] };

/** Reads "`path` → A, B: `method`, …" out of the right-hand column. */
const rowsOf = (markdown: string): Row[] =>
  markdown
    .split('\n')
    .filter((line) => /^\| .* \| .*`/.test(line))
    .flatMap((line) => {
      const here = line.split(' | ').slice(1).join(' | ').replace(/ \|$/, '');
      const [places = '', names = ''] = here.split(' → ');
      const [exported = '', methods = ''] = names.split(': ');
      const list = (text: string): string[] =>
        text
          .split(',')
          .map((part) => part.trim().replaceAll('`', ''))
          .filter((part) => part !== '');
      return list(places).map((file, at, all) => ({
        file,
        exports: at === all.length - 1 ? list(exported) : [],
        methods: list(methods),
      }));
    });

const missing = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ file, exports, methods }) => {
    const path = join(root, file);
    if (!existsSync(path)) return [file];
    if (file.endsWith('/')) return [];
    const source = readFileSync(path, 'utf8');
    const gone = exports.filter(
      (name) => !new RegExp(`export (?:async )?(?:const|function|class|interface|type) ${name}\\b`).test(source),
    );
    const lost = methods.filter((name) => !new RegExp(`\\b${name}\\b\\s*[(:=]`).test(source));
    return [...gone, ...lost].map((name) => `${file}: ${name}`);
  });

test('every part of the guide is where the map says', () => {
  const rows = rowsOf(readFileSync(join(root, 'docs', 'guide-map.md'), 'utf8'));
  expect(rows.length).toBeGreaterThan(12);
  expect(missing(rows)).toEqual([]);
});

test('a missing file, export or method is noticed', () => {
  const map =
    '| Guide | Here |\n| x | `server/nowhere.ts` → gone |\n| y | `contract/wire/up.ts` → NOT_THERE |\n| z | `contract/wire/up.ts` → UP: `neverWritten` |';
  expect(missing(rowsOf(map))).toEqual([
    'server/nowhere.ts',
    'contract/wire/up.ts: NOT_THERE',
    'contract/wire/up.ts: neverWritten',
  ]);
});

test('the hook has exactly the ten members of the guide', () => {
  const source = readFileSync(join(root, 'src-renderer', 'hooks', 'use-web-socket.ts'), 'utf8');
  for (const member of [
    'isConnected',
    'activeShipments',
    'joinShipment',
    'leaveShipment',
    'onShipmentUpdate',
    'onDocumentUpload',
    'onUserViewing',
    'onUserDisconnected',
    'onWarehouseCapacityChange',
    'emit',
  ]) {
    expect(source).toMatch(new RegExp(`\\b${member}\\b`));
  }
});
