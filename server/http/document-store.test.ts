import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDocumentStore } from './document-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dockline-documents-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const incoming = () => readdir(join(folder, 'incoming'));
const bytes = randomBytes(200_000);
const hash = createHash('sha256').update(bytes).digest('hex');
const inPieces = (of: Buffer = bytes, size = 3000) =>
  Readable.from(
    Array.from({ length: Math.ceil(of.length / size) }, (_, at) => of.subarray(at * size, (at + 1) * size)),
  );

describe('the document store', () => {
  it('keeps bytes under their hash', async () => {
    const store = await openDocumentStore(folder);
    const file = await store.receive(inPieces(), 1_000_000);
    expect(file).toMatchObject({ contentHash: hash, size: 200_000 });
    expect(Buffer.from(file.head).equals(bytes.subarray(0, 4096))).toBe(true);
    expect(await store.read(hash, 0, 1)).toBeNull();
    await file.keep();
    await file.discard();
    expect((await readFile(join(folder, hash.slice(0, 2), hash))).equals(bytes)).toBe(true);
    const middle = await store.read(hash, 1000, 1999);
    expect(middle && (await buffer(middle)).equals(bytes.subarray(1000, 2000))).toBe(true);
    expect(await incoming()).toEqual([]);
  });

  it('shows nothing of what was not kept', async () => {
    const store = await openDocumentStore(folder);
    const file = await store.receive(inPieces(), 1_000_000);
    await file.discard();
    expect([await incoming(), await store.read(hash, 0, 1)]).toEqual([[], null]);
  });

  it('stops at the limit and at a source that breaks, leaving nothing', async () => {
    const store = await openDocumentStore(folder);
    await expect(store.receive(inPieces(), 199_999)).rejects.toMatchObject({ code: 'too_large' });
    const broken = (async function* () {
      yield bytes;
      throw new Error('the line went dead');
    })();
    await expect(store.receive(broken, 1_000_000)).rejects.toThrow('the line went dead');
    expect(await incoming()).toEqual([]);
  });

  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('says when the disk is full (%s)', async (code) => {
    const store = await openDocumentStore(folder);
    const full = (async function* () {
      yield bytes;
      throw Object.assign(new Error('no space left on device'), { code });
    })();
    await expect(store.receive(full, 1_000_000)).rejects.toMatchObject({ code: 'storage_full' });
  });

  it('clears away what a crash left half received, and keeps the rest', async () => {
    const file = await (await openDocumentStore(folder)).receive(inPieces(), 1_000_000);
    await file.keep();
    await mkdir(join(folder, 'incoming'), { recursive: true });
    await writeFile(join(folder, 'incoming', 'half'), 'ha');
    const store = await openDocumentStore(folder);
    expect(await incoming()).toEqual([]);
    expect(await store.read(hash, 0, 1)).not.toBeNull();
  });

  it('takes the same bytes at once from many', async () => {
    const store = await openDocumentStore(folder);
    const files = await Promise.all(Array.from({ length: 5 }, () => store.receive(inPieces(), 1_000_000)));
    await Promise.all(files.map((file) => file.keep()));
    expect(await readdir(join(folder, hash.slice(0, 2)))).toEqual([hash]);
  });

  it.each(['../../etc/passwd', '', 'ab', `${hash}/..`, hash.toUpperCase()])('reads no %j', async (name) => {
    expect(await (await openDocumentStore(folder)).read(name, 0, 1)).toBeNull();
  });
});
