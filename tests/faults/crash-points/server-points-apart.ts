import { around, aroundAfter, type CrashPoint } from './crash-point.ts';
import { commits } from './server-points.ts';

// Places that a plain shift does not come by.

const WORKING = { side: 'server', when: 'working' } as const;
const START = { side: 'server', when: 'starting' } as const;
const OLDER = { side: 'server', when: 'older' } as const;
const RESTORED = { side: 'server', when: 'restored' } as const;
const WATCHED = { side: 'server', when: 'watched' } as const;
const opening = 'server/storage/open-sqlite-storage.ts';
const maintain = 'server/storage/maintain.ts';
const presence = 'server/realtime/presence-events.ts';

/** At once, and without the million of changes that are kept however old they are. */
const AGED = {
  side: 'server',
  when: 'aged',
  also: [
    { file: 'server/maintain-regularly.ts', find: 'firstMs: 60_000', replace: 'firstMs: 300' },
    { file: maintain, find: 'logChanges: 1_000_000', replace: 'logChanges: 0' },
  ],
} as const;

/** Everybody who has taken what was sent counts as having been behind. */
const BEHIND = {
  side: 'server',
  when: 'watched',
  also: [
    {
      file: 'server/realtime/slow-consumers.ts',
      find: 'messages === 0 && this.#behind.delete(socket)',
      replace: 'messages === 0',
    },
  ],
} as const;

/** An emit without the braces that a place to die at needs. */
const emits = (name: string, file: string, find: string): CrashPoint[] => around(WATCHED, name, file, find);

const OPENING: readonly CrashPoint[] = [
  ...around(
    OLDER,
    'the database is migrated',
    'server/storage/migrate.ts',
    'const { error } = await migrator.migrateToLatest();',
  ),
  ...commits(OLDER, 'COMMIT of a migration'),
  ...around(START, 'the stream is there', opening, 'const found = await readPosition(writer.db);'),
  ...around(
    RESTORED,
    'a new history begins',
    opening,
    `await writer.updateTable('stream').set({ epoch, chain }).where('id', '=', STREAM).execute();`,
  ),
];

const COMMITS: readonly CrashPoint[] = [
  ...around(WORKING, 'a station’s report is kept', 'server/take-report.ts', 'await storage.keepReports(changed);'),
  ...around(
    WATCHED,
    'a change of access is kept',
    'server/access-changes.ts',
    'const changed = await this.#storage.setAccess(change);',
  ),
  ...around(
    AGED,
    'kept answers are forgotten',
    maintain,
    `await enqueue(step((db) => db.deleteFrom('kept_answer').where('kept_at', '<', ago(KEPT_FOR)).executeTakeFirst()));`,
  ),
  ...around(
    AGED,
    'verdicts are forgotten',
    maintain,
    'while (await enqueue(step((db) => pruneLedger(db, client_id, ago(retention.ledgerDays * DAY)))));',
  ),
  ...around(
    AGED,
    'the log is cut',
    maintain,
    'const floor = await enqueue(step((db) => pruneLog(db, ago(retention.logDays * DAY), retention.logChanges)));',
  ),
];

const EMITS: readonly CrashPoint[] = [
  ...emits(
    'a page hears the guide’s event',
    'server/realtime/audiences.ts',
    'io.to([...rooms]).emit(event, ...([payload] as never));',
  ),
  ...emits(
    'a change of access is told',
    'server/realtime/socket-manager.ts',
    `socket.emit('sync:scope', { group: socket.data.group.id, reason: 'access' });`,
  ),
  ...around(
    BEHIND,
    'who was behind is asked to catch up',
    'server/realtime/slow-consumers.ts',
    'this.#ports.invite(socket);',
  ).map((point) => ({ ...point, patch: { ...point.patch, replace: `{ ${point.patch.replace} }` } })),
  ...aroundAfter(
    WATCHED,
    'an old station is told',
    'server/realtime/hello.ts',
    'if (protocol < OLDEST_SERVED_VERSION) {\n    ',
    'ports.sayUpgrade();',
  ),
  ...emits(
    'it is told what closing waits for',
    'server/realtime/tell-waiting.ts',
    `socket.emit('shipment:waiting', { type: 'shipment:waiting', shipmentId, waitingFor, timestamp });`,
  ),
  ...emits(
    'it is told who types',
    presence,
    `to.emit('user:typing', { type: 'user:typing', userId, userName, shipmentId, isTyping, timestamp });`,
  ),
  ...aroundAfter(
    WATCHED,
    'it is told who looks on',
    presence,
    `if (each.kind === 'viewing') `,
    `to.emit('user:viewing', { type: 'user:viewing', ...fields });`,
  ),
  ...aroundAfter(
    WATCHED,
    'it is told who left',
    presence,
    'else ',
    `to.emit('user:disconnected', { type: 'user:disconnected', ...fields });`,
  ),
];

export const SERVER_POINTS_APART: readonly CrashPoint[] = [...OPENING, ...COMMITS, ...EMITS];
