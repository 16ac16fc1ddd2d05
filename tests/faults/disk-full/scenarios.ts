import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { epochOf, isSound, settleAndAudit } from '../support/audit.ts';
import { FaultDock } from '../support/dock.ts';
import { plainEnv, root } from '../support/patches.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

/** Nobody can write here, not even root. */
const UNWRITABLE = '/sys/dockline-of-the-fault-tests';

export type Scenario = { readonly name: string; readonly play: () => Promise<void> };

type Side = 'dataDir' | 'stationDir';

/** A running dock, one side of which has its files on a small disk. */
const withSmallDisk = async (side: Side, play: (dock: FaultDock, disk: SmallDisk) => Promise<void>): Promise<void> => {
  const from = await FaultDock.copy('disk', true);
  const disk = smallDisk(24);
  cpSync(from[side], disk.dir, { recursive: true });
  const { dataDir, stationDir, shipmentId } = from;
  const dock = new FaultDock({ dataDir, stationDir, shipmentId, [side]: disk.dir });
  try {
    await dock.startServer();
    await dock.startStation();
    await dock.untilView('a first sync', (view) => view.connection.kind === 'live' && view.shipments.length > 0);
    const epoch = epochOf(dock.dataDir);
    await dock.saveNote('before');
    await dock.pushHold('before');
    await play(dock, disk);
    await settleAndAudit(dock, epoch);
  } finally {
    await dock.kill();
    disk.release();
  }
};

const problemOf = async (
  dock: FaultDock,
  path: string,
  body: FormData | object,
): Promise<{ status: number; code: string }> => {
  const isForm = body instanceof FormData;
  const reply = await fetch(`${dock.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await dock.token()}`,
      ...(isForm ? {} : { 'content-type': 'application/json' }),
    },
    body: isForm ? body : JSON.stringify(body),
  });
  const { code = '' } = (await reply.json()) as { code?: string };
  return { status: reply.status, code };
};

const noteOf = (dock: FaultDock, n: number) => ({
  mutations: [
    {
      clientId: 'somebody-at-a-full-disk',
      n,
      type: 'addNote',
      args: { shipmentId: dock.shipmentId, noteId: `at-a-full-disk-${n}`, text: 'x'.repeat(300) },
      occurredAt: new Date().toISOString(),
    },
  ],
});

