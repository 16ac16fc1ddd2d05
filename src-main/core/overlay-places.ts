import type { CommandArgs } from '#contract/domain/command-args.ts';
import { utilization } from '#contract/domain/places.ts';
import type { Places, Work } from './ports.ts';

const put = <T extends { id: string }>(rows: readonly T[], row: T): T[] => [
  ...rows.filter(({ id }) => id !== row.id),
  row,
];

const applyOne = (places: Places, { mutation }: Work): Places => {
  const at = mutation.occurredAt;
  switch (mutation.type) {
    case 'setCapacity': {
      const { warehouseId: id, total, available } = mutation.args as CommandArgs['setCapacity'];
      const row = { id, total, available, utilization: utilization(total, available), updatedAt: at };
      return { ...places, capacities: put(places.capacities, row) };
    }
    case 'defineWarehouse': {
      const { warehouseId: id, name, timeZone } = mutation.args as CommandArgs['defineWarehouse'];
      return { ...places, warehouses: put(places.warehouses, { id, name, timeZone }) };
    }
    case 'defineDoor': {
      const { doorId: id, ...door } = mutation.args as CommandArgs['defineDoor'];
      return { ...places, doors: put(places.doors, { id, ...door }) };
    }
    case 'defineSupplier': {
      const { supplierId: id, name } = mutation.args as CommandArgs['defineSupplier'];
      return { ...places, suppliers: put(places.suppliers, { id, name }) };
    }
    default:
      return places;
  }
};

/** Buildings, doors and room with this station's own unsent changes on top. */
export const overlayPlaces = (places: Places, works: readonly Work[]): Places => works.reduce(applyOne, places);
