import { at, type CrashPoint } from './crash-point.ts';

const SERVER = { side: 'server', when: 'working' } as const;
const STATION = { side: 'station', when: 'working' } as const;
const committer = 'server/storage/group-committer.ts';
const writing = 'server/storage/write-transaction.ts';
const inbox = 'src-main/core/inbox.ts';
const journal = 'src-main/store/journal.ts';

/** Bugs planted together with a place to die at: each breaks a promise, and the audit has to say which. */
export const PLANTED: readonly { readonly bug: string; readonly shows: RegExp; readonly point: CrashPoint }[] = [
  {
    bug: 'the server acknowledges before COMMIT',
    shows: /out_of_order|is there 0 times/,
    point: at(
      SERVER,
      'acknowledged, not committed',
      committer,
      'return { results, written: await writeTransaction(transaction) };',
      (dies) =>
        [
          'const written = await writeTransaction(transaction);',
          'for (const { waiting, tell } of results) waiting.resolve(tell(written.base));',
          `await new Promise((resolve) => setTimeout(resolve, 100)); ${dies} return { results, written };`,
        ].join(' '),
    ),
  },
  {
    bug: 'the server keeps no ledger',
    shows: /out_of_order|the ledger has every number/,
    point: at(SERVER, 'no ledger', writing, 'await writeLedger(transaction, before.base);', (dies) => dies),
  },
  {
    bug: 'a toast is shown before it is marked as shown',
    shows: /a toast was shown twice/,
    point: at(
      STATION,
      'shown, not marked',
      inbox,
      'await this.#ports.journal.markShown(items.map(({ seq }) => seq));',
      (dies) =>
        [
          `for (const item of items) this.#ports.toasts.show(item); ${dies}`,
          'await this.#ports.journal.markShown(items.map(({ seq }) => seq)); items.splice(0);',
        ].join(' '),
    ),
  },
  {
    bug: 'work is said to be saved and then written',
    shows: /is there 0 times|is not in the journal/,
    point: at(STATION, 'said, not written', journal, 'return toWork(store.immediate());', (dies) =>
      [
        'const { client_id, next_n } = this.#identity(ownerKey);',
        'const { shipmentId, shipmentNumber, ...said } = work;',
        `setTimeout(() => { ${dies} store.immediate(); }, 20);`,
        'return { ...owner, owner: owner.key, mutation: { ...said, clientId: client_id, n: next_n, hash }, shipmentId, shipmentNumber,',
        "state: 'needs_person', verdict: null, verdictEpoch: null };",
      ].join(' '),
    ),
  },
];
