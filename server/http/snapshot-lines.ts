import type { SnapshotLine } from '#contract/wire/sync.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import type { Group } from '../core/scope.ts';
import type { Position, RowText, Storage } from '../core/storage.ts';

/** The first page is small, so that a new station shows open work at once; the rest comes in bulk. */
const FIRST_PAGE = 200;
const PAGE = 1000;

const line = (value: SnapshotLine): string => `${JSON.stringify(value)}\n`;

/** The same text as `line` makes of the row, which is JSON already. */
const rowLine = ({ entity, id, seq, shipmentId, text }: RowText): string => {
  const about = JSON.stringify({ kind: 'row', entity, id, seq, shipmentId });
  return `${about.slice(0, -1)},"row":${text}}\n`;
};

/** What stands before the lines: the position that was read before any of them, and which of them come. */
export const headLine = (
  { epoch, head, chain }: Position,
  group: Group,
  from: { readonly snapshot: string; readonly line: number },
): string => line({ kind: 'head', protocol: PROTOCOL_VERSION, epoch, seq: head, chain, group: group.id, ...from });

/**
 * Everything a group may see as NDJSON, one chunk a page, after the head; the next page is read only when the reader has taken
 * this one. Rows may be newer than the head says. What breaks off has no `end` line.
 */
export async function* snapshotLines(storage: Storage, group: Group): AsyncGenerator<string> {
  let after: string | null = null;
  let rows = 0;
  do {
    const page: Awaited<ReturnType<Storage['snapshotPage']>> = await storage.snapshotPage(
      group,
      after,
      after === null ? FIRST_PAGE : PAGE,
    );
    rows += page.rows.length;
    if (page.rows.length > 0) yield page.rows.map(rowLine).join('');
    after = page.next;
  } while (after !== null);
  yield line({ kind: 'end', rows, seq: storage.position().head });
}
