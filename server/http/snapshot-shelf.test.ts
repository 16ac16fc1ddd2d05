import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SnapshotLine, snapshotLine } from '#contract/wire/sync.ts';
import { groupOf } from '../core/scope.ts';
import type { Position, Storage } from '../core/storage.ts';
import { type Resume, SnapshotShelf } from './snapshot-shelf.ts';

const ALL = groupOf({ role: 'lead', warehouses: null, supplierId: null });
const NORTH = groupOf({ role: 'lead', warehouses: ['N'], supplierId: null });
const ROWS = 3_500;

let folder: string;
let position: Position;
let pages: number;
/** Held pages of the storage: called once for each. */
let beforePage: (page: number) => Promise<void>;
let elapsed: number;
let shelf: SnapshotShelf;
/** Timers that are running, by what they wait for. */
let timers: { readonly ms: number; readonly run: () => void }[];

const row = (n: number) => ({
  kind: 'row' as const,
  entity: 'supplier' as const,
  id: `s${n}`,
  seq: 1,
  shipmentId: null,
  row: { id: `s${n}`, name: 'Müller' },
});
const storage: Pick<Storage, 'position' | 'snapshotPage'> = {
  position: () => position,
  snapshotPage: async (_group, after, limit) => {
    pages += 1;
    await beforePage(pages);
    const from = Number(after ?? 0);
    const rows = Array.from({ length: Math.min(limit, ROWS - from) }, (_, n) => {
      const { kind: _kind, row: seen, ...about } = row(from + n);
      return { ...about, text: JSON.stringify(seen) };
    });
    return { rows, next: from + rows.length < ROWS ? String(from + rows.length) : null };
  },
};
const open = (): SnapshotShelf => {
  let ids = 0;
  const setTimer = (ms: number, run: () => void) => {
    const timer = { ms, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  };
  const clock = { now: Date.now, elapsed: () => elapsed, setTimer };
  return new SnapshotShelf({ storage: storage as Storage, folder, clock, newId: () => `snap-${++ids}` });
};

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'dockline-shelf-')), 'snapshots');
  position = { epoch: 'e', head: 7, chain: 'c7', floor: 0 };
  pages = 0;
  elapsed = 0;
  timers = [];
  beforePage = async () => undefined;
  shelf = open();
});
afterEach(async () => {
  await shelf.close();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const parse = (bytes: Buffer): SnapshotLine[] =>
  gunzipSync(bytes)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => snapshotLine.parse(JSON.parse(line)));
const read = async (resume: Resume | null = null, group = ALL): Promise<SnapshotLine[]> => {
  const pieces: Buffer[] = [];
  for await (const piece of shelf.read(group, resume)) pieces.push(piece);
  return parse(Buffer.concat(pieces));
};
const ids = (lines: readonly SnapshotLine[]): string[] =>
  lines.flatMap((line) => (line.kind === 'row' ? [line.id] : []));

describe('the snapshot shelf', () => {
  it('gives the head, every row in order, and the end', async () => {
    const [head, ...rest] = await read();
    expect(head).toMatchObject({
      kind: 'head',
      epoch: 'e',
      seq: 7,
      chain: 'c7',
      group: ALL.id,
      snapshot: 'snap-1',
      line: 0,
    });
    expect(ids(rest)).toEqual(Array.from({ length: ROWS }, (_, n) => `s${n}`));
    expect(rest.at(-1)).toEqual({ kind: 'end', rows: ROWS, seq: 7 });
  });

  it('reads the rows once for all who come at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => read()));
    expect(pages).toBe(5);
    expect(new Set(all.map((lines) => JSON.stringify(lines))).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['snap-1.ndjson.gz']);
  });

  it('gives whoever comes alone a fresh one, unless nothing has changed', async () => {
    await read();
    expect((await read())[0]).toMatchObject({ snapshot: 'snap-1' });
    position = { ...position, head: 8 };
    expect((await read())[0]).toMatchObject({ snapshot: 'snap-2', seq: 8 });
  });

  it('never mixes groups', async () => {
    await Promise.all([read(), read(null, NORTH)]);
    expect(pages).toBe(10);
    const [head] = await read({ id: 'snap-1', line: 300 }, NORTH);
    expect(head).toMatchObject({ group: NORTH.id, snapshot: 'snap-2', line: 0 });
  });

  it('goes on where a transfer broke off, even after changes', async () => {
    await read();
    position = { ...position, head: 9 };
    const [head, ...rest] = await read({ id: 'snap-1', line: 1_500 });
    // Pieces begin at 0, 200, 1200, 2200, 3200.
    expect(head).toMatchObject({ snapshot: 'snap-1', seq: 7, line: 1_200 });
    expect(ids(rest)).toEqual(Array.from({ length: ROWS - 1_200 }, (_, n) => `s${n + 1_200}`));
    expect(rest.at(-1)).toMatchObject({ kind: 'end', rows: ROWS });
  });

  it('goes on while the rest is still being written', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    beforePage = (page) => (page === 4 ? held : Promise.resolve());
    const first = shelf.read(ALL, null);
    await first.next();
    await first.next();
    await first.return(undefined);
    const reading = shelf.read(ALL, { id: 'snap-1', line: 200 });
    const pieces = [(await reading.next()).value as Buffer];
    // More is written between the head, which says where it goes on, and what follows.
    release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    for await (const piece of reading) pieces.push(piece);
    const [head, ...rest] = parse(Buffer.concat(pieces));
    const line = head?.kind === 'head' ? head.line : -1;
    expect(ids(rest)).toEqual(Array.from({ length: ROWS - line }, (_, n) => `s${n + line}`));
    expect(pages).toBe(5);
  });

  it.each([
    ['it never heard of it', { epoch: 'e', head: 7, chain: 'c7', floor: 0 }, 'snap-9'],
    ['the history is another', { epoch: 'other', head: 7, chain: 'c7', floor: 0 }, 'snap-1'],
    ['changes since have left the log', { epoch: 'e', head: 90, chain: 'c7', floor: 50 }, 'snap-1'],
  ])('begins anew when %s', async (_why, now, id) => {
    await read();
    position = now;
    const [head, ...rest] = await read({ id, line: 1_500 });
    expect(head).toMatchObject({ epoch: now.epoch, seq: now.head, line: 0 });
    expect(ids(rest)).toHaveLength(ROWS);
  });

  it('breaks off without an end when the rows cannot be read, and begins anew for the next', async () => {
    beforePage = (page) => (page === 3 ? Promise.reject(new Error('disk hiccup')) : Promise.resolve());
    await expect(read()).rejects.toThrow('could not be written');
    expect((await read()).at(-1)).toMatchObject({ kind: 'end', rows: ROWS });
  });

  it('needs no disk: what cannot be written is kept in memory', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'not a folder');
    expect((await Promise.all([read(), read()])).map((lines) => ids(lines).length)).toEqual([ROWS, ROWS]);
    expect(ids(await read({ id: 'snap-1', line: 3_300 }))).toHaveLength(ROWS - 3_200);
  });

  it('grows no older than a minute for new readers, however many of them follow on one another', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    beforePage = (page) => (page === 4 ? held : Promise.resolve());
    const readers: Promise<SnapshotLine[]>[] = [];
    for (const [index, seconds] of [0, 40, 80].entries()) {
      elapsed = seconds * 1000;
      position = { ...position, head: 7 + index };
      readers.push(read());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    release();
    const heads = (await Promise.all(readers)).map(([head]) => (head?.kind === 'head' ? head.seq : null));
    expect(heads).toEqual([7, 7, 9]);
  });

  it('leaves nothing lying about: not of an earlier server, not what is old', async () => {
    mkdirSync(join(folder, 'left'), { recursive: true });
    shelf = open();
    expect(readdirSync(folder), 'of an earlier server').toEqual([]);
    await read();
    position = { ...position, head: 8 };
    elapsed = 6 * 60_000;
    await read();
    expect(readdirSync(folder)).toEqual(['snap-2.ndjson.gz']);
    elapsed = 12 * 60_000;
    await read(null, NORTH);
    expect(readdirSync(folder)).toEqual(['snap-3.ndjson.gz']);
  });
});

