import type { Patch } from '../support/patches.ts';

/**
 * A place where a process may be killed. `fresh`: it comes by only when a station without files signs in for the first time.
 * `starting`: it comes by while the process starts.
 */
export type CrashPoint = {
  readonly label: string;
  readonly side: 'server' | 'station';
  readonly patch: Patch;
  readonly when: 'working' | 'fresh' | 'starting';
};

type Where = Pick<CrashPoint, 'side' | 'when'>;

/** For source that holds a template of its own. */
const DOLLAR = '$';

const die = (label: string): string => `globalThis.dieHere(${JSON.stringify(label)});`;

/** Two places: right before a statement and right after it. */
const around = (where: Where, name: string, file: string, find: string): CrashPoint[] => {
  const before = `before ${name}`;
  const after = `after ${name}`;
  return [
    { ...where, label: before, patch: { file, find, replace: `{ ${die(before)} } ${find}` } },
    { ...where, label: after, patch: { file, find, replace: `${find} { ${die(after)} }` } },
  ];
};

const at = (where: Where, label: string, file: string, find: string, replace: (die: string) => string): CrashPoint => ({
  ...where,
  label,
  patch: { file, find, replace: replace(die(label)) },
});

const SERVER = { side: 'server', when: 'working' } as const;
const SERVER_FRESH = { side: 'server', when: 'fresh' } as const;
const SERVER_START = { side: 'server', when: 'starting' } as const;
const writing = 'server/storage/write-transaction.ts';
const connection = 'server/storage/sqlite-connection.ts';
const committer = 'server/storage/group-committer.ts';
const tailer = 'server/realtime/tailer.ts';
const hello = 'server/realtime/hello.ts';
const store = 'server/http/document-store.ts';
const documents = 'server/http/routes/documents.ts';
const generation = 'server/storage/generation-file.ts';
const commit = 'commit.run();';

const snapshot = 'server/http/snapshot-file.ts';

export const SERVER_POINTS: readonly CrashPoint[] = [
  ...around(
    SERVER_FRESH,
    'a snapshot’s file is made',
    snapshot,
    `const file = await open(path, 'w+', 0o600).catch(() => null);`,
  ),
  ...around(
    SERVER_FRESH,
    'a snapshot’s piece is written',
    snapshot,
    'const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, this.#bytes);',
  ),
  ...around(SERVER, 'the change rows are written', writing, 'await CHANGE.run(session, rows);'),
  ...around(
    SERVER,
    'the history is written',
    writing,
    'await HISTORY.run(session, historyRows(transaction, before.base));',
  ),
  ...around(SERVER, 'the ledger is written', writing, 'await writeLedger(transaction, before.base);'),
  at(SERVER, 'before COMMIT of a group', connection, commit, (dies) => `${dies} ${commit}`),
  at(SERVER, 'after COMMIT of a group', connection, commit, (dies) => `${commit} ${dies}`),
  ...around(SERVER, 'work is acknowledged', committer, 'waiting.resolve(tell(written.base));'),
  ...around(SERVER, 'the doorbell rings', committer, 'if (wrote) this.#ports.onAnswered(written.head);'),
  ...around(SERVER, 'a frame is emitted', tailer, 'this.#outlet.emitFrame(tail.group, frame);'),
  ...around(SERVER, 'the guide’s event is emitted', tailer, 'this.#outlet.emitChange(change);').map((point) => ({
    ...point,
    // The body of a loop without braces.
    patch: { ...point.patch, replace: `{ ${point.patch.replace} }` },
  })),
  ...around(SERVER, 'hello is answered', hello, 'reply(replyOf(ports, group, lastN, frame, isLive));'),
  ...around(SERVER, 'a document’s file is made', store, `const handle = await open(path, 'wx', 0o600);`),
  at(
    SERVER,
    'after a document’s file is synced',
    store,
    `return { contentHash: hash.digest('hex')`,
    (dies) => `${dies} return { contentHash: hash.digest('hex')`,
  ),
  ...around(SERVER, 'a document is renamed into place', store, 'await rename(path, place);'),
  ...around(SERVER, 'a document’s folder is synced', store, 'await syncDirectory(dirname(place));'),
  at(
    SERVER,
    'before a document’s row is committed',
    documents,
    'const documentId = rowId(request, ports.newId);',
    (dies) => `${dies} const documentId = rowId(request, ports.newId);`,
  ),
  at(
    SERVER,
    'after a document’s row is committed',
    documents,
    `return rowLeft(ports.storage, outcomes, 'document', documentId);`,
    (dies) => `${dies} return rowLeft(ports.storage, outcomes, 'document', documentId);`,
  ),
  ...around(SERVER, 'the note of the generation is renamed', generation, 'renameSync(fresh, this.#file);'),
  ...around(
    SERVER_START,
    'the generation is noted',
    'server/storage/open-sqlite-storage.ts',
    'await generation.sync(position);',
  ),
  ...around(SERVER_START, 'the server says where it listens', 'server/create-server.ts', 'lock.announce(url);'),
];

