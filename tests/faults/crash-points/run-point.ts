import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochOf, settleAndAudit } from '../support/audit.ts';
import type { FaultDock } from '../support/dock.ts';
import { checkPatch, type Faults } from '../support/patches.ts';
import type { CrashPoint } from './crash-point.ts';
import { dockIn, situationOf } from './situations.ts';

/** Milliseconds for what happens after the last acknowledgement: emission, echo, marks. */
const LINGER_MS = 4_000;

/** Rounds of work at both desks. */
const ROUNDS = 3;

/** Starts whatever is dead again, without the fault. */
const revive = async (dock: FaultDock, died: () => boolean): Promise<void> => {
  if (!died()) return;
  if (!(await dock.isServerUp())) await dock.startServer();
  if (dock.station.isGone) await dock.startStation();
};

const start = async (dock: FaultDock, { side }: CrashPoint, faults: Faults, died: () => boolean): Promise<void> => {
  const orDied = (error: unknown): void => {
    if (!died()) throw error;
  };
  await dock.startServer(side === 'server' ? faults : undefined).catch(orDied);
  if (side === 'server' && died()) await dock.startServer();
  await dock.startStation(side === 'station' ? faults : undefined).catch(orDied);
  if (side === 'station' && died()) await dock.startStation();
};

/** A short piece of a shift: work at both desks, mixed. Whoever dies on the way is started again. */
const work = async (
  dock: FaultDock,
  reviveNow: () => Promise<void>,
  rounds: number,
  meanwhile: () => Promise<void>,
): Promise<void> => {
  await dock.save('recordArrival', {});
  await reviveNow();
  await meanwhile();
  for (let round = 1; round <= rounds; round += 1) {
    await Promise.all([dock.saveNote(`at the station, ${round}`), dock.pushHold(`leaks, ${round}`, reviveNow)]);
    await reviveNow();
    await dock.saveNote(`and again, ${round}`);
    await reviveNow();
    await dock.pushNote(`from the desk, ${round}`, reviveNow);
    if (round < ROUNDS) await dock.upload(`list ${round}`, reviveNow);
    await reviveNow();
  }
};

/**
 * Runs the dock until the point kills it the `pass`th time it is passed, then proves that nothing was lost or doubled. Points of
 * different lanes may run at the same time.
 */
export const runPoint = async (point: CrashPoint, pass: number, lane = 0): Promise<'died' | 'not passed so often'> => {
  const { patch, also = [], label } = point;
  for (const each of [patch, ...also]) checkPatch(each);
  const { untilLive, isOtherHistory, meanwhile, isShort } = situationOf(point.when);
  const dock = await dockIn(point.when, lane);
  const diedFile = join(dock.dataDir, 'died');
  const died = (): boolean => existsSync(diedFile);
  const faults: Faults = { patches: [patch, ...also], crash: { label, pass, diedFile } };
  const reviveNow = (): Promise<void> => revive(dock, died);
  const epoch = epochOf(dock.dataDir);
  try {
    await start(dock, point, faults, died);
    if (untilLive) await hasBecomeLive(dock, reviveNow);
    await work(dock, reviveNow, isShort ? 1 : ROUNDS, async () => meanwhile?.(dock, reviveNow));
    for (const end = Date.now() + LINGER_MS; !died() && Date.now() < end; ) await sleep(50);
    if (!died()) return 'not passed so often';
    await untilGone(dock, point);
    await reviveNow();
    await settleAndAudit(dock, epoch, isOtherHistory);
    return 'died';
  } finally {
    await dock.kill();
    for (const folder of [dock.dataDir, dock.stationDir]) rmSync(folder, { recursive: true, force: true });
  }
};

/** What died has died; a reply that was under way may come a moment before the end is noticed. */
const untilGone = async (dock: FaultDock, { side }: CrashPoint): Promise<void> => {
  const isGone = async (): Promise<boolean> => (side === 'station' ? dock.station.isGone : !(await dock.isServerUp()));
  for (let tries = 0; tries < 10 && !(await isGone()); tries += 1) await sleep(20);
};

/** The first sync, over as many lives as it takes. */
const hasBecomeLive = async (dock: FaultDock, reviveNow: () => Promise<void>): Promise<void> => {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
    await reviveNow();
    const view = await dock.station.ask('view').catch(() => null);
    if (view?.connection.kind === 'live' && view.shipments.length > 0) return;
  }
  throw new Error('the station did not get live');
};
