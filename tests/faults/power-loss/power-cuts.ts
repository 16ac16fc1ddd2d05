import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockClient } from '../../../tools/dock/dock-client.ts';
import { defineDock } from '../../../tools/dock/furnish.ts';
import { ADA, LENA, tokenFor } from '../../../tools/dock/people.ts';
import { sampleNotices } from '../../../tools/dock/sample-notices.ts';
import { startServerProcess } from '../../../tools/dock/server-process.ts';
import { checkPatch, faultEnv, type Patch, plainEnv, root } from '../support/patches.ts';
import { below, seeded } from '../support/seeded.ts';
import { buildShim } from './build-shim.ts';
import { Disk, type Operation, readDiskLog } from './disk-log.ts';
import { checkOutbox, checkServer } from './what-is-left.ts';

export type Side = 'server' | 'outbox';

/** What was told until the cut, by what it is about: the highest number of each. */
export type Told = ReadonlyMap<string, number>;

const SECRET = 'a secret of the fault tests only, long enough';
const CLIENTS = 8;
const PUSHES = 30;
const APPENDS = 400;

const shell = (patches: readonly Patch[], ack: string, killAt: number) => {
  for (const patch of patches) checkPatch(patch);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dockline-power-')));
  const dir = join(folder, 'disk');
  const log = join(folder, 'log');
  mkdirSync(dir);
  const env = {
    ...(patches.length === 0 ? {} : faultEnv({ patches })),
    LD_PRELOAD: buildShim(folder),
    POWER_DIR: dir,
    POWER_LOG: log,
    POWER_ACK: ack,
    POWER_KILL_AT: String(killAt),
  };
  return { folder, dir, log, env };
};

type Shell = ReturnType<typeof shell>;

/** The log is folded back every few commits, not every few hundred, so that cuts fall into that as well. */
const OFTEN_FOLDED: Patch = {
  file: 'server/storage/sqlite-connection.ts',
  find: 'const CHECKPOINT_PAGES = 4000;',
  replace: 'const CHECKPOINT_PAGES = 60;',
};

const workServer = async ({ dir, env }: Shell): Promise<void> => {
  const server = await startServerProcess({ dataDir: dir, secret: SECRET, env }).catch(() => null);
  if (server === null) return;
  try {
    await defineDock(server);
    const ada = await DockClient.signIn(server.url, ADA, SECRET);
    const { shipments } = await ada.sendNotice(sampleNotices()[0]?.text ?? '');
    const shipmentId = shipments[0]?.id ?? '';
    const authorization = `Bearer ${await tokenFor(LENA, SECRET)}`;
    const push = async (clientId: string, n: number): Promise<void> => {
      const args = { shipmentId, noteId: `${clientId}-${n}`, text: 'x'.repeat(200) };
      const mutation = { clientId, n, type: 'addNote', args, occurredAt: new Date().toISOString() };
      await fetch(`${server.url}/api/sync/mutations`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ mutations: [mutation] }),
      }).then((reply) => reply.text());
    };
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        for (let n = 1; n <= PUSHES; n += 1) await push(`power-client-${client}`, n);
      }),
    );
  } catch {
    // The power went.
  } finally {
    await server.kill9();
  }
};

const workOutbox = ({ dir, env }: Shell): Promise<void> =>
  new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'outbox-writer.ts');
    const child = spawn(process.execPath, [script, join(dir, 'journal.db'), String(APPENDS)], {
      cwd: root,
      env: { ...plainEnv(), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr?.on('data', (text) => {
      complaint += text;
    });
    child.once('exit', (code) => (complaint === '' || code === null ? resolve() : reject(new Error(complaint))));
  });

const SIDES = {
  server: { ack: '"seq":', work: workServer, check: checkServer, always: [OFTEN_FOLDED] },
  outbox: { ack: 'told ', work: workOutbox, check: checkOutbox, always: [] },
} as const;

/** Adds what an operation told others. */
const hear = (told: Map<string, number>, { data }: Operation): void => {
  const [, kind = '', number = ''] = /^([a-z]?)(\d+)/.exec(data.toString()) ?? [];
  if (number !== '') told.set(kind, Math.max(told.get(kind) ?? 0, Number(number)));
};

export type Cuts = { readonly done: number; readonly failure: string | null; readonly operations: number };

/**
 * Lets one side work in a real process whose power goes at its `killAt`th operation (0: when its work is done), then looks at
 * what `cuts` moments of that life would have left on the disk. Stops at the first that breaks a promise.
 */
export const cutPower = async (
  side: Side,
  { cuts, seed, killAt = 0, patches = [] }: { cuts: number; seed: number; killAt?: number; patches?: readonly Patch[] },
): Promise<Cuts> => {
  const { ack, work, check, always } = SIDES[side];
  const sandbox = shell([...always, ...patches], ack, killAt);
  const random = seeded(seed);
  try {
    await work(sandbox);
    const operations = readDiskLog(sandbox.log);
    if (killAt > 0 && operations.length === 0) throw new Error('nothing was written before the power went');
    const moments = Array.from({ length: cuts }, () => below(random, operations.length + 1)).sort((a, b) => a - b);
    let done = 0;
    for (const isStrict of [false, true]) {
      const disk = new Disk(isStrict);
      const told = new Map<string, number>();
      let at = 0;
      for (const moment of moments.filter((_, index) => index % 2 === Number(isStrict))) {
        for (; at < moment; at += 1) {
          const operation = operations[at] as Operation;
          if (operation.type === 'A') hear(told, operation);
          else disk.apply(operation);
        }
        const left = join(sandbox.folder, `cut-${done}`);
        mkdirSync(left);
        disk.cut(random, sandbox.dir, left);
        done += 1;
        const failure = await check(left, told).then(
          () => null,
          (error: Error) => `seed ${seed}, cut at ${moment} of ${operations.length}: ${error.message}`,
        );
        rmSync(left, { recursive: true, force: true });
        if (failure !== null) return { done, failure, operations: operations.length };
      }
    }
    return { done, failure: null, operations: operations.length };
  } finally {
    rmSync(sandbox.folder, { recursive: true, force: true });
  }
};

/** The setting that looks the same until the power goes, planted where it matters. */
export const NORMAL: Readonly<Record<Side, readonly Patch[]>> = {
  server: [
    {
      file: 'server/storage/sqlite-connection.ts',
      find: `database.pragma('synchronous = FULL');`,
      replace: `database.pragma('synchronous = NORMAL');`,
    },
    {
      file: 'server/storage/sqlite-connection.ts',
      find: `mode !== 'wal' || synchronous !== 2`,
      replace: `mode !== 'wal' || synchronous !== 1`,
    },
  ],
  outbox: [
    {
      file: 'src-main/store/journal-file.ts',
      find: `openDatabase(path, 'FULL', true)`,
      replace: `openDatabase(path, 'NORMAL', true)`,
    },
  ],
};
