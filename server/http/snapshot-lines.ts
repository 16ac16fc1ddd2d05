import type { SnapshotLine } from '#contract/wire/sync.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import type { Group } from '../core/scope.ts';
import type { Storage } from '../core/storage.ts';

/** The first page is small, so that a new station shows open work at once; the rest comes in bulk. */
const FIRST_PAGE = 200;
const PAGE = 1000;

const line = (value: SnapshotLine): string => `${JSON.stringify(value)}\n`;

/**
 * Everything a group may see as NDJSON, one chunk a page; the next page is read only when the reader has taken this one. The
 * position stands first and is read first: rows may be newer than it, and changes from it on make them consistent. A stream that
 * breaks off has no `end` line.
 */
export async function* snapshotLines(storage: Storage, group: Group): AsyncGenerator<string> {
  const { epoch, head, chain } = storage.position();
  yield line({ kind: 'head', protocol: PROTOCOL_VERSION, epoch, seq: head, chain, group: group.id });
  let after: string | null = null;
  let rows = 0;
  do {
    const page: Awaited<ReturnType<Storage['snapshotPage']>> = await storage.snapshotPage(
      group,
      after,
      after === null ? FIRST_PAGE : PAGE,
    );
    rows += page.rows.length;
    if (page.rows.length > 0) yield page.rows.map(line).join('');
    after = page.next;
  } while (after !== null);
  yield line({ kind: 'end', rows, seq: storage.position().head });
}
