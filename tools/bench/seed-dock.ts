import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { COMMAND_ARGS, type Command, type CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Cursor } from '#contract/wire/sync.ts';
import type { Submission } from '../../server/core/submission.ts';
import { openSqliteStorage } from '../../server/storage/open-sqlite-storage.ts';

const INTAKE: Actor = { id: 'edi', name: 'Ship notice', role: 'intake' };
const LINES = 4;
/** Shipments handed over together; each is a piece of work of its own, as ship notices are, and a page may end after any. */
const AT_ONCE = 100;
const DAY_MS = 86_400_000;
const CARRIERS = ['Blue Ridge Freight', 'Prairie Lines', 'Lakeshore Haulage', 'Northern Reefer'] as const;

export type SeedDock = {
  /** Warehouse JOL with six doors, and a supplier. Returns how many rows that is. */
  furnish(): Promise<number>;
  /** Announces shipments of four lines until so many rows have been added; one change each. Returns the shipments' ids. */
  announce(rows: number): Promise<string[]>;
  /** Shipments of long ago that came to nothing: so many rows that are no open work. Two changes a shipment, one a line. */
  past(rows: number): Promise<void>;
  position(): Cursor;
  close(): Promise<void>;
};

const announcement = (index: number, lines: number): CommandInput['announceShipment'] => ({
  shipmentId: uuidv7(),
  number: `NW-${200_000 + index}`,
  warehouseId: 'JOL',
  supplierId: 'NORTHWIND',
  poNumber: `PO-2026-${index}`,
  carrier: CARRIERS[index % CARRIERS.length] ?? 'DEMO',
  trailer: `53-${1000 + (index % 9000)}`,
  seal: `S-${700_000 + index}`,
  billOfLading: `BOL-${900_000 + index}`,
  eta: '2026-11-24T05:00:00.000Z',
  lines: Array.from({ length: lines }, (_, at) => ({
    sku: `SKU-${(index * LINES + at) % 5000}`,
    description: 'Diced tomatoes in juice, 400 g tin, tray of twelve',
    quantity: String(12 * (at + 1)),
    unit: 'CS',
    lot: `L${20_000 + index}`,
  })),
});

/**
 * Opens a server's database without the server and fills it by the server's own commands and storage, so rows, history and log
 * are as they would be. Close it before a server takes the folder.
 */
export const openSeedDock = async (dataDir: string): Promise<SeedDock> => {
  let daysAgo = 0;
  const clock = (): Date => new Date(Date.now() - daysAgo * DAY_MS);
  const storage = await openSqliteStorage({ file: join(dataDir, 'dockline.db'), clock, newId: uuidv7 });

  const by = <N extends CommandName>(type: N, input: CommandInput[N]): Submission => {
    const command = { type, args: COMMAND_ARGS[type].parse(input) } as Command;
    return { command, actor: INTAKE, scope: null, occurredAt: clock().toISOString(), late: 'keep' };
  };
  const submit = async (submissions: readonly Submission[]): Promise<void> => {
    const outcomes = await storage.submit(submissions);
    const bad = outcomes.find(({ verdict }) => verdict !== 'applied');
    if (bad !== undefined) throw new Error(`the dock could not be seeded: ${bad.code} ${bad.message}`);
  };
  const announce = async (rows: number, after: (id: string) => readonly Submission[]): Promise<string[]> => {
    const base = storage.position().head;
    const ids: string[] = [];
    for (let left = rows; left > 0; ) {
      const batch: (readonly Submission[])[] = [];
      for (let n = 0; n < AT_ONCE && left > 0; n++) {
        const lines = Math.min(LINES, left - 1);
        const input = announcement(base + ids.length, lines);
        const id = input.shipmentId ?? '';
        ids.push(id);
        batch.push([by('announceShipment', input), ...after(id)]);
        left -= 1 + lines;
      }
      await Promise.all(batch.map(submit));
    }
    return ids;
  };

  return {
    furnish: async () => {
      const doors = ['D1', 'D2', 'D3', 'D4', 'D5', 'D6'] as const;
      await submit([
        by('defineWarehouse', { warehouseId: 'JOL', name: 'Joliet', timeZone: 'America/Chicago' }),
        by('defineSupplier', { supplierId: 'NORTHWIND', name: 'Northwind Foods' }),
        ...doors.map((name) => by('defineDoor', { doorId: `JOL-${name}`, warehouseId: 'JOL', name })),
      ]);
      return storage.position().head;
    },
    announce: (rows) => announce(rows, () => []),
    past: async (rows) => {
      daysAgo = 20;
      await announce(rows, (shipmentId) => [by('cancelShipment', { shipmentId })]);
      daysAgo = 0;
    },
    position: () => {
      const { epoch, head, chain } = storage.position();
      return { epoch, seq: head, chain };
    },
    close: () => storage.close(),
  };
};
