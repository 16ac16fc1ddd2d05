import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import { CREW, submissionOf } from '../../server/core/model-dock.ts';
import { enter } from './ambient.ts';
import { markOf, SUPPLIERS, WAREHOUSES } from './people.ts';
import { copyImage, ServerNode } from './server-node.ts';
import { World } from './world.ts';

export type Furnished = { readonly dir: string; readonly shipments: readonly string[] };

/** Stands for the warehouse in the ids of shipments that go now to one and now to another. */
export const ROAMING = 'ROAM';

/** An id that says where a shipment belongs. */
export const shipmentIdOf = (n: number | string, warehouse: string, supplier: string): string =>
  `s${n}${markOf(warehouse)}${markOf(supplier)}`;

export const roams = (shipmentId: string): boolean => shipmentId.includes(markOf(ROAMING));

export const announcement = (id: string, warehouse: string, supplier: string): CommandInput['announceShipment'] => ({
  shipmentId: id,
  number: `N-${id}`,
  warehouseId: warehouse,
  supplierId: supplier,
  carrier: `c-${id}`,
  requiredDocuments: ['bill_of_lading'],
  lines: [
    { id: `${id}-1`, quantity: '10', description: `first of ${id}` },
    { id: `${id}-2`, quantity: '5' },
  ],
});

let made: Promise<Furnished> | null = null;

/** A server's folder with warehouses, doors, suppliers and a few shipments in it; made once, copied for every schedule. */
export const furnished = (): Promise<Furnished> => {
  made ??= furnish();
  return made;
};

const furnish = async (): Promise<Furnished> => {
  const root = mkdtempSync(join(process.env.SIM_DIR ?? tmpdir(), 'dockline-sim-start-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  const world = new World(1);
  enter(world);
  const nobody = { frame: () => undefined, accessChanged: () => undefined };
  const server = new ServerNode(world, join(root, 'at-work'), 'furnisher', nobody);
  await server.start();
  const shipments: string[] = [];
  const say = async <N extends CommandName>(type: N, input: CommandInput[N]): Promise<void> => {
    const submission = submissionOf(type, input, CREW.edi, { occurredAt: new Date(world.wall()).toISOString() });
    let verdict = 'none';
    await world.as(server.machine, () =>
      server.storage.submit([submission]).then(([outcome]) => (verdict = outcome?.verdict ?? 'none')),
    );
    await world.advance(50);
    if (verdict !== 'applied') throw new Error(`${type} was ${verdict}`);
  };
  for (const id of WAREHOUSES) await say('defineWarehouse', { warehouseId: id, name: `House ${markOf(id)}` });
  for (const id of WAREHOUSES) {
    for (const n of [1, 2]) await say('defineDoor', { doorId: `${id}-D${n}`, warehouseId: id, name: `Door ${n}` });
    await say('setCapacity', { warehouseId: id, total: 100, available: 50 });
  }
  for (const id of SUPPLIERS) await say('defineSupplier', { supplierId: id, name: `Supplier ${id}` });
  for (const n of [1, 2]) {
    for (const warehouse of WAREHOUSES) {
      for (const supplier of SUPPLIERS) {
        const id = shipmentIdOf(n === 1 ? n : `${n}${warehouse}`, n === 1 ? warehouse : ROAMING, supplier);
        shipments.push(id);
        await say('announceShipment', announcement(id, warehouse, supplier));
      }
    }
  }
  const dir = join(root, 'furnished');
  copyImage(server.dir, dir);
  server.kill(join(root, 'left'));
  enter(null);
  return { dir, shipments };
};
