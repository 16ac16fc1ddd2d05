import type { Verdict } from '#contract/wire/sync.ts';
import type { Transaction } from './transaction.ts';

type Answer = { readonly offset: number; readonly verdict: Omit<Verdict, 'seq'> } | { readonly stored: Verdict };

export type LedgerPage = {
  readonly lastN: number;
  readonly verdicts: Map<number, { readonly hash: string; readonly answer: Answer }>;
};

/** What is known of a station: its last number, and its verdicts on these numbers, also those of this very transaction. */
export const knownVerdicts = async (
  transaction: Transaction,
  clientId: string,
  numbers: readonly number[],
): Promise<LedgerPage> => {
  const { db, verdicts } = transaction;
  const lastN = transaction.lastN(clientId);
  const page: LedgerPage['verdicts'] = new Map();
  const replayed = numbers.filter((n) => n <= lastN);
  if (replayed.length > 0) {
    const query = db.selectFrom('ledger').select(['n', 'payload_hash', 'verdict']).where('client_id', '=', clientId);
    const rows = await query
      .where('n', '>=', Math.min(...replayed))
      .where('n', '<=', Math.max(...replayed))
      .execute();
    for (const { n, payload_hash, verdict } of rows) {
      page.set(Number(n), { hash: payload_hash, answer: { stored: JSON.parse(verdict) as Verdict } });
    }
  }
  for (const staged of verdicts) {
    if (staged.clientId !== clientId) continue;
    page.set(staged.verdict.n, { hash: staged.hash, answer: { offset: staged.offset, verdict: staged.verdict } });
  }
  return { lastN, verdicts: page };
};
