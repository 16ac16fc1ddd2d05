import { SHIPMENT_PARTS, type ShipmentPart } from '#contract/domain/entities.ts';
import { announcedRows, unitId } from '../core/decide/announced-rows.ts';
import type { Given } from '../core/decision.ts';
import type { InternalKind } from '../core/state.ts';
import type { Submission } from '../core/submission.ts';
import type { Query } from './query.ts';

const row = (entity: Extract<Query, { want: 'row' }>['entity'], id: string | undefined): Query[] =>
  id === undefined ? [] : [{ want: 'row', entity, id }];

const parts = (shipmentId: string, ...entities: ShipmentPart[]): Query[] =>
  entities.map((entity) => ({ want: 'parts', entity, shipmentId }));

const internal = (kind: InternalKind, shipmentId: string, id: string): Query => ({
  want: 'internal',
  kind,
  shipmentId,
  id,
});

type Notice = { [K in keyof Parameters<typeof announcedRows>[2]]?: Parameters<typeof announcedRows>[2][K] | undefined };

const announced = (given: Given, shipmentId: string, args: Notice): Query[] => {
  const { lines = [], handlingUnits = [] } = args;
  const rows = announcedRows(given, shipmentId, { lines, handlingUnits });
  return [
    ...rows.lines.flatMap((line) => row('line', line.id)),
    ...rows.units.flatMap((unit) => row('handlingUnit', unit.id)),
  ];
};

/** Parts a hold, inspection or rejection changes the chips with. */
const QUALITY = ['hold', 'inspection', 'rejection'] as const;

/**
 * What a command will probably ask for, so that a whole group's needs are read with a few statements. A guess, never a
 * rule: what is missing is read when it is asked for, and what is not needed does no harm.
 */
export const prefetch = ({ command, scope }: Submission, given: Given): Query[] => {
  switch (command.type) {
    case 'announceShipment': {
      const { args } = command;
      const id = args.shipmentId ?? given.newId();
      const supplierId = (scope?.role === 'supplier' ? scope.supplierId : args.supplierId) ?? null;
      return [
        ...row('shipment', id),
        ...row('warehouse', args.warehouseId),
        ...row('supplier', supplierId ?? undefined),
        internal('announcement', id, id),
        ...(args.number === undefined ? [] : [{ want: 'byNumber', supplierId, number: args.number } as const]),
        ...parts(id, 'document'),
        ...announced(given, id, args),
      ];
    }
    case 'amendShipment': {
      const { args } = command;
      const lines = args.lines !== undefined || args.handlingUnits !== undefined;
      const id = args.shipmentId;
      return [
        ...row('shipment', id),
        ...row('warehouse', args.warehouseId),
        ...(args.warehouseId === undefined ? [] : parts(id, ...SHIPMENT_PARTS)),
        ...(lines ? [...parts(id, 'line', 'handlingUnit'), ...announced(given, id, args)] : []),
      ];
    }
    case 'recordScan': {
      const { shipmentId, scanId, lineId, sscc } = command.args;
      const unit = sscc === undefined ? [] : row('handlingUnit', unitId(given, shipmentId, sscc));
      return [...row('shipment', shipmentId), internal('scan', shipmentId, scanId), ...row('line', lineId), ...unit];
    }
    case 'voidScan': {
      const { shipmentId, scanId } = command.args;
      return [...row('shipment', shipmentId), internal('scan', shipmentId, scanId)];
    }
    case 'setCount': {
      const { shipmentId, lineId } = command.args;
      return [...row('shipment', shipmentId), ...row('line', lineId), { want: 'scansOf', shipmentId }];
    }
    case 'addNote':
      return [...row('shipment', command.args.shipmentId), ...row('note', command.args.noteId)];
    case 'placeHold':
    case 'releaseHold':
      return onRecord(command.args.shipmentId, 'hold', command.args.holdId);
    case 'reportRejection':
      return onRecord(command.args.shipmentId, 'rejection', command.args.rejectionId);
    case 'requestInspection':
    case 'claimInspection':
    case 'recordInspectionResult':
    case 'completeInspection':
      return onRecord(command.args.shipmentId, 'inspection', command.args.inspectionId);
    case 'setCapacity':
      return [...row('warehouse', command.args.warehouseId), ...row('capacity', command.args.warehouseId)];
    default:
      return 'shipmentId' in command.args ? row('shipment', command.args.shipmentId) : [];
  }
};

const onRecord = (shipmentId: string, entity: ShipmentPart, id: string): Query[] => [
  ...row('shipment', shipmentId),
  ...row(entity, id),
  ...parts(shipmentId, ...QUALITY),
];