const STATION = { side: 'station', when: 'working' } as const;
const STATION_FRESH = { side: 'station', when: 'fresh' } as const;
const journal = 'src-main/store/journal.ts';
const cacheFile = 'src-main/store/cache-file.ts';
const cache = 'src-main/store/cache.ts';
const cacheFolder = 'src-main/store/cache-folder.ts';
const inbox = 'src-main/core/inbox.ts';
const openingJournal = 'src-main/store/open-journal.ts';
const outbox = 'src-main/core/outbox.ts';
const rebuild = 'src-main/core/rebuild.ts';
const newsPosition = 'src-main/core/news-position.ts';
const replica = 'src-main/core/replica.ts';

export const STATION_POINTS: readonly CrashPoint[] = [
  at(
    STATION,
    'before the outbox commits an append',
    journal,
    'return toWork(store.immediate());',
    (dies) => `${dies} return toWork(store.immediate());`,
  ),
  ...around(STATION, 'an append takes its number', journal, 'count.run(ownerKey);'),
  at(
    STATION,
    'after the outbox commits an append',
    journal,
    'return toWork(store.immediate());',
    (dies) => `const kept = toWork(store.immediate()); ${dies} return kept;`,
  ),
  ...around(STATION, 'saved work is on its way', outbox, 'this.#ports.onChanged(new Set([stored.shipmentId]));'),
  ...around(STATION, 'verdicts are taken', outbox, 'const news = await this.#takeVerdicts(clientId, reply);'),
  ...around(STATION, 'verdicts are committed', journal, 'const rows = guarded(() => all.immediate());'),
  ...around(STATION, 'done work is marked', outbox, 'await this.#ports.journal.markDone(clientId, ns);'),
  ...around(
    STATION,
    'the rows of a frame are written',
    cacheFile,
    `this.#sql.putMeta.run('position', JSON.stringify(next));`,
  ),
  ...around(STATION, 'a cache transaction commits', cacheFile, 'this.#sql.commit.run();'),
  ...around(STATION, 'a frame is noted in the inbox', replica, 'await beforeApply(frame);'),
  ...around(STATION, 'a frame counts as applied', replica, 'await applied(frame);'),
  ...around(
    STATION,
    'inbox rows are committed',
    inbox,
    'const added = await this.#ports.journal.addInbox(upTo, items, parting);',
  ),
  ...around(
    STATION,
    'toasts are marked as shown',
    inbox,
    'await this.#ports.journal.markShown(items.map(({ seq }) => seq));',
  ),
  ...around(STATION, 'a toast is shown', inbox, 'this.#ports.toasts.show(item);'),
  ...around(STATION_FRESH, 'a new journal gets its name', openingJournal, 'renameSync(unnamed, file);'),
  ...around(STATION_FRESH, 'the owner gets an identity', journal, 'guarded(() => this.#addIdentity(owner.key));'),
  ...around(
    STATION_FRESH,
    'a snapshot’s position is set',
    rebuild,
    'await rebuild.setPosition({ cursor, group: line.group, syncedAt: null });',
  ),
  ...around(STATION_FRESH, 'rows of a snapshot can be read', rebuild, 'await arrived?.(batch, rows === batch.length);'),
  ...around(STATION_FRESH, 'a rebuilt cache is swapped in', rebuild, 'await rebuild.swap();'),
  ...around(
    STATION_FRESH,
    'the pointer file is written',
    cacheFolder,
    `writeFileSync(\`${DOLLAR}{pointer}.new\`, basename(file.path), { flush: true });`,
  ),
  ...around(
    STATION_FRESH,
    'the pointer file is renamed',
    cacheFolder,
    `renameSync(\`${DOLLAR}{pointer}.new\`, pointer);`,
  ),
  at(
    STATION_FRESH,
    'before the old cache is removed',
    cache,
    'await file.remove().catch(',
    (dies) => `${dies} await file.remove().catch(`,
  ),
  at(
    STATION_FRESH,
    'after the old cache is removed',
    cache,
    'this.#folder.dropAside();',
    (dies) => `${dies} this.#folder.dropAside();`,
  ),
  ...around(STATION_FRESH, 'the inbox begins with a snapshot', newsPosition, 'await this.#begin(at);'),
  ...around(STATION_FRESH, 'the inbox follows the rows', newsPosition, 'await this.#journal.setFollowing(true);'),
];

export const CRASH_POINTS: readonly CrashPoint[] = [...SERVER_POINTS, ...STATION_POINTS];

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
