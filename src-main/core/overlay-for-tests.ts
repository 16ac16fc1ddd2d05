import { COMMAND_ARGS, type CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import { type ShipmentDetail, shipmentDetail } from '#contract/domain/entities.ts';
import type { ScanEffect } from './apply-command.ts';
import { shipmentRow } from './fake-server.ts';
import { overlayShipment } from './overlay.ts';
import type { Places, Work } from './ports.ts';

// A shipment of two lines, work of a receiver on it, and what the overlay makes of both.

export const AT = '2026-11-23T09:00:00.000Z';
export const ME = { id: 'me', name: 'Me', role: 'receiver' } as const;
export const PLACES: Places = { warehouses: [], doors: [], suppliers: [{ id: 'ACME', name: 'Acme' }], capacities: [] };
export const SSCC = '106141412345678908';

let n = 0;
/** A command of this person's, given at `AT` and not sent yet. */
export const work = <N extends CommandName>(type: N, args: CommandInput[N]): Work => {
  n += 1;
  return {
    owner: 'o',
    server: 's',
    userId: ME.id,
    userName: ME.name,
    role: ME.role,
    mutation: {
      clientId: 'client-1',
      n,
      type,
      args: COMMAND_ARGS[type].parse(args) as Record<string, unknown>,
      occurredAt: AT,
    },
    shipmentId: 's1',
    shipmentNumber: null,
    state: 'pending',
    verdict: null,
    verdictEpoch: null,
  };
};

export const line = (
  id: string,
  lineNumber: number,
  more: Partial<ShipmentDetail['lines'][number]> = {},
): ShipmentDetail['lines'][number] => ({
  id,
  shipmentId: 's1',
  lineNumber,
  poNumber: null,
  sku: null,
  gtin: null,
  description: null,
  expected: '10',
  counted: null,
  damaged: null,
  unit: 'EA',
  lot: null,
  expiresOn: null,
  handlingUnitId: null,
  ...more,
});

export const detail = (more: Partial<ShipmentDetail> = {}): ShipmentDetail => ({
  ...shipmentRow('s1', { lineCount: 2 }),
  lines: [line('l1', 1), line('l2', 2)],
  handlingUnits: [],
  documents: [],
  inspections: [],
  rejections: [],
  holds: [],
  discrepancies: [],
  notes: [],
  ...more,
});

/** What the overlay makes of it. Throws when that is nothing, or no shipment. */
export const show = (base: ShipmentDetail | null, ...works: Work[]): ShipmentDetail => {
  const shown = overlayShipment(base, works, PLACES, new Map<string, ScanEffect>());
  if (shown === null) throw new Error('there is nothing to show');
  // Whatever the overlay makes must be a shipment as the screens know it.
  return shipmentDetail.parse(shown);
};

export const counting = (more: Partial<ShipmentDetail> = {}) => detail({ status: 'counting', ...more });
