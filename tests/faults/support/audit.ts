import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { SnapshotLine } from '#contract/wire/sync.ts';
import { canonicalJson, genesis, nextChain } from '../../../server/storage/digest.ts';
import { MARA } from '../../../tools/dock/people.ts';
import { type FaultDock, until } from './dock.ts';

/** Something that must be there exactly once when it was acknowledged, and at most once when nobody knows. */
export type Effect = { readonly entity: 'note' | 'hold' | 'document'; readonly id: string; acknowledged: boolean };

type ChangeRow = {
  seq: number;
  tx_end: number;
  entity: string;
  entity_id: string;
  op: string;
  row: string | null;
  shipment_id: string | null;
  command: string;
  actor: string;
  chain: string | null;
};
type Rows = Map<string, string>;

const read = <T>(file: string, run: (db: Database.Database) => T): T => {
  const db = new Database(file, { readonly: true, timeout: 5_000 });
  try {
    return run(db);
  } finally {
    db.close();
  }
};

const all = <T>(db: Database.Database, sql: string): T[] => db.prepare<[], T>(sql).all();

export const isSound = (file: string): void =>
  read(file, (db) => assert.deepEqual(db.pragma('integrity_check'), [{ integrity_check: 'ok' }], file));

type Stream = { epoch: string; head: number; chain: string; floor: number };

/** The log has no gap, ends at the head, and its chain is what its contents say; a log that was cut begins with its floor. */
const auditLog = (all: readonly ChangeRow[], stream: Stream, firstEpoch: string): void => {
  assert.equal(all.at(-1)?.seq, stream.head, 'the log ends at the head');
  const isCut = stream.floor > 0;
  if (isCut) assert.equal(all[0]?.seq, stream.floor, 'the log begins with its floor');
  let chain = (isCut ? all[0]?.chain : null) ?? genesis(firstEpoch);
  const changes = isCut ? all.slice(1) : all;
  let texts: string[] = [];
  for (const [index, { seq, op, entity, entity_id, command, row, tx_end, chain: kept }] of changes.entries()) {
    assert.equal(seq, stream.floor + index + 1, 'the log has no gap');
    texts.push(`${seq} ${op} ${entity} ${entity_id} ${command} ${row ?? ''}`);
    if (tx_end === 0) continue;
    chain = nextChain(chain, texts);
    texts = [];
    assert.equal(kept, chain, `the chain at ${seq}`);
  }
  assert.deepEqual(texts, [], 'the log ends with a whole transaction');
  assert.equal(stream.chain, chain, 'the chain at the head');
};

/** Every station's numbers are answered without a gap, and what was answered as applied is in the log. */
const auditLedger = (
  db: Database.Database,
  bySeq: ReadonlyMap<number, ChangeRow>,
  { floor }: Stream,
  mayForget: boolean,
): void => {
  for (const { client_id, last_n } of all<{ client_id: string; last_n: number }>(db, 'SELECT * FROM client')) {
    const ledger = db
      .prepare<[string], { n: number; verdict: string }>('SELECT n, verdict FROM ledger WHERE client_id = ? ORDER BY n')
      .all(client_id);
    const ns = ledger.map(({ n }) => n);
    // Old verdicts go with the old end of the log, but what is left has no gap.
    const forgotten = mayForget ? last_n - ns.length : 0;
    assert.deepEqual(
      ns,
      Array.from({ length: last_n - forgotten }, (_, at) => forgotten + at + 1),
      'the ledger has every number once',
    );
    for (const { verdict } of ledger) {
      const { verdict: kind, seq, n } = JSON.parse(verdict) as { verdict: string; seq: number; n: number };
      if (kind === 'applied' && seq >= floor)
        assert.ok(bySeq.has(seq), `verdict ${n} says ${seq}, which the log does not have`);
    }
  }
};

