import { around, at, type CrashPoint, type Where } from './crash-point.ts';

const SERVER = { side: 'server', when: 'working' } as const;
const FRESH = { side: 'server', when: 'fresh' } as const;
const START = { side: 'server', when: 'starting' } as const;
const writing = 'server/storage/write-transaction.ts';
const connection = 'server/storage/sqlite-connection.ts';
const committer = 'server/storage/group-committer.ts';
const tailer = 'server/realtime/tailer.ts';
const hello = 'server/realtime/hello.ts';
const store = 'server/http/document-store.ts';
const documents = 'server/http/routes/documents.ts';
const generation = 'server/storage/generation-file.ts';
const snapshot = 'server/http/snapshot-file.ts';

/** Transactions that Kysely begins and ends, as a migration's. */
export const commits = (where: Where, name: string): CrashPoint[] => {
  const rollback = 'override async rollbackTransaction(';
  const commit = (before: string, after: string): string =>
    [
      'override async commitTransaction(connection: DatabaseConnection): Promise<void> {',
      `${before} await super.commitTransaction(connection); ${after} }\n  ${rollback}`,
    ].join(' ');
  return [
    at(where, `before ${name}`, connection, rollback, (dies) => commit(dies, '')),
    at(where, `after ${name}`, connection, rollback, (dies) => commit('', dies)),
  ];
};

export const SERVER_POINTS: readonly CrashPoint[] = [
  ...around(
    FRESH,
    'a snapshot’s file is made',
    snapshot,
    `const file = await open(path, 'w+', 0o600).catch(() => null);`,
  ),
  ...around(
    FRESH,
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
  ...around(SERVER, 'COMMIT of a group', connection, 'commit.run();'),
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
    START,
    'the generation is noted',
    'server/storage/open-sqlite-storage.ts',
    'await generation.sync(position);',
  ),
  ...around(START, 'the server says where it listens', 'server/create-server.ts', 'lock.announce(url);'),
];
