import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GroupCommitter, type Job } from './group-committer.ts';
import { migrate } from './migrate.ts';
import { type Db, STREAM } from './schema.ts';
import { openWriter } from './sqlite-connection.ts';

let folder = '';
let writer: ReturnType<typeof openWriter>;
let committer: GroupCommitter;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dockline-'));
  writer = openWriter(join(folder, 'd.db'));
  await migrate(writer.db);
  const db: Db = writer.db;
  await db.insertInto('stream').values({ id: STREAM, epoch: 'e', head: 0, chain: 'c', floor: 0 }).execute();
  const none = (): void => undefined;
  committer = new GroupCommitter({ writer, now: () => '', onWritten: none, onAnswered: none });
});
afterEach(async () => {
  await writer.close();
  rmSync(folder, { recursive: true, force: true });
});

const job = <T>(tell: () => T): Job<T> => ({ size: 1, attempts: [], clientId: null, run: async () => tell });

describe('the one writer', () => {
  it('goes on when an answer cannot be told', async () => {
    const broken = committer.enqueue(
      job(() => {
        throw new Error('cannot be told');
      }),
    );
    const beside = committer.enqueue(job(() => 'told'));
    await expect(broken).rejects.toThrow('cannot be told');
    expect(await beside).toBe('told');
    expect(await committer.enqueue(job(() => 'afterwards'))).toBe('afterwards');
    await committer.stop();
  });

  it('takes on no more than it can hold, and goes on with what it has', async () => {
    const all = await Promise.allSettled(Array.from({ length: 6_000 }, (_, n) => committer.enqueue(job(() => n))));
    const refused = all.filter((each) => each.status === 'rejected');
    expect(refused.length).toBe(1_000);
    expect(refused[0]).toMatchObject({ reason: { code: 'too_fast' } });
    expect(await committer.enqueue(job(() => 'afterwards'))).toBe('afterwards');
    await committer.stop();
  });
});