/** History tells of every note, and of every change that it numbers. */
const auditHistory = (db: Database.Database, changes: readonly ChangeRow[], { floor }: Stream): void => {
  const entries = all<{ shipment_id: string; row: string }>(db, 'SELECT shipment_id, row FROM history').map(
    ({ shipment_id, row }) => ({ shipment_id, ...(JSON.parse(row) as { seq: number | null; command: string }) }),
  );
  const bySeq = new Map(changes.map((change) => [change.seq, change]));
  for (const { seq, command } of entries) {
    if (seq !== null && seq >= floor)
      assert.equal(bySeq.get(seq)?.command, command, `history and log disagree about ${seq}`);
  }
  for (const [command, entity] of [
    ['addNote', 'note'],
    ['placeHold', 'hold'],
    ['attachDocument', 'document'],
  ]) {
    const told = entries.filter((entry) => entry.command === command).length;
    const happened = changes.filter((change) => change.command === command && change.entity === entity).length;
    assert.equal(told, happened, `history of ${command}`);
  }
};

const auditDocuments = (dataDir: string, changes: readonly ChangeRow[]): void => {
  for (const { row, entity, op } of changes) {
    if (entity !== 'document' || op !== 'put' || row === null) continue;
    const { contentHash } = JSON.parse(row) as { contentHash: string };
    const bytes = readFileSync(join(dataDir, 'documents', contentHash.slice(0, 2), contentHash));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), contentHash, 'a document is whole');
  }
};

const auditEffects = (db: Database.Database, changes: readonly ChangeRow[], effects: readonly Effect[]): void => {
  for (const { entity, id, acknowledged } of effects) {
    const times = changes.filter((change) => change.entity === entity && change.entity_id === id).length;
    const rows = db.prepare('SELECT count(*) FROM part WHERE entity = ? AND id = ?').pluck().get(entity, id);
    assert.equal(rows, times, `${entity} ${id}: rows and changes`);
    assert.ok(acknowledged ? times === 1 : times <= 1, `${entity} ${id} is there ${times} times (${acknowledged})`);
  }
};

const auditServer = (dock: FaultDock, epoch: string | null, isOtherHistory: boolean): void =>
  read(join(dock.dataDir, 'dockline.db'), (db) => {
    // One transaction: the server goes on meanwhile.
    db.transaction(() => {
      const [stream] = all<Stream>(db, 'SELECT * FROM stream');
      assert.ok(stream);
      if (isOtherHistory) assert.notEqual(stream.epoch, epoch, 'a restored database begins a new history');
      else if (epoch !== null) assert.equal(stream.epoch, epoch, 'a crash begins no new history');
      const changes = all<ChangeRow>(db, 'SELECT * FROM change ORDER BY seq');
      // What was there when another history began keeps its chain.
      auditLog(changes, stream, epoch ?? stream.epoch);
      auditLedger(db, new Map(changes.map((change) => [change.seq, change])), stream, dock.isForgetful);
      auditHistory(db, changes, stream);
      auditDocuments(dock.dataDir, changes);
      auditEffects(db, changes, dock.effects);
      const changed = db.prepare('SELECT user_id FROM changed_access').pluck().all();
      for (const userId of dock.changedAccess)
        assert.ok(changed.includes(userId), `the access of ${userId} was changed`);
    })();
  });

const serverRows = async (dock: FaultDock): Promise<Rows> => {
  const reply = await fetch(`${dock.url}/api/sync/snapshot`, {
    headers: { authorization: `Bearer ${await dock.token(MARA)}` },
  });
  const lines = (await reply.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SnapshotLine);
  return new Map(
    lines.flatMap((line) =>
      line.kind === 'row' ? [[`${line.entity}:${line.id}`, `${line.seq} ${canonicalJson(line.row)}`]] : [],
    ),
  );
};

export const cacheFileOf = (stationDir: string): string =>
  join(stationDir, readFileSync(join(stationDir, 'cache.current'), 'utf8'));

const stationRows = (dock: FaultDock): Rows =>
  read(
    cacheFileOf(dock.stationDir),
    (db) =>
      new Map(
        all<{ entity: string; id: string; seq: number; body: string }>(db, 'SELECT * FROM row').map(
          ({ entity, id, seq, body }) => [`${entity}:${id}`, `${seq} ${canonicalJson(JSON.parse(body))}`],
        ),
      ),
  );

const differences = (server: Rows, station: Rows): string[] =>
  [...new Set([...server.keys(), ...station.keys()])].filter((key) => server.get(key) !== station.get(key));

type JournalRow = { client_id: string; n: number; state: string; verdict: string | null };

