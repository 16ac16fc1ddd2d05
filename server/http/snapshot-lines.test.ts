import { expect, it } from 'vitest';
import type { SnapshotLine } from '#contract/wire/sync.ts';
import { groupOf } from '../core/scope.ts';
import type { RowText, Storage } from '../core/storage.ts';
import { snapshotLines } from './snapshot-lines.ts';

const ALL = groupOf({ role: 'lead', warehouses: null, supplierId: null });
const ROWS: readonly RowText[] = [
  { entity: 'supplier', id: 'ACME', seq: 1, shipmentId: null, text: '{"id":"ACME","name":"Müller \\"& Söhne\\"\\n"}' },
  { entity: 'line', id: 'a "line"\n\u2028', seq: 2, shipmentId: 'S\\', text: '{"id":"a","row":{},"text":"}"}' },
];

it('are what the rows and their JSON say, one a line', async () => {
  const storage: Pick<Storage, 'position' | 'snapshotPage'> = {
    position: () => ({ epoch: 'e', head: 9, chain: 'c', floor: 0 }),
    snapshotPage: async (_group, after) => (after === null ? { rows: ROWS, next: 'x' } : { rows: [], next: null }),
  };
  let all = '';
  for await (const text of snapshotLines(storage as Storage, ALL)) all += text;
  const lines = all.split('\n');
  expect(lines.pop()).toBe('');
  const expected: SnapshotLine[] = ROWS.map(({ text, ...row }) => ({ kind: 'row', ...row, row: JSON.parse(text) }));
  expect(lines.map((line) => JSON.parse(line))).toEqual([...expected, { kind: 'end', rows: 2, seq: 9 }]);
  // To the letter: what a station keeps of a line must not depend on how it was written.
  expect(lines.slice(0, -1)).toEqual(expected.map((line) => JSON.stringify(line)));
});
