import type { BoardShipment } from '#contract/bridge/view.ts';
import type { DockDoor } from '#contract/domain/places.ts';

/** One door and what stands at it. */
export type DoorState = {
  readonly door: DockDoor;
  /** What stands there, longest first; more than one is a clash that people must sort out. */
  readonly here: readonly BoardShipment[];
};

const AT_DOOR: ReadonlySet<string> = new Set(['at_door', 'unloading', 'counting']);

const byName = new Intl.Collator('en', { numeric: true });

/** Doors of a warehouse by name (2 before 10), each with what stands at it. `dock` is the board's group of that name. */
export const doorStates = (
  doors: readonly DockDoor[],
  dock: readonly BoardShipment[],
  warehouseId: string | null,
): DoorState[] => {
  const here = Map.groupBy(
    dock.filter((row) => row.doorId !== null && AT_DOOR.has(row.status)),
    (row) => row.doorId,
  );
  return doors
    .filter((door) => door.warehouseId === warehouseId)
    .sort((a, b) => byName.compare(a.name, b.name))
    .map((door) => ({ door, here: here.get(door.id) ?? [] }));
};
