import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CREW } from '../core/model-dock.ts';
import type { Storage } from '../core/storage.ts';
import { openSqliteStorage, type SqliteOptions } from './open-sqlite-storage.ts';
import { openWriter } from './sqlite-connection.ts';
import { ALL, CLIENT, ROB, SuiteDock } from './suite/suite-dock.ts';

let folder = '';
let file = '';
const opened: Storage[] = [];

const open = async (options: Partial<SqliteOptions> = {}): Promise<SuiteDock> => {
  const storage = await openSqliteStorage({ file, clock: () => new Date(), newId: uuidv7, ...options });
  opened.push(storage);
  return new SuiteDock(storage, () => new Date());
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dockline-'));
  file = join(folder, 'data', 'dockline.db');
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('opening', () => {
  it('makes the folder and a history of its own', async () => {
    const dock = await open();
    expect(dock.storage.position()).toMatchObject({
      head: 0,
      floor: 0,
      epoch: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(await dock.storage.readFrame(ALL, 0)).toMatchObject({ from: 0, to: 0, changes: [] });
    expect(await dock.storage.snapshotPage(ALL, null, 10)).toEqual({ rows: [], next: null });
  });

  it('begins anew after a first start that was cut short, wherever that was', async () => {
    const page = 4096;
    for (let pages = 2; pages < 20; pages += 1) {
      await open({ maxBytes: pages * page }).catch(() => undefined);
      for (const storage of opened.splice(0)) await storage.close();
      const { storage } = await open();
      expect(storage.position().head, `cut short at ${pages} pages`).toBe(0);
      await storage.close();
      rmSync(dirname(file), { recursive: true });
    }
  });

  it('makes the schema from nothing, and makes it once', async () => {
    await (await open()).storage.close();
    await (await open()).storage.close();
    const database = new Database(file, { readonly: true });
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' and name not like 'kysely%'")
      .pluck()
      .all();
    const migrations = database.prepare('select name from kysely_migration').pluck().all();
    database.close();
    expect(tables.sort()).toEqual([
      'change',
      'changed_access',
      'client',
      'history',
      'internal',
      'kept_answer',
      'ledger',
      'part',
      'place',
      'shipment',
      'station_report',
      'stream',
    ]);
    expect(migrations).toEqual(['0001-initial', '0002-changed-access', '0003-station-reports']);
  });

  it('refuses a database made by a newer server, and leaves it as it is', async () => {
    await (await open()).storage.close();
    const database = new Database(file);
    database.exec("insert into kysely_migration values ('0999-from-the-future', '2030-01-01')");
    database.close();
    await expect(open()).rejects.toThrow(/0999-from-the-future/);
  });

  it('leaves one whole file behind when it is closed, read from or not', async () => {
    for (const reads of [false, true]) {
      const dock = await (await open()).furnish();
      if (reads) await dock.storage.readFrame(ALL, 0);
      await dock.storage.close();
      expect(readdirSync(dirname(file)).sort()).toEqual(['dockline.db', 'dockline.db.generation', 'dockline.db.lock']);
    }
  });

  it('is durable: WAL, synchronous FULL', async () => {
    const writer = openWriter(join(folder, 'durable.db'));
    const database = new Database(join(folder, 'durable.db'));
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    database.close();
    await writer.close();
    // A database that cannot have a write-ahead log cannot keep what it promises.
    expect(() => openWriter(':memory:')).toThrow('would not be durable');
  });

  it('refuses a second server on the same file, until the first is gone', async () => {
    const first = await open();
    await expect(open()).rejects.toThrow(/Another Dockline server is using .*dockline\.db/);
    await first.storage.close();
    await open();
  });

  it('says so when the file is no database, and leaves it as it is', async () => {
    await (await open()).storage.close();
    writeFileSync(
      file,
      'this is a shopping list and it is long enough to be looked at as a header of a database. '.repeat(20),
    );
    const before = statSync(file).size;
    await expect(open()).rejects.toThrow(/is not a Dockline database or is damaged .*Restore the latest backup/);
    expect(statSync(file).size).toBe(before);
  });

  it('says so when the file is cut off', async () => {
    const dock = await (await open()).furnish();
    await dock.announce('S');
    await dock.storage.close();
    truncateSync(file, 8192);
    await expect(open()).rejects.toThrow(/damaged/);
  });

  it('says so when the folder cannot be written', async () => {
    writeFileSync(join(folder, 'data'), 'a file where the folder should be');
    await expect(open()).rejects.toThrow(/EEXIST|ENOTDIR|cannot be opened/);
  });

  it('waits for no lock for ever: another program in a transaction is named', async () => {
    await (await open()).storage.close();
    const other = new Database(file);
    other.exec('begin immediate');
    await expect(open()).rejects.toThrow(/locked by another program/);
    other.exec('rollback');
    other.close();
  }, 15_000);
});

describe('a full disk', () => {
  it('refuses with storage_full, saves nothing of it, and goes on when there is room', async () => {
    const roomy = await (await open()).furnish();
    await roomy.announce('S');
    await roomy.storage.close();
    const dock = await open({ maxBytes: statSync(file).size + 64 * 1024 });
    const accepted: string[] = [];
    let refusal: unknown;
    for (let n = 1; refusal === undefined && n < 200; n += 1) {
      const outcome = dock.do('addNote', { shipmentId: 'S', noteId: `n${n}`, text: 'x'.repeat(4000) }, CREW.rob);
      await outcome.then(
        () => accepted.push(`n${n}`),
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    expect(refusal).toMatchObject({ name: 'ProblemError', code: 'storage_full' });
    expect(accepted.length).toBeGreaterThan(2);
    const { head } = dock.storage.position();
    const { notes } = (await dock.storage.shipmentDetail(null, 'S')) ?? { notes: [] };
    expect(notes.map(({ id }) => id).sort()).toEqual(accepted.sort());
    expect((await dock.storage.readFrame(ALL, 0, 10_000)).to).toBe(head);
    const pushed = dock.storage.push(ROB, CLIENT, [
      dock.mutation(1, 'addNote', { shipmentId: 'S', noteId: 'p', text: 'y'.repeat(4000) }),
    ]);
    await expect(pushed).rejects.toMatchObject({ code: 'storage_full' });
    await dock.storage.close();
    const again = await open();
    expect(again.storage.position().head).toBe(head);
    expect(await again.storage.lastN(CLIENT)).toBe(0);
    await again.storage.push(ROB, CLIENT, [again.mutation(1, 'addNote', { shipmentId: 'S', noteId: 'p', text: 'y' })]);
    expect(again.storage.position().head).toBe(head + 1);
  });
});

describe('a process killed at any moment', () => {
  /** Runs the committing process for a while, kills it with SIGKILL, and tells the numbers it had acknowledged. */
  const runAndKill = (at: number, milliseconds: number): Promise<number[]> =>
    new Promise((resolve, reject) => {
      const script = join(import.meta.dirname, 'suite', 'commit-until-killed.ts');
      const child = spawn(process.execPath, [script, file, String(at)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        // The time runs from the first acknowledgement: starting takes as long as it takes.
        if (text === '') setTimeout(() => child.kill('SIGKILL'), milliseconds);
        text += chunk.toString();
      });
      child.on('error', reject);
      child.on('close', () => {
        // The last line may be half written; it was acknowledged all the same, but not to anybody who could tell.
        const lines = text.split('\n').slice(0, -1);
        resolve(lines.map((line) => Number(line.split(' ')[0])));
      });
    });

  it('has lost nothing that was acknowledged, and goes on where it was', async () => {
    let at = 1;
    const epochs = new Set<string>();
    for (const milliseconds of [20, 90, 50]) {
      const acknowledged = await runAndKill(at, milliseconds);
      expect(acknowledged.length).toBeGreaterThan(0);
      const last = acknowledged.at(-1) ?? 0;
      const { storage } = await open();
      const lastN = await storage.lastN(CLIENT);
      expect(lastN).toBeGreaterThanOrEqual(last);
      const { notes } = (await storage.shipmentDetail(null, 'S')) ?? { notes: [] };
      expect(new Set(notes.map(({ id }) => id))).toEqual(new Set(Array.from({ length: lastN }, (_, n) => `n${n + 1}`)));
      const { head, chain, epoch } = storage.position();
      epochs.add(epoch);
      expect(await storage.chainAt(head)).toBe(chain);
      let to = 0;
      while (to < head) to = (await storage.readChanges(to, 1000)).to;
      await storage.close();
      at = lastN + 1;
    }
    expect(epochs.size).toBe(1);
  }, 60_000);
});

describe('a restored backup', () => {
  const backup = () => copyFileSync(file, `${file}.backup`);
  const restore = () => copyFileSync(`${file}.backup`, file);

  /** Announces in a history of its own, which is over when this resolves. */
  const announceAndClose = async (id: string) => {
    const dock = await open();
    await dock.announce(id);
    const position = dock.storage.position();
    await dock.storage.close();
    return position;
  };

  it('begins a new epoch, and nothing else does', async () => {
    const dock = await (await open()).furnish();
    const { epoch } = dock.storage.position();
    await dock.storage.close();
    backup();
    expect((await announceAndClose('A')).epoch).toBe(epoch);
    const lost = await announceAndClose('LOST');
    expect(lost.epoch).toBe(epoch);
    restore();
    const restored = await announceAndClose('OTHER');
    expect(restored.epoch).not.toBe(epoch);
    expect(await announceAndClose('MORE')).toMatchObject({ epoch: restored.epoch, head: restored.head + 3 });
    // The same backup a second time is a third history.
    restore();
    const again = (await open()).storage;
    expect([epoch, restored.epoch]).not.toContain(again.position().epoch);
    const { head, chain } = again.position();
    expect(await again.chainAt(head)).toBe(chain);
  });

  it('is told also when it has grown past what was lost before this server saw it', async () => {
    await (await (await open()).furnish()).storage.close();
    backup();
    const lost = await announceAndClose('LOST');
    copyFileSync(`${file}.generation`, `${file}.kept`);
    restore();
    await announceAndClose('OTHER');
    const { head } = await announceAndClose('MORE');
    expect(head).toBeGreaterThan(lost.head);
    // As if a server that knew no such file had written meanwhile, under the old epoch.
    copyFileSync(`${file}.kept`, `${file}.generation`);
    const database = new Database(file);
    database.prepare('update stream set epoch = ?').run(lost.epoch);
    database.close();
    expect((await open()).storage.position().epoch).not.toBe(lost.epoch);
  });

  it.each([
    ['is missing', (name: string) => rmSync(name)],
    ['is cut off', (name: string) => truncateSync(name, 10)],
  ])('is suspected when the file %s, unless there was nothing to lose', async (_what, spoil) => {
    const empty = await open();
    await empty.storage.close();
    spoil(`${file}.generation`);
    const dock = await open();
    expect(dock.storage.position().epoch).toBe(empty.storage.position().epoch);
    await dock.furnish();
    await dock.storage.close();
    spoil(`${file}.generation`);
    expect((await open()).storage.position().epoch).not.toBe(dock.storage.position().epoch);
  });

  it('of an empty database can be read from its beginning', async () => {
    await (await open()).storage.close();
    backup();
    await (await (await open()).furnish()).storage.close();
    restore();
    const { storage } = await open();
    expect(await storage.chainAt(0)).toBe(storage.position().chain);
  });

  it('together with its generation file is another history all the same, which its chain tells', async () => {
    const dock = await (await open()).furnish();
    await dock.storage.close();
    for (const name of [file, `${file}.generation`]) copyFileSync(name, `${name}.backup`);
    const ahead = await announceAndClose('LOST');
    for (const name of [file, `${file}.generation`]) copyFileSync(`${name}.backup`, name);
    const restored = await open();
    await restored.announce('OTHER');
    const { head, epoch } = restored.storage.position();
    expect([head, epoch]).toEqual([ahead.head, ahead.epoch]);
    expect(await restored.storage.chainAt(ahead.head)).not.toBe(ahead.chain);
  });

  it('is told although the server was killed right after its last commit, and the backup was made right before', async () => {
    const dock = await (await open()).furnish();
    const { epoch } = dock.storage.position();
    const database = new Database(file, { readonly: true });
    await database.backup(`${file}.backup`);
    database.close();
    await dock.announce('LOST');
    const notes = readFileSync(`${file}.generation`);
    await dock.storage.close();
    // As `kill -9` leaves them: what was written on closing was never written.
    writeFileSync(`${file}.generation`, notes);
    restore();
    expect((await open()).storage.position().epoch).not.toBe(epoch);
  });

  it('is not suspected when the power took half of a note, or all since the last second', async () => {
    const dock = await (await open()).furnish();
    const { epoch } = dock.storage.position();
    const notes = readFileSync(`${file}.generation`, 'utf8');
    const first = notes.split('\n')[0] ?? '';
    expect(first.length).toBeLessThan(notes.length);
    await dock.storage.close();
    for (const left of [first, notes.slice(0, -9), `${notes}\n{"epoch":"${epoch}"`, `${notes}\0\0\0`]) {
      writeFileSync(`${file}.generation`, left);
      const again = await open();
      expect(again.storage.position().epoch).toBe(epoch);
      await again.storage.close();
    }
  });

  it('costs one line in the file for a second’s commits', async () => {
    const dock = await (await open()).furnish();
    const lines = () => readFileSync(`${file}.generation`, 'utf8').split('\n');
    const at = () => (JSON.parse(lines().at(-1) ?? '') as { head: number }).head;
    expect(at()).toBe(dock.storage.position().head);
    await expect.poll(() => lines().length, { timeout: 5000 }).toBe(1);
    expect(at()).toBe(dock.storage.position().head);
    await dock.announce('S');
    expect(at()).toBe(dock.storage.position().head);
  });

  it('costs a full disk no work', async () => {
    const faults: unknown[] = [];
    const dock = await open({ logger: { error: (fields) => faults.push(fields) } });
    mkdirSync(`${file}.generation.new`);
    await dock.furnish();
    await dock.announce('S');
    await dock.storage.close();
    expect(faults).toMatchObject([{ err: { code: 'EISDIR' } }]);
    rmSync(`${file}.generation.new`, { recursive: true });
    const again = await open();
    expect(again.storage.position()).toEqual(dock.storage.position());
  });
});
