import { commandRule } from '#contract/domain/command-table.ts';
import { REPORT_LEASE_MS } from '#contract/wire/station-report.ts';
import type { RawChange } from '../../server/core/storage.ts';
import { originTag } from '../../server/storage/digest.ts';
import type { Laboratory } from './laboratory.ts';
import type { JournalRow, StationNode } from './station-node.ts';
import { require } from './violation.ts';

/** Simulated time within which the server notices that a connection has ended. */
const NOTICED_MS = 13_000;

/** Whether the server can have taken this station for reached: it is, or was a moment ago. */
const mayBeReached = ({ world }: Laboratory, { cable }: StationNode): boolean =>
  cable.offlineSince === null ||
  world.elapsed - cable.offlineSince < NOTICED_MS ||
  world.elapsed - cable.reportedOverHttpAt < REPORT_LEASE_MS;

const isOn = (shipmentId: string, { state, type, args }: JournalRow): boolean =>
  state === 'pending' &&
  commandRule(type).kind !== 'decision' &&
  (JSON.parse(args) as { shipmentId?: string }).shipmentId === shipmentId;

/** A shipment is not closed over work on a disk that its station has told of, or may have had when it fell silent, unless somebody said why. */
export const checkClosing = (laboratory: Laboratory, { id, origin, recordedAt }: RawChange): void => {
  const { server, stations } = laboratory;
  if (server === null || server.saidWhyWithout(id, recordedAt)) return;
  const told = server.reportsOn(id);
  for (const station of stations) {
    if (!station.isRunning || mayBeReached(laboratory, station)) continue;
    const waiting = station.journal().find((row) => {
      const { client_id: clientId } = row;
      // Two devices that were one know nothing of each other, until one of them finds out.
      const isCloned = stations.some((other) => other !== station && other.hasClient(clientId));
      return isOn(id, row) && told.has(clientId) && origin !== originTag(clientId) && !isCloned;
    });
    require(waiting === undefined, 'illegal', 'closing waits for stations', () =>
      `${id} was closed over ${waiting?.type} ${waiting?.client_id}/${waiting?.n} of ${station.name}`);
  }
};

/** Whether whoever is signed in there can tell the server of work on it: they see it, and they are of the house. */
const canTell = ({ rights }: Laboratory, station: StationNode, shipmentId: string): boolean =>
  rights.holderOf(station.token).role !== 'supplier' &&
  station.view?.shipments.some(({ id }) => id === shipmentId) === true;

/** The server takes nobody's word from a supplier: of what was done there it hears when others are back. */
const isMute = ({ rights }: Laboratory, station: StationNode): boolean =>
  rights.holderOf(station.token).role === 'supplier' && station.journal().length > 0;

/** Devices that were one speak for each other, and each says again what the other has talked over only after ten minutes. */
const areCloned = (stations: readonly StationNode[]): boolean => {
  const ids = stations.flatMap((station) => [...new Set(station.journal().map(({ client_id }) => client_id))]);
  return new Set(ids).size < ids.length;
};

/** Once everybody is back and level, closing waits for what somebody has yet to send, and for nothing more. */
export const checkHeldUp = (laboratory: Laboratory): void => {
  const { server, stations, shipments } = laboratory;
  if (server === null || areCloned(stations)) return;
  const known = server.looker.prepare('SELECT 1 FROM shipment WHERE id = ?').pluck();
  for (const id of shipments.filter((each) => known.get(each) === 1)) {
    const waitingFor = server.stations.waitingFor(id);
    const holders = stations.filter((station) => station.journal().some((row) => isOn(id, row)));
    const isRight =
      waitingFor.length === 0 || holders.length > 0 || stations.some((station) => isMute(laboratory, station));
    require(isRight, 'diverged', 'closing waits for stations', () =>
      `${id} is held up by ${JSON.stringify(waitingFor)}, and nobody has anything to send`);
    const teller = holders.find((station) => canTell(laboratory, station, id));
    require(teller === undefined || waitingFor.length > 0, 'illegal', 'closing waits for stations', () =>
      `${id} is held up by nobody, and ${teller?.name} has work on it to send`);
  }
};