const serverFull: Scenario['play'] = () =>
  withSmallDisk('dataDir', async (dock, disk) => {
    disk.fill(dock.server.pid);
    const full = { status: 507, code: 'storage_full' };
    assert.deepEqual(await problemOf(dock, '/api/sync/mutations', noteOf(dock, 1)), full);
    const form = new FormData();
    form.set('documentType', 'photo');
    form.set('file', new Blob([`%PDF-1.4\n${'x'.repeat(200_000)}`], { type: 'application/pdf' }), 'a.pdf');
    const { code } = await problemOf(dock, `/api/shipments/${dock.shipmentId}/documents`, form);
    assert.equal(code, 'storage_full', 'so is a document');
    const saved = await dock.saveNote('while the server has no room');
    assert.ok(saved?.ok === true, 'the station keeps it');
    await sleep(1_500);
    assert.equal((await dock.station.ask('view')).unsent, 1);
    assert.ok(await dock.isServerUp(), 'the server still answers');
    disk.empty(dock.server.pid);
    const reply = await fetch(`${dock.url}/api/sync/mutations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await dock.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(noteOf(dock, 1)),
    });
    const { verdicts } = (await reply.json()) as { verdicts: { verdict: string }[] };
    assert.equal(verdicts[0]?.verdict, 'applied', 'with room again it is taken, for the first time');
    await dock.upload('with room again');
  });

const stationFull: Scenario['play'] = () =>
  withSmallDisk('stationDir', async (dock, disk) => {
    await dock.untilView('nothing unsent', ({ unsent }) => unsent === 0);
    disk.fill(dock.station.child.pid ?? 0);
    const refused = await dock.saveNote('no room for this');
    assert.ok(refused?.ok === false && /not saved/i.test(refused.message), JSON.stringify(refused));
    // What comes in cannot be kept either; it has to come again.
    for (let round = 0; round < 3; round += 1) await dock.pushNote(`meanwhile, ${round}`);
    await sleep(1_000);
    assert.ok(!dock.station.isGone, 'the station stays');
    disk.empty(dock.station.child.pid ?? 0);
    const saved = await dock.saveNote('with room again');
    assert.ok(saved?.ok === true, JSON.stringify(saved));
    if (!disk.isReal) {
      await dock.station.stop();
      await dock.startStation();
      await dock.untilView('live again', ({ connection }) => connection.kind === 'live');
    }
    await dock.pushHold('with room again');
  });

/** Another program holds a database of one side for longer than anybody waits. */
const held = async (file: string, run: () => Promise<void>): Promise<void> => {
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  try {
    await run();
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }
};

const serverLocked: Scenario['play'] = () =>
  withSmallDisk('dataDir', async (dock) => {
    await held(join(dock.dataDir, 'dockline.db'), async () => {
      const { status, code } = await problemOf(dock, '/api/sync/mutations', noteOf(dock, 1));
      assert.deepEqual([status, code], [500, 'internal']);
    });
    await dock.pushNote('unlocked');
  });

const stationLocked: Scenario['play'] = () =>
  withSmallDisk('stationDir', async (dock) => {
    await dock.untilView('nothing unsent', ({ unsent }) => unsent === 0);
    await held(join(dock.stationDir, 'journal.db'), async () => {
      const refused = await dock.saveNote('somebody holds the file');
      assert.ok(refused?.ok === false && /not saved/i.test(refused.message), JSON.stringify(refused));
    });
    assert.ok((await dock.saveNote('unlocked'))?.ok === true);
  });

/** How the server ends that is started on a folder; what it says. */
const refusedStart = (dataDir: string): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'server', 'index.ts')], {
      cwd: root,
      env: {
        ...plainEnv(),
        DATA_DIR: dataDir,
        PORT: '0',
        JWT_SECRET: 'a secret of the fault tests only, long enough',
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ code, said });
    });
  });

const serverReadOnly: Scenario['play'] = async () => {
  const disk = smallDisk(24);
  try {
    const from = await FaultDock.copy('disk', true);
    cpSync(from.dataDir, disk.dir, { recursive: true });
    for (const folder of [UNWRITABLE, ...(disk.setReadOnly() ? [disk.dir] : [])]) {
      const { code, said } = await refusedStart(folder);
      assert.ok(code !== 0 && code !== null, `it does not start on ${folder}: ${code}`);
      assert.ok(
        said.includes(folder) && !said.includes('    at '),
        `it says which folder, not where in the code: ${said}`,
      );
    }
  } finally {
    disk.release();
  }
};

const stationReadOnly: Scenario['play'] = async () => {
  const disk = smallDisk(24);
  const from = await FaultDock.copy('disk', true);
  const { dataDir, shipmentId } = from;
  try {
    for (const stationDir of [UNWRITABLE, ...(disk.setReadOnly() ? [disk.dir] : [])]) {
      const dock = new FaultDock({ dataDir, stationDir, shipmentId, toastFile: join(dataDir, 'toasts') });
      try {
        await dock.startServer();
        await dock.startStation();
        // It has nowhere to keep anything, and shows everything all the same.
        await dock.untilView('a first sync', (view) => view.connection.kind === 'live' && view.shipments.length > 0);
        const refused = await dock.saveNote('nowhere to keep it');
        assert.ok(refused?.ok === false && refused.message.includes('may not write'), JSON.stringify(refused));
      } finally {
        await dock.kill();
      }
    }
    isSound(join(dataDir, 'dockline.db'));
  } finally {
    disk.release();
  }
};

export const SCENARIOS: readonly Scenario[] = [
  { name: 'the server’s disk is full', play: serverFull },
  { name: 'the station’s disk is full', play: stationFull },
  { name: 'the server’s database is locked', play: serverLocked },
  { name: 'the station’s journal is locked', play: stationLocked },
  { name: 'the server may not write', play: serverReadOnly },
  { name: 'the station may not write', play: stationReadOnly },
];
