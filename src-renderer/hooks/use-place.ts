import type { DockDoor, Warehouse } from '#contract/domain/places.ts';
import { useStation } from '../state/station-context.tsx';
import { type Format, useFormat } from '../text/format.ts';

/** The warehouse this station stands in: its door's, else the first it may see. */
export const useHome = (): { warehouse: Warehouse | null; door: DockDoor | null } => {
  const doorId = useStation((state) => state.settings.doorId);
  const doors = useStation((state) => state.doors);
  const warehouses = useStation((state) => state.warehouses);
  const door = doors.find(({ id }) => id === doorId) ?? null;
  const warehouse = warehouses.find(({ id }) => id === door?.warehouseId) ?? warehouses[0] ?? null;
  return { warehouse, door };
};

/** Formats in the zone of a warehouse; of this station's own when none is named. */
export const useZone = (warehouseId?: string): Format => {
  const warehouses = useStation((state) => state.warehouses);
  const home = useHome().warehouse;
  const there = warehouses.find(({ id }) => id === warehouseId) ?? home;
  return useFormat(there?.timeZone ?? 'UTC');
};
