// A station's files, damaged at random, opened as the station opens them. Prints what came of it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../../src-main/core/canonical-json.ts';
import { FakeServer, shipmentRow } from '../../../src-main/core/fake-server.ts';
import { StoreFault } from '../../../src-main/core/store-fault.ts';
import { sha256 } from '../../../src-main/shell/system-clock.ts';
import { StationCache } from '../../../src-main/store/cache.ts';
import { StationJournal } from '../../../src-main/store/journal.ts';
import { openJournal } from '../../../src-main/store/open-journal.ts';
import { below, pickOf, seeded } from '../support/seeded.ts';

const [variants = 0, seed = 1] = process.argv.slice(2).map(Number);
const random = seeded(seed);
const now = (): number => Date.now();
const WORK = 60;
const SHIPMENTS = 80;
const OWNER = { key: 'o', userId: 'u', userName: 'U', role: 'receiver', server: 's' };

const contentsOf = (n: number) =>
  ({
    type: 'addNote',
    args: { shipmentId: 'S', noteId: `n${n}`, text: `${n} `.repeat(80) },
    occurredAt: '2026-11-24T10:00:00.000Z',
  }) as const;

const makeTemplate = async (dir: string): Promise<void> => {
  const journal = new StationJournal(join(dir, 'journal.db'), now);
  await journal.setOwner(OWNER, 'client-0001');
  for (let n = 1; n <= WORK; n += 1) {
    const contents = contentsOf(n);
    const hash = sha256(canonicalJson({ ...contents, base: null }));
    await journal.append('o', { ...contents, shipmentId: 'S', shipmentNumber: 'SHP' }, hash);
  }
  journal.close();
  const cache = new StationCache({ dir, now, log: () => undefined });
  await cache.reset('scope');
  await fill(cache);
  await cache.close();
};

const fill = async (cache: StationCache): Promise<void> => {
  const rebuild = await cache.beginRebuild();
  const rows = Array.from({ length: SHIPMENTS }, (_, at) => ({
    kind: 'row' as const,
    entity: 'shipment' as const,
    id: `S${at}`,
    seq: at + 1,
    shipmentId: `S${at}`,
    row: shipmentRow(`S${at}`) as unknown as Record<string, unknown>,
  }));
  await rebuild.addRows(rows);
  const cursor = { epoch: new FakeServer().epoch, seq: SHIPMENTS, chain: 'c' };
  await rebuild.setPosition({ cursor, group: 'g', syncedAt: '2026-11-24T10:00:00.000Z' });
  await rebuild.swap();
};

const flip = (file: string): void => {
  const bytes = readFileSync(file);
  for (let flips = 1 + below(random, 6); flips > 0; flips -= 1) {
    const at = below(random, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
  }
  writeFileSync(file, bytes);
};
const zeroPages = (file: string): void => {
  const bytes = readFileSync(file);
  const page = below(random, Math.ceil(bytes.length / 4_096)) * 4_096;
  writeFileSync(file, bytes.fill(0, page, Math.min(bytes.length, page + 4_096 * (1 + below(random, 3)))));
};
const noise = (file: string): void => {
  const bytes = readFileSync(file);
  const at = below(random, bytes.length);
  for (let place = at; place < Math.min(bytes.length, at + 700); place += 1) bytes[place] = below(random, 256);
  writeFileSync(file, bytes);
};
const DAMAGES: readonly [(file: string) => void, ...((file: string) => void)[]] = [
  flip,
  zeroPages,
  noise,
  (file) => truncateSync(file, below(random, readFileSync(file).length)),
  (file) => rmSync(file),
  (file) => writeFileSync(file, ''),
];

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const counts = { asBefore: 0, rescued: 0, begunAnew: 0, cacheAsBefore: 0, cacheSetAside: 0, cacheTemporary: 0 };

/** Opened or set aside, the bytes are still there; nothing that is offered to be sent differs from what was saved. */
const checkJournal = async (dir: string): Promise<void> => {
  const file = join(dir, 'journal.db');
  const damaged = existsSync(file) ? hashOf(file) : null;
  const { journal, problem } = openJournal(file, now, () => undefined);
  assert.equal(problem, null);
  const aside = readdirSync(dir).filter((name) => /^journal\.db\.damaged-[^.]*Z$/.test(name));
  if (aside.length > 0) assert.equal(hashOf(join(dir, String(aside[0]))), damaged, 'what was damaged is kept as it is');
  const work = await journal.openWork();
  for (const { mutation, state } of work) {
    const { type, args, occurredAt, base = null, hash } = mutation;
    const isWhole = sha256(canonicalJson({ type, args, base, occurredAt })) === hash;
    assert.ok(isWhole || state !== 'pending', `work ${mutation.n} would be sent with other contents than were saved`);
  }
  await journal.setOwner(OWNER, 'client-0002');
  const saved = await journal.append('o', { ...contentsOf(999), shipmentId: 'S', shipmentNumber: null }, 'h');
  assert.equal(saved.state, 'pending', 'it takes new work');
  journal.close();
  if (aside.length === 0 && work.length === WORK) counts.asBefore += 1;
  else if (work.length > 0) counts.rescued += 1;
  else counts.begunAnew += 1;
};

/** Opens in any case; what it shows is readable, or it says that it is damaged, and then it can be filled anew. */
const checkCache = async (dir: string): Promise<void> => {
  const logged: string[] = [];
  const cache = new StationCache({ dir, now, log: (event) => logged.push(event) });
  try {
    await cache.board('2026-01-01T00:00:00.000Z');
    await cache.places();
    await cache.search('S1', 20);
    await cache.detail('S3');
    cache.position();
    cache.scope();
  } catch (error) {
    assert.ok(error instanceof StoreFault && error.kind === 'corrupt', `reading threw ${String(error)}`);
    await cache.setAside();
  }
  if (cache.scope() !== 'scope') await cache.reset('scope');
  await fill(cache);
  assert.equal((await cache.board('2026-01-01T00:00:00.000Z')).length, SHIPMENTS, 'it can be filled anew');
  await cache.close();
  if (logged.includes('cache.temporary')) counts.cacheTemporary += 1;
  else if (readdirSync(dir).some((name) => name.includes('.corrupt-'))) counts.cacheSetAside += 1;
  else counts.cacheAsBefore += 1;
};

const template = mkdtempSync(join(tmpdir(), 'dockline-damage-template-'));
await makeTemplate(template);
const failures: string[] = [];
for (let variant = 0; variant < variants; variant += 1) {
  const dir = mkdtempSync(join(tmpdir(), 'dockline-damage-'));
  cpSync(template, dir, { recursive: true });
  const cacheName = readFileSync(join(dir, 'cache.current'), 'utf8');
  const damage = pickOf(random, DAMAGES);
  const isJournal = variant % 2 === 0;
  try {
    damage(join(dir, isJournal ? 'journal.db' : cacheName));
    await (isJournal ? checkJournal(dir) : checkCache(dir));
  } catch (error) {
    failures.push(
      `variant ${variant} (${isJournal ? 'journal' : 'cache'}, ${damage.name}): ${(error as Error).stack?.slice(0, 600)}`,
    );
  }
  rmSync(dir, { recursive: true, force: true });
}
rmSync(template, { recursive: true, force: true });
console.log(JSON.stringify({ inputs: variants, ...counts, failures: failures.slice(0, 10), failed: failures.length }));