const closed = (stream: Readable) => new Promise<void>((resolve) => stream.once('close', () => resolve()));
/** File handles of this process into the folder, where the system tells. */
const handles = () =>
  (process.platform === 'linux' ? readdirSync('/proc/self/fd') : []).filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  });

describe('a reader of the shelf', () => {
  it('is cut off after it has taken nothing for 30 s, and not while it waits for rows', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    beforePage = (page) => (page === 1 ? held : Promise.resolve());
    const stream = shelf.open(ALL, null, { userId: 'mara', as: 'gzip' });
    const pieces = stream[Symbol.asyncIterator]();
    await pieces.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(timers, 'while it waits for rows').toEqual([]);
    release();
    await pieces.next();
    await expect.poll(() => timers.map(({ ms }) => ms)).toEqual([30_000]);
    const gone = closed(stream);
    timers[0]?.run();
    await gone;
    expect([stream.destroyed, stream.readableEnded, timers]).toEqual([true, false, []]);
    expect((await read())[0]).toMatchObject({ snapshot: 'snap-1' });
  });

  it('leaves no timer behind when it has read to the end', async () => {
    const pieces: Buffer[] = [];
    for await (const bytes of shelf.open(ALL, null, { userId: 'mara', as: 'gzip' })) pieces.push(bytes as Buffer);
    expect(ids(parse(Buffer.concat(pieces)))).toHaveLength(ROWS);
    expect(timers).toEqual([]);
  });

  it('is cut off when it may no longer see this, and the others go on', async () => {
    const [mara, ivo] = [
      shelf.open(ALL, null, { userId: 'mara', as: 'gzip' }),
      shelf.open(ALL, null, { userId: 'ivo', as: 'gzip' }),
    ];
    const pieces = ivo[Symbol.asyncIterator]();
    const first = (await pieces.next()).value as Buffer;
    const gone = closed(mara);
    shelf.cutOff('mara');
    await gone;
    const rest: Buffer[] = [first];
    for await (const bytes of { [Symbol.asyncIterator]: () => pieces }) rest.push(bytes as Buffer);
    expect(ids(parse(Buffer.concat(rest)))).toHaveLength(ROWS);
    expect(mara.read()).toBeNull();
  });

  it('sends not a byte more once it is cut off, also of what was read and unpacked already', async () => {
    const stream = shelf.open(ALL, null, { userId: 'mara', as: 'text' });
    let written = 0;
    const sink = new Writable({
      highWaterMark: 128 * 1024,
      write: (_bytes, _encoding, done) => {
        written += 1;
        if (written === 12) shelf.cutOff('mara');
        // So that much is waiting when it goes on.
        if (written === 1) setTimeout(done, 50);
        else done();
      },
    });
    const gone = closed(stream);
    stream.pipe(sink);
    await gone;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(written).toBe(12);
  });

  it('finds the shelf closed: files given back and removed, also those being written, and nobody let in after', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    beforePage = (page) => (page === 3 ? held : Promise.resolve());
    const stream = shelf.open(ALL, null, { userId: 'mara', as: 'gzip' });
    await stream[Symbol.asyncIterator]().next();
    await expect.poll(() => pages).toBe(3);
    expect(handles().length).toBe(process.platform === 'linux' ? 1 : 0);
    const closing = shelf.close();
    release();
    await closing;
    expect([handles(), readdirSync(folder), pages]).toEqual([[], [], 3]);
    await expect(read()).rejects.toMatchObject({ code: 'stopping' });
    await shelf.close();
  });
});
