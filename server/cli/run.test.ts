import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { createVerify } from '../access.ts';
import { createServer } from '../create-server.ts';

const root = join(import.meta.dirname, '..', '..');
const samples = join(root, 'resources', 'samples');
const JWT_SECRET = 'a secret of the tests of the command line';

let dataDir: string;
const running = new Set<ChildProcess>();
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'dockline-cli-'));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  await rm(dataDir, { recursive: true, force: true });
});

type Ran = { readonly code: number | null; readonly out: string; readonly err: string };
const launch = (args: string[], env: Record<string, string | undefined> = {}) => {
  const all = { ...process.env, NODE_ENV: 'test', JWT_SECRET, DATA_DIR: dataDir, PORT: '0', ...env };
  const child = spawn(process.execPath, [join(root, 'server', 'index.ts'), ...args], { cwd: root, env: all });
  running.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ran>((resolve) =>
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code, out, err });
    }),
  );
  return { child, ended, output: () => out };
};
const ran = (args: string[], env?: Record<string, string | undefined>): Promise<Ran> => launch(args, env).ended;
const listening = async (started: ReturnType<typeof launch>): Promise<string> => {
  await expect.poll(started.output, { timeout: 15_000 }).toMatch(/listens at http/);
  return started.output().match(/http:\/\/[\d.:]+/)?.[0] ?? '';
};
/** A look into the folder after the command has gone. */
const looking = async <T>(
  look: (storage: Awaited<ReturnType<typeof createServer>>['storage']) => Promise<T>,
): Promise<T> => {
  const server = await createServer({ jwtSecret: JWT_SECRET, dataDir, logLevel: 'silent' });
  try {
    return await look(server.storage);
  } finally {
    await server.close();
  }
};
const all = { role: 'admin', warehouses: null, supplierId: null } as const;

