import type { CommandName } from '#contract/domain/command-table.ts';
import type { EntityName } from '#contract/domain/entities.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import type { Viewer } from '#contract/wire/presence.ts';
import type { Change } from '#contract/wire/sync.ts';
import type { Group } from './scope.ts';
import type { RawChange } from './storage.ts';

type Row = Record<string, unknown>;

/**
 * Kinds a supplier never sees: what the house says among itself (notes, holds, discrepancies) and how it is laid out
 * (doors, capacity).
 */
const HOUSE_ONLY: ReadonlySet<EntityName> = new Set(['note', 'hold', 'discrepancy', 'capacity', 'door']);

const PEOPLE = ['requestedBy', 'claimedBy', 'completedBy', 'reportedBy'] as const;

/** Suppliers learn the role of whoever did it; names only of their own people. */
const maskActor = (actor: Actor): Actor =>
  actor.role === 'supplier' ? actor : { id: 'staff', name: '', role: actor.role };

/** Somebody who looks at a shipment as a group may know them: suppliers learn that somebody of the house looks. */
export const projectViewer = (group: Group, { isStaff, ...viewer }: Viewer & { readonly isStaff: boolean }): Viewer =>
  group.projection === 'supplier' && isStaff ? { ...viewer, userId: 'staff', userName: '' } : viewer;

const maskPeople = (row: Row): Row => {
  const masked: Row = { ...row };
  for (const field of PEOPLE) {
    const person = row[field];
    if (person !== null && person !== undefined) masked[field] = maskActor(person as Actor);
  }
  return masked;
};

/**
 * A shipment as its supplier sees it: no door, no holds or discrepancies (a hold shows as "being inspected"), nobody's
 * name. All fields stay, so that the row still is a shipment.
 */
const shipmentForSupplier = (row: Row): Row => ({
  ...row,
  doorId: null,
  statusChangedBy: '',
  activeHolds: 0,
  discrepancyCount: 0,
  quality: row.quality === 'on_hold' ? 'in_progress' : row.quality,
});

/** Without the house's talk, and without how much of it is held: that, too, shows as "being inspected". */
const inspectionForSupplier = (row: Row): Row => {
  const results = (row.results as Row[]).map(({ recordedBy, ...result }) =>
    recordedBy === undefined ? result : { ...result, recordedBy: maskActor(recordedBy as Actor) },
  );
  const isHeld = row.outcome === 'on_hold';
  const found = { outcome: isHeld ? null : row.outcome, quantities: isHeld ? null : row.quantities };
  return { ...maskPeople(row), results, note: null, ...found };
};

/** Whether a group sees each row of its own as it is stored. */
export const seesRowsAsTheyAre = (group: Group): boolean => group.projection === 'staff';

/**
 * A row as a group may see it, or null when this kind is not for them at all. Says nothing about whose row it is: that is
 * `isVisible`. Staff see rows as they are; a document keeps its `uploadedBy` for suppliers too.
 */
export const projectRow = <R extends Row>(group: Group, entity: EntityName, row: R): R | null => {
  if (seesRowsAsTheyAre(group)) return row;
  if (HOUSE_ONLY.has(entity)) return null;
  if (entity === 'shipment') return shipmentForSupplier(row) as R;
  if (entity === 'inspection') return inspectionForSupplier(row) as R;
  return (entity === 'rejection' ? maskPeople(row) : row) as R;
};

/** Commands that are the house's own talk, as the rows they make are. */
const HOUSE_COMMANDS: ReadonlySet<CommandName> = new Set(['placeHold', 'releaseHold', 'reportDiscrepancy', 'addNote']);

/**
 * A line of history as a group may see it, or null. Suppliers see what became of their shipment and when; who did it and with
 * which details only of what they did themselves.
 */
export const projectHistory = (group: Group, entry: HistoryEntry): HistoryEntry | null => {
  if (group.projection === 'staff' || entry.actor.role === 'supplier') return entry;
  if (HOUSE_COMMANDS.has(entry.command)) return null;
  return { ...entry, actor: maskActor(entry.actor), details: {} };
};

/**
 * A change's own words as a group may hear them. The house's talk also changes chips of the shipment, and that the shipment
 * changed is all that suppliers learn of it; of staff's stations they learn nothing.
 */
const projectWords = (
  group: Group,
  { actor, command, origin }: RawChange,
): Pick<Change, 'actor' | 'command' | 'origin'> => {
  if (group.projection === 'staff' || actor.role === 'supplier') return { actor, command, origin };
  return { actor: maskActor(actor), command: HOUSE_COMMANDS.has(command) ? 'amendShipment' : command, origin: null };
};

/** Where a row belongs: `warehouseId` null for suppliers, `supplierId` null for places and shipments without one. */
export type Belonging = {
  readonly entity: EntityName;
  readonly warehouseId: string | null;
  readonly supplierId: string | null;
};

/** Whether rows of this belonging are a group's to see. Everybody sees suppliers' names if staff; warehouses if supplier. */
export const isVisible = (group: Group, { entity, warehouseId, supplierId }: Belonging): boolean => {
  if (group.projection === 'supplier') {
    if (HOUSE_ONLY.has(entity)) return false;
    return entity === 'warehouse' || (supplierId !== null && supplierId === group.supplierId);
  }
  if (entity === 'supplier' || group.warehouses === null) return true;
  return warehouseId !== null && group.warehouses.includes(warehouseId);
};

/**
 * A committed change as a group sees it: the row in the group's projection, an `evict` when the row left what the group
 * sees, or null when it never was there.
 */
export const project = (group: Group, raw: RawChange): Change | null => {
  const { warehouseFrom, warehouseTo, supplierId, ...change } = raw;
  const { entity } = raw;
  const visible = isVisible(group, { entity, warehouseId: warehouseTo, supplierId });
  const was = isVisible(group, { entity, warehouseId: warehouseFrom, supplierId });
  if (!visible && !was) return null;
  const words = projectWords(group, raw);
  if (!visible) return { ...change, ...words, op: 'evict', row: null };
  if (raw.op !== 'put' || raw.row === null) return { ...change, ...words, row: null };
  const row = projectRow(group, entity, raw.row);
  return row === null ? null : { ...change, ...words, row };
};
