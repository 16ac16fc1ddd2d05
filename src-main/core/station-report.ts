import { commandRule } from '#contract/domain/command-table.ts';
import type { StationReport } from '#contract/wire/station-report.ts';
import type { Work } from './ports.ts';

/** What the wire takes of one report. */
const MOST_CLIENTS = 200;
const MOST_UNSENT = 1_000;
const MOST_NAME = 80;
const MOST_WORKED = 200;

/** What a station knows of itself; `unsent` oldest first. */
export type Standing = {
  readonly station: string;
  /** Under which whoever is signed in works. */
  readonly present: string;
  readonly unsent: readonly Work[];
  /** By client id, latest first, without shipments that have ended. */
  readonly worked: ReadonlyMap<string, readonly string[]>;
};

/** Whether closing its shipment has to wait for this: decisions wait for nothing, as they are made at the server or not at all. */
export const isAwaited = ({ state, shipmentId, mutation }: Work): boolean =>
  state === 'pending' && shipmentId !== null && commandRule(mutation.type)?.kind !== 'decision';

/** Whose work it is and on what. */
export const placeOf = ({ mutation, shipmentId }: Work): string => `${mutation.clientId} ${shipmentId}`;

const firstOf = (ids: readonly (string | null)[], most: number): string[] =>
  [...new Set(ids)].filter((id) => id !== null).slice(0, most);

/**
 * As it goes to the server. Everybody known is in it, also with nothing on either list: that takes the place of what was said of
 * them before. Lists that are too long lose what is least likely to be missed; what is left is sorted, so that equal reports are
 * equal as text.
 */
export const buildReport = ({ station, present, unsent, worked }: Standing, leaving: boolean): StationReport => {
  const byClient = Map.groupBy(unsent, ({ mutation }) => mutation.clientId);
  const busy = [...worked].filter(([, ids]) => ids.length > 0).map(([clientId]) => clientId);
  const named = firstOf([present, ...byClient.keys(), ...busy, ...worked.keys()], MOST_CLIENTS);
  const clients = named.sort().map((clientId) => ({
    clientId,
    unsentOn: firstOf(
      (byClient.get(clientId) ?? []).map(({ shipmentId }) => shipmentId),
      MOST_UNSENT,
    ).sort(),
    workedOn: firstOf(worked.get(clientId) ?? [], MOST_WORKED).sort(),
  }));
  return { station: station.slice(0, MOST_NAME), clientId: present, clients, leaving };
};
