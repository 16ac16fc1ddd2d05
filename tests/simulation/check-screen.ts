import type { ShipmentView } from '#contract/bridge/view.ts';
import type { Laboratory } from './laboratory.ts';
import type { StationNode } from './station-node.ts';
import { require, Violation } from './violation.ts';

/** What is said of a shipment on a screen fits what is shown of it, one's own pending work included. */
const checkShown = (station: StationNode, shipment: ShipmentView): void => {
  const { id, lines, holds, documents, discrepancies, rejections } = shipment;
  const counts = {
    activeHolds: holds.filter(({ releasedAt }) => releasedAt === null).length,
    // Of a shipment that was announced here, the lines come from the server.
    lineCount: lines.length === 0 ? shipment.lineCount : lines.length,
    countedLines: lines.filter(({ counted }) => counted !== null).length,
    documentCount: documents.length,
    discrepancyCount: discrepancies.length,
    rejectionCount: rejections.length,
  };
  const odd = Object.entries(counts).find(([name, value]) => shipment[name as keyof typeof counts] !== value);
  const isHeld = (shipment.quality === 'on_hold') === counts.activeHolds > 0;
  require(odd === undefined && isHeld, 'diverged', 'the screen agrees with itself', () =>
    `${station.name} shows ${id} as ${shipment.quality} with ${JSON.stringify(odd)}, and the rows of ${JSON.stringify(counts)}`);
};

/**
 * One's own note or hold, once on the screen, stays there until the server has said no to it. While a station says that only a
 * part of the rows is here, what is missing may still come; when they are whole, it must have.
 */
export const checkScreen = (laboratory: Laboratory, station: StationNode, shipment: ShipmentView): void => {
  const now = new Set([...shipment.notes, ...shipment.holds].map(({ id }) => id));
  const view = station.cache()?.position?.group;
  // Another view has other rows; and what is sent elsewhere takes along what was on it.
  if (view !== station.viewOnScreen || laboratory.moved.has(shipment.id)) station.seenOnScreen.clear();
  station.viewOnScreen = view;
  // What they did as one of the house is nothing that a supplier sees: it goes from the screen once the rows have come past it.
  if (view?.startsWith('supplier:') === true) return;
  const before = station.seenOnScreen.get(shipment.id) ?? new Set<string>();
  if (station.view?.coverage !== 'whole' || station.cache()?.position == null) return;
  checkShown(station, shipment);
  for (const id of before) {
    if (now.has(id) || wasRefused(station, id)) continue;
    // What a restored server has lost comes back with the work that is given back.
    if (laboratory.restores > 0) continue;
    throw new Violation('lost', 'read your writes', `${station.name} no longer shows ${id} on ${shipment.id}`);
  }
  const own = [...now].filter((id) => laboratory.madeBy.get(id) === station.name);
  station.seenOnScreen.set(shipment.id, new Set(own));
};

const wasRefused = (station: StationNode, id: string): boolean => {
  const row = station.journal().find(({ args }) => args.includes(`"${id}"`));
  if (row === undefined || row.verdict === null) return false;
  const { verdict } = JSON.parse(row.verdict) as { verdict: string };
  return verdict !== 'applied' && verdict !== 'noop';
};
