import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { below } from '../support/seeded.ts';

/** One thing a process did, as `shim.c` wrote it down. */
export type Operation = {
  readonly type: 'C' | 'O' | 'W' | 'T' | 'F' | 'D' | 'R' | 'U' | 'A';
  readonly inode: number;
  readonly offset: number;
  readonly data: Buffer;
};

const HEAD = 21;
const SECTOR = 512;

/** The whole log; a record that the kill cut off is left out. */
export const readDiskLog = (file: string): Operation[] => {
  const bytes = readFileSync(file);
  const operations: Operation[] = [];
  for (let at = 0; at + HEAD <= bytes.length; ) {
    const end = at + HEAD + bytes.readUInt32LE(at + 17);
    if (end > bytes.length) break;
    operations.push({
      type: String.fromCharCode(bytes[at] ?? 0) as Operation['type'],
      inode: Number(bytes.readBigUInt64LE(at + 1)),
      offset: Number(bytes.readBigUInt64LE(at + 9)),
      data: bytes.subarray(at + HEAD, end),
    });
    at = end;
  }
  return operations;
};

type Contents = { bytes: Buffer; size: number };
type File = { readonly durable: Contents; pending: Operation[] };
type Naming = { readonly path: string; readonly inode: number | null; readonly also?: string };

const grown = (contents: Contents, size: number): void => {
  if (size <= contents.bytes.length) return;
  const bytes = Buffer.alloc(Math.max(size, contents.bytes.length * 2, 65_536));
  contents.bytes.copy(bytes, 0, 0, contents.size);
  contents.bytes = bytes;
};

const put = (contents: Contents, offset: number, data: Buffer): void => {
  grown(contents, offset + data.length);
  data.copy(contents.bytes, offset);
  contents.size = Math.max(contents.size, offset + data.length);
};

const doTo = (contents: Contents, { type, offset, data }: Operation): void => {
  if (type === 'W') put(contents, offset, data);
  else {
    // What is beyond the new end must be zeros should the file grow again.
    if (offset < contents.size) contents.bytes.fill(0, offset, contents.size);
    grown(contents, offset);
    contents.size = offset;
  }
};

/**
 * A disk with a cache of its own: what was synced is on it for certain; of the rest the power cut leaves any part. Names (create,
 * rename, unlink) reach it in their order; `isStrict`: only when their folder, or the new file itself, is synced, else with any
 * sync after them, as on the journalling file systems in use.
 */
export class Disk {
  readonly #files = new Map<number, File>();
  readonly #names = new Map<string, number>();
  #pendingNames: Naming[] = [];
  readonly #isStrict: boolean;

  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }

  apply(operation: Operation): void {
    const { type, inode, data } = operation;
    const path = data.toString();
    if (type === 'C') {
      this.#files.set(inode, { durable: { bytes: Buffer.alloc(0), size: 0 }, pending: [] });
      this.#pendingNames.push({ path, inode });
    } else if (type === 'W' || type === 'T') this.#files.get(inode)?.pending.push(operation);
    else if (type === 'R') {
      const [from = '', to = ''] = path.split('\0');
      this.#pendingNames.push({ path: to, inode: this.#inodeOf(from), also: from });
    } else if (type === 'U') this.#pendingNames.push({ path, inode: null });
    else if (type === 'F') this.#synced(inode);
    else if (type === 'D') this.#settleNames(({ path: name }) => !this.#isStrict || dirname(name) === path);
  }

  /** Writes the files that a cut now leaves into `folder`, `root` being where they were. */
  cut(random: () => number, root: string, folder: string): void {
    const names = new Map(this.#names);
    for (const naming of this.#pendingNames.slice(0, below(random, this.#pendingNames.length + 1)))
      rename(names, naming);
    const keep = random();
    for (const [path, inode] of names) {
      const file = this.#files.get(inode);
      if (file === undefined) continue;
      const left: Contents = { bytes: Buffer.from(file.durable.bytes), size: file.durable.size };
      for (const operation of survivors(random, file.pending, keep)) doTo(left, operation);
      const place = join(folder, path.slice(root.length));
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, left.bytes.subarray(0, left.size));
    }
  }

  #inodeOf(path: string): number | null {
    const latest = this.#pendingNames.findLast((naming) => naming.path === path || naming.also === path);
    if (latest === undefined) return this.#names.get(path) ?? null;
    return latest.path === path ? latest.inode : null;
  }

  #synced(inode: number): void {
    const file = this.#files.get(inode);
    if (file === undefined) return;
    for (const operation of file.pending) doTo(file.durable, operation);
    file.pending = [];
    this.#settleNames((naming) => !this.#isStrict || (naming.inode === inode && naming.also === undefined));
  }

  #settleNames(isDurable: (naming: Naming) => boolean): void {
    for (const naming of this.#pendingNames.filter(isDurable)) rename(this.#names, naming);
    this.#pendingNames = this.#pendingNames.filter((naming) => !isDurable(naming));
  }
}

const rename = (names: Map<string, number>, { path, inode, also }: Naming): void => {
  if (also !== undefined) names.delete(also);
  if (inode === null) names.delete(path);
  else names.set(path, inode);
};

/** What of the unsynced operations reached the disk: some, in parts, and now and then in another order. */
const survivors = (random: () => number, pending: readonly Operation[], keep: number): Operation[] => {
  const isPrefix = random() < 0.3;
  const end = isPrefix ? below(random, pending.length + 1) : pending.length;
  const left = pending.slice(0, end).flatMap((operation, at) => {
    if (isPrefix && at < end - 1) return [operation];
    const fate = random();
    if (fate < keep) return [operation];
    return fate < keep + (1 - keep) / 2 && operation.type === 'W' ? [torn(random, operation)] : [];
  });
  if (random() < 0.25) left.sort(() => random() - 0.5);
  return left;
};

/** Some of its sectors only. */
const torn = (random: () => number, operation: Operation): Operation => {
  const sectors = Math.ceil(operation.data.length / SECTOR);
  const from = below(random, sectors);
  const to = from + 1 + below(random, sectors - from);
  const data = operation.data.subarray(from * SECTOR, to * SECTOR);
  return { ...operation, offset: operation.offset + from * SECTOR, data };
};