/** What a station says to its people about a journal that could not be read whole; no work, and never sent. */
const isDamageNotice = ({ state, verdict }: JournalRow): boolean =>
  state === 'needs_person' && verdict?.includes('The file with the unsent work was damaged') === true;

/** Everything saved has had its answer, the one the server's ledger has; a damaged file was told of. */
const auditJournal = (dock: FaultDock): void => {
  const whole = read(join(dock.stationDir, 'journal.db'), (db) =>
    all<JournalRow>(db, 'SELECT client_id, n, state, verdict FROM mutation ORDER BY client_id, n'),
  );
  const rows = whole.filter((row) => !isDamageNotice(row));
  assert.equal(whole.length - rows.length, dock.damages, 'a damaged journal is told of once');
  for (const n of dock.saved)
    assert.ok(
      rows.some((row) => row.n === n),
      `work ${n} was saved and is not in the journal`,
    );
  read(join(dock.dataDir, 'dockline.db'), (db) => {
    const verdictOf = db.prepare('SELECT verdict FROM ledger WHERE client_id = ? AND n = ?').pluck();
    for (const { client_id, n, state, verdict } of rows) {
      assert.ok(state === 'answered' || state === 'done', `work ${n} is ${state}: ${verdict}`);
      const known = verdictOf.get(client_id, n) as string | undefined;
      assert.deepEqual(JSON.parse(verdict ?? 'null'), JSON.parse(known ?? 'null'), `verdict ${n}`);
    }
  });
};

/** One row in the inbox for each hold somebody else placed in this history, and no toast twice. */
const auditInbox = (dock: FaultDock): void => {
  const held = read(join(dock.dataDir, 'dockline.db'), (db) =>
    all<{ seq: number }>(db, `SELECT seq FROM change WHERE command = 'placeHold' AND entity = 'hold' ORDER BY seq`),
  );
  const epoch = epochOf(dock.dataDir);
  const inbox = read(join(dock.stationDir, 'journal.db'), (db) =>
    db
      .prepare<[string], { seq: number; shown: number }>('SELECT seq, shown FROM inbox WHERE epoch = ? ORDER BY seq')
      .all(epoch),
  );
  assert.deepEqual(
    inbox.map(({ seq }) => seq),
    held.map(({ seq }) => seq),
    'the inbox has each of them once',
  );
  assert.ok(
    inbox.every(({ shown }) => shown === 1),
    'all of the inbox was announced',
  );
  const toasts = existsSync(dock.toastFile)
    ? readFileSync(dock.toastFile, 'utf8').trim().split('\n').filter(Boolean)
    : [];
  assert.equal(new Set(toasts).size, toasts.length, `a toast was shown twice: ${toasts.join(', ')}`);
};

export const epochOf = (dataDir: string): string =>
  read(join(dataDir, 'dockline.db'), (db) => String(db.prepare('SELECT epoch FROM stream').pluck().get()));

/**
 * Waits until the station is level with the server and nothing is unsent, then proves everything that was promised. `epoch` is
 * the history that there was in the beginning, null where nobody looked.
 */
export const settleAndAudit = async (dock: FaultDock, epoch: string | null, isOtherHistory = false): Promise<void> => {
  await dock.untilView(
    'live and nothing unsent',
    ({ connection, unsent }) => connection.kind === 'live' && unsent === 0,
  );
  await until('station rows equal server rows', 15_000, async () => {
    const differing = differences(await serverRows(dock), stationRows(dock));
    return differing.length === 0 ? { ok: null } : { not: differing };
  });
  await until('the inbox is announced', 5_000, async () => {
    try {
      auditInbox(dock);
      return { ok: null };
    } catch (error) {
      return { not: (error as Error).message };
    }
  });
  auditServer(dock, epoch, isOtherHistory);
  auditJournal(dock);
  for (const file of [
    join(dock.dataDir, 'dockline.db'),
    join(dock.stationDir, 'journal.db'),
    cacheFileOf(dock.stationDir),
  ]) {
    isSound(file);
  }
  const incoming = readdirSync(join(dock.dataDir, 'documents', 'incoming'));
  assert.deepEqual(incoming, [], 'nothing half received is left');
};
