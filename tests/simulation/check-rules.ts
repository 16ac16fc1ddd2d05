import type { CommandName } from '#contract/domain/command-table.ts';
import type { ActorRole } from '#contract/domain/roles.ts';
import type { RawChange } from '../../server/core/storage.ts';
import type { LogIndex } from './log-index.ts';
import { require } from './violation.ts';

const words = <T extends string>(text: T): readonly string[] => text.split(' ');
const COUNTERS = words('receiver lead');
const FINDERS = words('receiver inspector lead');
const JUDGES = words('inspector lead');
const HOUSE = words('admin intake');

/** Who may do what, said here once more. A receiver refuses goods only with a lead's PIN, and nobody here has one. */
const MAY: Readonly<Record<CommandName, readonly string[]>> = {
  announceShipment: words('supplier lead intake'),
  amendShipment: words('supplier lead intake'),
  recordDeparture: words('supplier lead intake'),
  recordArrival: COUNTERS,
  recordUnplannedArrival: COUNTERS,
  assignDoor: words('lead'),
  reportAtDoor: words('receiver'),
  startUnloading: COUNTERS,
  startCounting: COUNTERS,
  recordScan: COUNTERS,
  voidScan: COUNTERS,
  setCount: COUNTERS,
  completeCount: COUNTERS,
  closeShipment: words('lead'),
  refuseShipment: words('lead'),
  cancelShipment: words('lead supplier intake'),
  reopenCount: words('lead'),
  reopenShipment: words('admin'),
  placeHold: FINDERS,
  releaseHold: JUDGES,
  reportDiscrepancy: FINDERS,
  addPhoto: FINDERS,
  addNote: FINDERS,
  attachDocument: words('receiver inspector lead admin supplier'),
  requestInspection: JUDGES,
  claimInspection: JUDGES,
  recordInspectionResult: words('inspector'),
  completeInspection: words('inspector'),
  reportRejection: JUDGES,
  setCapacity: words('lead admin intake'),
  defineWarehouse: HOUSE,
  defineDoor: HOUSE,
  defineSupplier: HOUSE,
};

type Row = Readonly<Record<string, unknown>>;
const AT_A_DOOR = words('at_door unloading counting');

/** What may be so on a dock whoever asked for it, looked at where each piece of the log ends. */
export class Rules {
  /** Shipments that this piece touched so far. Kept from one call to the next, as the log comes in pieces. */
  readonly #touched = new Set<string>();
  /** Who stands at which door now. */
  readonly #doors = new Map<string, Set<string>>();

  /** Call with the index as it was before the change. */
  take(change: RawChange, before: Row | null): void {
    const { command, actor, entity, row, shipmentId } = change;
    const role: ActorRole = actor.role;
    require(MAY[command].includes(role), 'illegal', 'who may do what', () =>
      `${actor.id}, a ${role}, did ${command} at ${change.seq}`);
    if (shipmentId !== null) this.#touched.add(shipmentId);
    if (entity === 'inspection' && row !== null) checkClaim(change, before);
    this.remember(change, before);
    if (entity !== 'shipment' || command !== 'assignDoor') return;
    const there = this.#doors.get(String(row?.doorId)) ?? [];
    require([...there].length < 2, 'illegal', 'a door is given to one', () =>
      `${String(row?.doorId)} was given to ${[...there].join(' and ')}`);
  }

  /** Of what was looked at already: who stands where. */
  remember({ entity, id, row }: RawChange, before: Row | null): void {
    if (entity !== 'shipment') return;
    const [from, to] = [doorOf(before), doorOf(row)];
    if (from !== null) this.#doors.get(from)?.delete(id);
    if (to !== null) this.#doors.set(to, (this.#doors.get(to) ?? new Set()).add(id));
  }

  /** Call with the index as it is where a piece ends. */
  end(index: LogIndex): void {
    for (const shipmentId of this.#touched) checkChips(shipmentId, index);
    this.#touched.clear();
  }
}

const doorOf = (shipment: Row | null): string | null =>
  AT_A_DOOR.includes(String(shipment?.status)) ? (shipment?.doorId as string | null) : null;

/** Whoever has taken an inspection keeps it. */
const checkClaim = ({ id, row, command }: RawChange, before: Row | null): void => {
  const was = (before?.claimedBy ?? null) as Row | null;
  const is = (row?.claimedBy ?? null) as Row | null;
  const isKept = was === null || (is?.id === was.id && command !== 'claimInspection');
  require(isKept, 'illegal', 'an inspection is taken once', () =>
    `${command} gave ${id} to ${String(is?.id)}, which ${String(was?.id)} had taken`);
};

/** What a shipment says of what hangs on it is what hangs on it. */
const checkChips = (shipmentId: string, index: LogIndex): void => {
  const shipment = index.last({ entity: 'shipment', id: shipmentId })?.row ?? null;
  if (shipment === null) return;
  const rows: Record<string, Row[]> = {};
  for (const part of index.partsOf(shipmentId)) {
    const [entity = '', ...rest] = part.split(':');
    const row = index.last({ entity: entity as RawChange['entity'], id: rest.join(':') })?.row ?? null;
    if (row !== null) rows[entity] = [...(rows[entity] ?? []), row];
  }
  const { line = [], hold = [], inspection = [], rejection = [], discrepancy = [], document = [] } = rows;
  const held = hold.filter(({ releasedAt }) => releasedAt === null).length;
  const looked = inspection.filter(({ status }) => status !== 'voided');
  const counts = {
    activeHolds: held,
    lineCount: line.length,
    countedLines: line.filter(({ counted }) => counted !== null).length,
    documentCount: document.length,
    discrepancyCount: discrepancy.length,
    rejectionCount: rejection.length,
  };
  const odd = Object.entries(counts).find(([name, value]) => shipment[name] !== value);
  require(odd === undefined, 'diverged', 'a shipment says what hangs on it', () =>
    `${shipmentId} has ${String(odd?.[1])} as ${odd?.[0]}, and says ${String(shipment[odd?.[0] ?? ''])}`);
  const { quality } = shipment;
  const isNothing = held + looked.length + rejection.length === 0;
  const isRight = (quality === 'on_hold') === held > 0 && (quality === 'not_required') === isNothing;
  require(isRight, 'diverged', 'a shipment says what hangs on it', () =>
    `${shipmentId} is ${String(quality)} with ${held} holds, ${looked.length} inspections, ${rejection.length} rejections`);
};
