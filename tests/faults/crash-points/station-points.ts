import { around, aroundAfter, at, type CrashPoint, DOLLAR } from './crash-point.ts';

const STATION = { side: 'station', when: 'working' } as const;
const FRESH = { side: 'station', when: 'fresh' } as const;
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
  ...around(FRESH, 'a new journal gets its name', openingJournal, 'renameSync(unnamed, file);'),
  ...around(FRESH, 'the owner gets an identity', journal, 'guarded(() => this.#addIdentity(owner.key));'),
  ...around(
    FRESH,
    'a snapshot’s position is set',
    rebuild,
    'await rebuild.setPosition({ cursor, group: line.group, syncedAt: null });',
  ),
  ...around(FRESH, 'rows of a snapshot can be read', rebuild, 'await arrived?.(batch, rows === batch.length);'),
  ...around(FRESH, 'a rebuilt cache is swapped in', rebuild, 'await rebuild.swap();'),
  ...around(
    FRESH,
    'the pointer file is written',
    cacheFolder,
    `writeFileSync(\`${DOLLAR}{pointer}.new\`, basename(file.path), { flush: true });`,
  ),
  ...around(FRESH, 'the pointer file is renamed', cacheFolder, `renameSync(\`${DOLLAR}{pointer}.new\`, pointer);`),
  at(
    FRESH,
    'before the old cache is removed',
    cache,
    'await file.remove().catch(',
    (dies) => `${dies} await file.remove().catch(`,
  ),
  at(
    FRESH,
    'after the old cache is removed',
    cache,
    'this.#folder.dropAside();',
    (dies) => `${dies} this.#folder.dropAside();`,
  ),
  ...aroundAfter(
    FRESH,
    'the inbox begins with a snapshot',
    newsPosition,
    'if (last === null || isOtherView) ',
    'await this.#begin(at);',
  ),
  ...around(FRESH, 'the inbox follows the rows', newsPosition, 'await this.#journal.setFollowing(true);'),
];