describe('start', { timeout: 30_000 }, () => {
  it('answers until SIGTERM, hangs up on its sockets, and exits 0', async () => {
    const started = launch([]);
    const url = await listening(started);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'OK', ready: true });
    const { out: token } = await ran(['token', '--name', 'Mara', '--role', 'receiver']);
    const socket = io(url, { auth: { token: token.trim() }, reconnection: false, transports: ['websocket'] });
    await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    started.child.kill('SIGTERM');
    expect(await gone).toBe('transport close');
    const { code, out, err } = await started.ended;
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toContain(token.trim());
    expect(out).not.toContain(JWT_SECRET);
  });

  it.each([
    ['a folder that cannot be one', { DATA_DIR: join(import.meta.filename, 'data') }, 'set another DATA_DIR'],
    ['an address that is none of ours', { HOST: '192.0.2.1' }, 'set HOST to one of its own'],
  ])('says of %s what to do', async (_what, env, sentence) => {
    const { code, err } = await ran([], { PORT: '0', ...env });
    expect([code, err.split('\n').length]).toEqual([1, 2]);
    expect(err).toContain(sentence);
  });

  it('is not kept by a polling client that broke off', async () => {
    const started = launch([]);
    const polling = `${await listening(started)}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1)) as { sid: string };
    await fetch(`${polling}&sid=${sid}`, { method: 'POST', body: 'no packet' });
    const asked = Date.now();
    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(0);
    expect(Date.now() - asked).toBeLessThan(15_000);
  });

  it('takes the same Ctrl-C twice for one, and a second wish for an end at once', async () => {
    const started = launch([]);
    await listening(started);
    started.child.kill('SIGINT');
    started.child.kill('SIGINT');
    expect((await started.ended).code).toBe(0);

    const busy = launch([]);
    const url = await listening(busy);
    // A request whose body never ends keeps it for 30 s.
    const { connect } = await import('node:net');
    const hanging = connect(Number(new URL(url).port), '127.0.0.1');
    hanging.on('error', () => undefined);
    hanging.write('POST /api/asns HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nI');
    await new Promise((resolve) => setTimeout(resolve, 200));
    busy.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 600));
    busy.child.kill('SIGTERM');
    expect((await busy.ended).code).toBe(1);
  });

  it('stops when npm was told to, although the shell between them passes nothing on', async () => {
    const env = { ...process.env, JWT_SECRET, DATA_DIR: dataDir, PORT: '0', npm_lifecycle_event: 'server' };
    // What npm does: a shell that runs the command as its child. The `true` keeps it from becoming the command itself.
    const command = `"${process.execPath}" server/index.ts; true`;
    const shell = spawn('sh', ['-c', command], { cwd: root, env });
    running.add(shell);
    let out = '';
    shell.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    await expect.poll(() => out, { timeout: 15_000 }).toMatch(/listens at http/);
    const url = out.match(/http:\/\/[\d.:]+/)?.[0] ?? '';
    shell.kill('SIGTERM');
    await expect.poll(() => out, { timeout: 5_000 }).toContain('"stopped"');
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it.each([
    ['no secret', { JWT_SECRET: undefined }, /JWT_SECRET is required/],
    ['a short secret in production', { JWT_SECRET: 'short', NODE_ENV: 'production' }, /at least 32/],
    ['a database it does not have', { DATABASE_URL: 'postgres://db' }, /DATABASE_URL.*SQLite/],
    ['Redis', { REDIS_URL: 'redis://r' }, /REDIS_URL.*one node/],
  ])('refuses to start with %s, in a sentence', async (_what, env, sentence) => {
    const { code, err, out } = await ran([], env);
    expect([code, out]).toEqual([78, '']);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it('refuses a folder that has a server, and a port that is taken', async () => {
    const first = launch([]);
    const url = await listening(first);
    const second = await ran([]);
    expect(second.code).toBe(1);
    expect(second.err).toContain(url);
    const other = await mkdtemp(join(tmpdir(), 'dockline-cli-'));
    const taken = await ran([], { DATA_DIR: other, PORT: new URL(url).port });
    await rm(other, { recursive: true, force: true });
    expect([taken.code, taken.err]).toEqual([1, expect.stringContaining('set PORT')]);
    expect(taken.err).not.toMatch(/^\s+at /m);
  });

  it('comes back after kill -9 on the same folder', async () => {
    const first = launch([]);
    await listening(first);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = launch([]);
    await listening(second);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });
});

describe('token', { timeout: 30_000 }, () => {
  it('prints a token and nothing else', async () => {
    const { code, out, err } = await ran([
      'token',
      '--name',
      'Mara Vos',
      '--role',
      'receiver',
      '--warehouses',
      'JOL, DAL',
      '--days',
      '2',
    ]);
    expect([code, err]).toEqual([0, '']);
    const access = await createVerify({ secret: JWT_SECRET }, Date.now)(out.trim());
    expect(access).toMatchObject({
      actor: { id: 'mara-vos', name: 'Mara Vos', role: 'receiver' },
      scope: { warehouses: ['JOL', 'DAL'] },
    });
    expect(access.expiresAt - Date.now()).toBeGreaterThan(1.9 * 86_400_000);
    expect(access.expiresAt - Date.now()).toBeLessThanOrEqual(2 * 86_400_000);
  });

  it.each([
    ['a role that is none', ['--name', 'X', '--role', 'king'], '--role'],
    ['no name', ['--role', 'lead'], '--name'],
    ['a supplier without its id', ['--name', 'X', '--role', 'supplier'], '--supplier'],
    ['days that are none', ['--name', 'X', '--role', 'lead', '--days', 'soon'], '--days'],
    ['an option that is none', ['--name', 'X', '--role', 'lead', '--power', '9'], '--power'],
  ])('refuses %s', async (_what, args, named) => {
    const { code, out, err } = await ran(['token', ...args]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(named);
    expect(err).toContain('Usage');
  });
});

describe('access', { timeout: 30_000 }, () => {
  it('counts at once for who is signed in to the running server, and stays', async () => {
    const started = launch([]);
    const url = await listening(started);
    const { out: token } = await ran(['token', '--name', 'Mara', '--role', 'admin']);
    for (const id of ['JOL', 'DAL']) await ran(['warehouse', id, '--name', id]);
    const push = () =>
      fetch(`${url}/api/users/ivo/access`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ role: 'lead', warehouses: [] }),
      });
    expect((await push()).status).toBe(200);
    const changed = await ran(['access', 'mara', '--role', 'receiver', '--warehouses', 'JOL, DAL']);
    expect([changed.code, changed.err]).toEqual([0, '']);
    expect(changed.out).toBe('mara is receiver for JOL, DAL; this counts at once, also for tokens issued until now.\n');
    expect((await push()).status).toBe(403);
    const { out: later } = await ran(['token', '--name', 'Mara', '--role', 'admin']);
    const verified = createVerify({ secret: JWT_SECRET }, Date.now)(later.trim());
    expect((await verified).actor.role).toBe('admin');
    started.child.kill('SIGTERM');
    await started.ended;
    expect((await looking((storage) => storage.changedAccess())).map(({ userId }) => userId)).toEqual(['ivo', 'mara']);
  });

  it('works on the folder when no server runs', async () => {
    const { code, out } = await ran([
      'access',
      'acme/desk',
      '--role',
      'supplier',
      '--supplier',
      'ACME',
      '--warehouses',
      '*',
    ]);
    expect([code, out]).toEqual([
      0,
      'acme/desk is supplier of ACME for all warehouses; this counts at once, also for tokens issued until now.\n',
    ]);
    expect(await looking((storage) => storage.changedAccess())).toMatchObject([
      { userId: 'acme/desk', role: 'supplier', supplierId: 'ACME', changedBy: 'operator' },
    ]);
  });

  it('says which warehouse there is not, and changes nothing', async () => {
    const { code, err } = await ran(['access', 'mara', '--role', 'receiver', '--warehouses', 'JLO']);
    expect([code, err]).toEqual([1, 'dockline: There is no warehouse JLO. Nothing was changed.\n']);
    expect(await looking((storage) => storage.changedAccess())).toEqual([]);
  });

  it.each([
    [['access'], 'id of one user'],
    [['access', 'mara', '--role', 'lead'], '--warehouses is required'],
    [['access', 'mara', '--role', 'king', '--warehouses', '*'], '--role'],
    [['access', 'sam', '--role', 'supplier', '--warehouses', '*'], '--supplier'],
  ])('explains %j', async (args, sentence) => {
    const { code, err } = await ran(args);
    expect([code, err]).toEqual([1, expect.stringContaining(sentence)]);
  });
});

describe('import and warehouse', { timeout: 30_000 }, () => {
  it('work on the folder when no server runs', async () => {
    const defined = await ran(['warehouse', 'JOL', '--name', 'Joliet', '--zone', 'America/Chicago', '--doors', '3']);
    expect([defined.code, defined.err]).toEqual([0, '']);
    const imported = await ran([
      'import',
      join(samples, '01-pallets-and-cartons.edi'),
      join(samples, '08-wrong-check-digits.edi'),
    ]);
    expect(imported.code).toBe(0);
    expect(imported.out).toContain('BW-260481 (10 lines); 1 warning\n');
    expect(imported.out).toContain('bad_check_digit: Segment 18');
    await looking(async (storage) => {
      expect(await storage.findRow('warehouse', 'JOL')).toMatchObject({ name: 'Joliet', timeZone: 'America/Chicago' });
      expect(await storage.findRow('door', 'JOL-D3')).toMatchObject({ name: 'D3', warehouseId: 'JOL' });
      expect((await storage.listShipments(all, { limit: 10 })).shipments).toHaveLength(2);
    });
  });

  it('go through the running server, which hears of it', async () => {
    const started = launch([]);
    const url = await listening(started);
    expect((await ran(['import', join(samples, '12-venlo-polish.edi')])).code).toBe(0);
    const { out: token } = await ran(['token', '--name', 'Lena', '--role', 'lead']);
    const reply = await fetch(`${url}/api/shipments`, { headers: { authorization: `Bearer ${token.trim()}` } });
    const { shipments } = (await reply.json()) as { shipments: ShipmentDetail[] };
    expect(shipments.map(({ number }) => number)).toEqual(['JL/2026/1187']);
    started.child.kill('SIGTERM');
    await started.ended;
  });

  it('say which file was refused, take the others, and exit 1', async () => {
    const broken = join(dataDir, 'broken.edi');
    await writeFile(broken, 'this is no notice');
    const { code, out, err } = await ran(['import', broken, 'missing.edi', join(samples, '02-no-packing-levels.edi')]);
    expect(code).toBe(1);
    expect(err).toContain(`${broken}: refused. `);
    expect(err).toContain('missing.edi: cannot be read');
    expect(out).toContain('NF88120 (5 lines)');
  });

  it.each([
    [['import'], 'which files'],
    [['warehouse'], 'id of one warehouse'],
    [['warehouse', 'JOL'], '--name'],
    [['warehouse', 'JOL', '--name', 'x', '--zone', 'Mars/Olympus'], 'time zone'],
    [['warehouse', 'JOL', '--name', 'x', '--doors', '-1'], '--doors'],
    [['dance'], 'no command dance'],
  ])('explain %j', async (args, sentence) => {
    const { code, err } = await ran(args);
    expect(code).toBe(1);
    expect(err).toContain(sentence);
  });

  it('help is not an error', async () => {
    for (const args of [['help'], ['--help'], ['import', '--help']]) {
      const { code, out } = await ran(args, { JWT_SECRET: undefined });
      expect([code, out.startsWith('Usage')]).toEqual([0, true]);
    }
  });
});
