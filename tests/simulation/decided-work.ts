import type { Verdict } from '#contract/wire/sync.ts';
import type { RawChange } from '../../server/core/storage.ts';
import { originTag } from '../../server/storage/digest.ts';
import type { History } from './history.ts';
import type { JournalRow } from './station-node.ts';

export type LedgerRow = { readonly client_id: string; readonly n: number; readonly verdict: string };

/** What one command changed, all or nothing. */
export type Piece = {
  /** Position of its last change: what a verdict on it names. */
  readonly seq: number;
  readonly changes: readonly RawChange[];
  readonly last: RawChange;
};

/** A station's work that the server decided, as the ledger has it and as it was asked for. */
export type DecidedWork = {
  readonly name: string;
  readonly origin: string;
  readonly n: number;
  readonly verdict: Verdict;
  /** As the journals of whoever has this number have it: of devices that were one, any may have been heard first. */
  readonly asked: readonly JournalRow[];
};

/** The log in pieces, by the position of the last change of each. */
export const piecesOf = ({ log }: History): Map<number, Piece> => {
  const pieces = new Map<number, Piece>();
  let changes: RawChange[] = [];
  for (const { raw, chain } of log) {
    changes.push(raw);
    if (chain === null) continue;
    pieces.set(raw.seq, { seq: raw.seq, changes, last: raw });
    changes = [];
  }
  return pieces;
};

/** Everything in the ledger, each client's in the order in which it was decided. */
export const decidedWork = (ledger: readonly LedgerRow[], journals: readonly JournalRow[]): DecidedWork[] => {
  const asked = new Map<string, JournalRow[]>();
  for (const row of journals) {
    const key = `${row.client_id}/${row.n}`;
    asked.set(key, [...(asked.get(key) ?? []), row]);
  }
  const works = ledger.map(({ client_id, n, verdict }): DecidedWork => {
    const name = `${client_id}/${n}`;
    const origin = originTag(client_id);
    return { name, origin, n, verdict: JSON.parse(verdict) as Verdict, asked: asked.get(name) ?? [] };
  });
  return works.sort((a, b) => a.n - b.n);
};

/** Who asked for what a change came of; undefined when nobody here did. */
export const askerOf = ({ asked }: DecidedWork, { command, occurredAt, actor }: RawChange): JournalRow | undefined =>
  asked.find((row) => row.type === command && row.occurred_at === occurredAt && row.user_id === actor.id);

export const argsOf = ({ args }: JournalRow): Readonly<Record<string, unknown>> =>
  JSON.parse(args) as Record<string, unknown>;
