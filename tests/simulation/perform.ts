import type { CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import { type Circumstances, CREW, submissionOf } from '../../server/core/model-dock.ts';
import type { Action } from './actions.ts';
import { scanFiles } from './check-end.ts';
import { announcement, ROAMING, roams, shipmentIdOf } from './furnished.ts';
import type { Laboratory } from './laboratory.ts';
import { asOfTheVersionBefore } from './older-version.ts';
import { EVE, PEOPLE, type Person, SUPPLIERS, tokenOf, WAREHOUSES } from './people.ts';
import type { StationNode } from './station-node.ts';
import { doInspection, doWork } from './work.ts';

const DAY = 24 * 60 * 60 * 1000;
const MOST_STATIONS = 8;
/** Less than the thirty days for which a station keeps what was acknowledged, by a clock that may be off by a day. */
const MOST_SLEPT_MS = 25 * DAY;
/** Longer than it is from one tidying up of a station to the next. */
const TIDIED_MS = 5 * 60 * 1000 + 1_000;
const at = <T>(list: readonly T[], pick: number): T => list[pick % list.length] as T;

/** Something the server is told by others than stations: over HTTP, by a notice. */
const tell = async <N extends CommandName>(
  laboratory: Laboratory,
  type: N,
  input: CommandInput[N],
  how: Circumstances & { readonly actor?: Actor } = {},
): Promise<void> => {
  const { server, world } = laboratory;
  if (server?.machine.isAlive !== true) return;
  const { actor = CREW.edi, ...rest } = how;
  const submission = submissionOf(type, input, actor, { occurredAt: new Date(world.wall()).toISOString(), ...rest });
  await world.as(server.machine, () => void server.storage.submit([submission]).catch(() => undefined));
};

/** A file is handed in first; then the station says what it is. */
const upload = async (laboratory: Laboratory, station: StationNode, pick: number): Promise<void> => {
  const shipmentId = at(laboratory.shipments, pick);
  const contentHash = 'a'.repeat(63) + (pick % 10);
  const documentId = `direct${laboratory.markers}-${shipmentId}`;
  const facts = {
    fileName: 'bol.pdf',
    documentType: 'bill_of_lading',
    mediaType: 'application/pdf',
    fileSize: 9,
  } as const;
  const { server, world } = laboratory;
  if (server?.machine.isAlive === true) {
    const input = { ...facts, shipmentId, documentId, contentHash };
    const occurredAt = new Date(world.wall()).toISOString();
    const submission = submissionOf('attachDocument', input, CREW.lea, { occurredAt });
    await world.as(server.machine, () => void server.storage.submit([submission]).catch(() => undefined));
  }
  await doWork(laboratory, station, pick, 'attachDocument');
};

const changePerson = async (laboratory: Laboratory, station: StationNode, pick: number): Promise<void> => {
  if (!(await laboratory.closeStation(station))) return;
  station.signIn(at(PEOPLE, pick));
  laboratory.seen.delete(station.name);
  await laboratory.startStation(station);
  await laboratory.pass(300);
  if (station.machine.isAlive) scanFiles(laboratory, station);
};

/** An admin gives a person the rights of somebody else, whatever they are doing. */
const give = async (
  { server, world }: Laboratory,
  id: string,
  { role, warehouses, supplierId }: Person,
): Promise<void> => {
  if (server?.machine.isAlive !== true) return;
  const body = { role, warehouses, ...(supplierId === undefined ? {} : { supplierId }) };
  const ask = { params: { id }, body };
  await world.as(
    server.machine,
    () => void server.ask(tokenOf(EVE, 0), 'PUT', '/api/users/:id/access', ask).catch(() => undefined),
  );
};

/** Rights change, and now and then once more, while what the first change set off is under way. */
const changeRights = async (laboratory: Laboratory, { person }: StationNode, pick: number): Promise<void> => {
  await give(laboratory, person.sub, at(PEOPLE, pick));
  if (pick % 3 !== 0) return;
  await laboratory.pass(pick % 50);
  await give(laboratory, person.sub, at(PEOPLE, pick >> 3));
};

/** A supplier sends goods elsewhere that are on the road, or says so too late. */
const moveShipment = async (laboratory: Laboratory, pick: number): Promise<void> => {
  const roaming = laboratory.shipments.filter(roams);
  const shipmentId = at(roaming, roaming.length - 1 - (pick % Math.min(6, roaming.length)));
  laboratory.moved.add(shipmentId);
  await tell(laboratory, 'amendShipment', { shipmentId, warehouseId: at(WAREHOUSES, pick >> 4) });
};

const goOffline = ({ world }: Laboratory, { cable }: StationNode): void => {
  cable.isOnline = false;
  cable.offlineSince ??= world.elapsed;
};

const STEPS = ['recordArrival', 'reportAtDoor', 'startUnloading', 'startCounting', 'completeCount'] as const;

/** Somebody works on a shipment, and goes on where there is no network; meanwhile it is counted and somebody wants to close it. */
const deadSpot = async (laboratory: Laboratory, station: StationNode, pick: number): Promise<void> => {
  const shown = station.view?.shipments ?? [];
  if (shown.length === 0) return;
  const shipmentId = at(shown, pick >> 3).id;
  await doWork(laboratory, station, pick, 'addNote', shipmentId);
  await laboratory.pass(pick % 1_500);
  if (pick % 3 > 0) goOffline(laboratory, station);
  await doWork(laboratory, station, pick, 'addNote', shipmentId);
  if (pick % 7 === 0) laboratory.killServer(200);
  for (const step of STEPS) {
    await tell(laboratory, step, { shipmentId }, { actor: step === 'reportAtDoor' ? CREW.rob : CREW.lea });
    await laboratory.pass(50);
  }
  await laboratory.pass(12_000 + (pick % 4_000));
  await laboratory.tend();
  const why = pick % 5 === 0 ? { withoutStations: 'the kiosk is broken' } : {};
  await tell(laboratory, 'closeShipment', { shipmentId, waiver: 'seen on paper', ...why }, { actor: CREW.lea });
};

/** The application is updated: its files are of the version before, and now and then it is killed while it brings them up to date. */
const upgrade = async (laboratory: Laboratory, station: StationNode, pick: number): Promise<void> => {
  if (!(await laboratory.closeStation(station))) return;
  asOfTheVersionBefore(station.dir, pick % 4 === 0);
  // With nothing to go by, it may begin with what a shared snapshot of a minute ago says.
  const seen = laboratory.seen.get(station.name);
  if (seen !== undefined) laboratory.seen.set(station.name, { ...seen, file: '', cursor: { ...seen.cursor, seq: 0 } });
  await laboratory.startStation(station, pick % 2 === 0 ? pick % 30 : null);
};

/** A night, or some days over which nobody works; now and then a station is on for so long that it tidies up. */
const sleep = async (laboratory: Laboratory, station: StationNode, pick: number): Promise<void> => {
  const { world } = laboratory;
  const slept = pick % 3 === 0 ? (1 + (pick % 4)) * DAY : DAY / 3;
  world.slept = Math.min(world.slept + slept, MOST_SLEPT_MS);
  station.unplug();
  await station.retryNow();
  if (pick % 2 === 0) await laboratory.pass(TIDIED_MS);
};

/** One operation. */
export const perform = async (laboratory: Laboratory, { do: what, station: which, pick }: Action): Promise<void> => {
  const { world, server } = laboratory;
  const station = at(laboratory.stations, which);
  const { cable, machine } = station;
  switch (what) {
    case 'mutate':
      return doWork(laboratory, station, pick);
    case 'scan':
      return doWork(laboratory, station, pick, 'recordScan');
    case 'note':
      return doWork(laboratory, station, pick, pick % 2 === 0 ? 'addNote' : 'placeHold');
    case 'inspect':
      return doInspection(laboratory, station, pick);
    case 'announce': {
      laboratory.markers += 1;
      const place = pick % 3 === 0 ? at(WAREHOUSES, pick) : ROAMING;
      const id = shipmentIdOf(`i${laboratory.markers}`, place, at(SUPPLIERS, pick >> 1));
      laboratory.shipments.push(id);
      return tell(laboratory, 'announceShipment', announcement(id, at(WAREHOUSES, pick), at(SUPPLIERS, pick >> 1)));
    }
    case 'upload':
      return upload(laboratory, station, pick);
    case 'look':
      return station.open(at(laboratory.shipments, pick));
    case 'time':
      return laboratory.pass(pick % 4 === 0 ? pick % 15_000 : pick % 400);
    case 'goOffline':
      goOffline(laboratory, station);
      return;
    case 'goOnline':
      cable.isOnline = true;
      cable.offlineSince = null;
      if (pick % 2 === 0) await station.retryNow();
      return;
    case 'pullPlug':
      station.unplug();
      return;
    case 'stall':
      cable.stalledUntil = world.elapsed + (pick % 4_000);
      return;
    case 'slowDown':
      cable.latencyMs = pick % 3 === 0 ? 150 : 2;
      return;
    case 'loseAnswer':
      cable.losesAnswers = 1;
      return;
    case 'repeatRequest':
      cable.repeatsRequests = 2;
      return;
    case 'stalePage':
      cable.stalePages = 1;
      return;
    case 'breakSnapshot':
      cable.breaksSnapshots = 1;
      return;
    case 'blockSockets':
      cable.blocksSockets = true;
      station.unplug();
      return;
    case 'allowSockets':
      cable.blocksSockets = false;
      return;
    case 'killStation':
      laboratory.killStation(station, pick % 2_000);
      return;
    case 'killStationWithin':
      machine.fuse = pick % 40;
      return;
    case 'killServer':
      laboratory.killServer(pick % 3_000);
      return;
    case 'killServerWithin':
      if (server !== null) server.machine.fuse = pick % 60;
      return;
    case 'fillDisk':
      if (server !== null) server.machine.roomFor = pick % 16;
      return;
    case 'deadSpot':
      return deadSpot(laboratory, station, pick);
    case 'backup':
      laboratory.backup();
      return;
    case 'restore':
      laboratory.restore(pick, false);
      return;
    case 'restoreFolder':
      laboratory.restore(pick, true);
      return;
    case 'changePerson':
      return changePerson(laboratory, station, pick);
    case 'changeRights':
      return changeRights(laboratory, station, pick);
    case 'moveShipment':
      return moveShipment(laboratory, pick);
    case 'moveDoor': {
      const doorId = `${at(WAREHOUSES, pick)}-D${1 + ((pick >> 1) % 2)}`;
      return tell(laboratory, 'defineDoor', {
        doorId,
        warehouseId: at(WAREHOUSES, pick >> 2),
        name: `Door ${pick % 7}`,
      });
    }
    case 'prune':
      if (server?.machine.isAlive === true) {
        await world.as(server.machine, () => void server.storage.maintain().catch(() => undefined));
      }
      return;
    case 'cloneStation':
      if (laboratory.stations.length < MOST_STATIONS && station.isRunning) {
        await laboratory.addStation(station.person, station);
      }
      return;
    case 'skewClock':
      station.skewMs = ((pick % 2_001) / 1_000 - 1) * DAY;
      machine.skewMs = station.skewMs;
      return;
    case 'upgrade':
      return upgrade(laboratory, station, pick);
    case 'sleep':
      return sleep(laboratory, station, pick);
  }
};
