import type { CommandInput } from '#contract/domain/command-args.ts';
import { COMMAND_NAMES, type CommandName, commandRule } from '#contract/domain/command-table.ts';
import { sampleArgs } from '../../server/core/model-commands.ts';
import { announcement, ROAMING, roams, shipmentIdOf } from './furnished.ts';
import type { Laboratory } from './laboratory.ts';
import { HOUSE, SUPPLIERS, WAREHOUSES } from './people.ts';
import type { StationNode } from './station-node.ts';

/** The interesting ones come more than once; all of the table come. */
const POOL: readonly CommandName[] = [
  ...COMMAND_NAMES,
  ...COMMAND_NAMES.filter((name) => commandRule(name).to !== null && commandRule(name).from !== null),
  'amendShipment',
  'amendShipment',
  'addNote',
  'addNote',
  'placeHold',
  'placeHold',
  'releaseHold',
  'recordArrival',
  'reportAtDoor',
  'startUnloading',
  'startCounting',
  'completeCount',
  'setCapacity',
  'setCapacity',
  'requestInspection',
  'claimInspection',
];
const MADE_BY: Partial<Record<CommandName, { readonly kind: string; readonly field: string }>> = {
  recordScan: { kind: 'scan', field: 'scanId' },
  placeHold: { kind: 'hold', field: 'holdId' },
  reportDiscrepancy: { kind: 'discrepancy', field: 'discrepancyId' },
  addNote: { kind: 'note', field: 'noteId' },
  requestInspection: { kind: 'inspection', field: 'inspectionId' },
  reportRejection: { kind: 'rejection', field: 'rejectionId' },
  attachDocument: { kind: 'document', field: 'documentId' },
};
const ABOUT: Partial<Record<CommandName, { readonly kind: string; readonly field: string }>> = {
  voidScan: { kind: 'scan', field: 'scanId' },
  releaseHold: { kind: 'hold', field: 'holdId' },
  claimInspection: { kind: 'inspection', field: 'inspectionId' },
  recordInspectionResult: { kind: 'inspection', field: 'inspectionId' },
  completeInspection: { kind: 'inspection', field: 'inspectionId' },
};

type Args = Record<string, unknown>;
const at = <T>(list: readonly T[], pick: number): T => list[pick % list.length] as T;

/** Texts that stay in the house carry its mark, so that one byte of them in the wrong place shows. */
const houseWords = (type: CommandName, n: number): Args => {
  if (type === 'addNote') return { text: `note ${n} ${HOUSE}` };
  if (type === 'placeHold') return { reason: `hold ${n} ${HOUSE}` };
  if (type === 'reportDiscrepancy') return { note: `discrepancy ${n} ${HOUSE}` };
  return {};
};

const places = (type: CommandName, n: number, pick: number): Args | null => {
  const warehouse = at(WAREHOUSES, pick);
  switch (type) {
    case 'setCapacity':
      return { warehouseId: warehouse, total: 1000 + n, available: pick % 900 };
    case 'defineWarehouse':
      return { warehouseId: warehouse, name: `House ~${warehouse}~ ${n}` };
    case 'defineDoor':
      return { doorId: `${warehouse}-D${1 + (pick % 2)}`, warehouseId: at(WAREHOUSES, pick >> 3), name: `Door ${n}` };
    case 'defineSupplier':
      return { supplierId: at(SUPPLIERS, pick), name: `Supplier ${at(SUPPLIERS, pick)} ${n}` };
    default:
      return null;
  }
};

const doorOf = (shipmentId: string, pick: number): string => {
  const warehouse = WAREHOUSES.find((each) => shipmentId.includes(`~${each}~`)) ?? at(WAREHOUSES, pick >> 2);
  return `${warehouse}-D${1 + (pick % 2)}`;
};

const onShipment = (laboratory: Laboratory, type: CommandName, shipmentId: string, n: number, pick: number): Args => {
  const sample = sampleArgs(n)[type] as Args;
  const args: Args = { ...sample, shipmentId, ...houseWords(type, n) };
  if ('lineId' in sample) args.lineId = `${shipmentId}-${1 + (pick % 2)}`;
  if ('doorId' in sample) args.doorId = doorOf(shipmentId, pick);
  if (type === 'amendShipment') args.carrier = `carrier-${n}-${shipmentId}`;
  // Where the sample sends it, its id would say what is not so.
  delete args.warehouseId;
  if (type === 'amendShipment' && roams(shipmentId) && pick % 3 === 0) {
    args.warehouseId = at(WAREHOUSES, pick >> 7);
    laboratory.moved.add(shipmentId);
  }
  if (type === 'recordScan') args.quantity = `${1 + (pick % 3)}`;
  if (type === 'recordArrival') args.trailer = `trailer-${n}-${shipmentId}`;
  const made = MADE_BY[type];
  if (made !== undefined) {
    args[made.field] = `${made.kind}${n}-${shipmentId}`;
    laboratory.made.set(`${made.kind}:${shipmentId}`, [
      ...(laboratory.made.get(`${made.kind}:${shipmentId}`) ?? []),
      args[made.field] as string,
    ]);
  }
  const about = ABOUT[type];
  const known = about && laboratory.made.get(`${about.kind}:${shipmentId}`);
  if (about !== undefined && known !== undefined) args[about.field] = known.at(-1 - (pick % Math.min(3, known.length)));
  return args;
};

const newShipment = (
  laboratory: Laboratory,
  station: StationNode,
  type: CommandName,
  n: number,
  pick: number,
): Args => {
  const { person } = station;
  const warehouse = at(WAREHOUSES, pick);
  const supplier = person.supplierId ?? at(SUPPLIERS, pick >> 2);
  const id = shipmentIdOf(`n${n}`, pick % 3 === 1 ? ROAMING : warehouse, supplier);
  laboratory.shipments.push(id);
  if (type === 'announceShipment') return announcement(id, warehouse, supplier);
  const arrival: CommandInput['recordUnplannedArrival'] = {
    shipmentId: id,
    warehouseId: warehouse,
    supplierId: supplier,
  };
  return arrival;
};

const pickShipment = (laboratory: Laboratory, station: StationNode, pick: number): string => {
  const shown = station.view?.shipments ?? [];
  const any = laboratory.shipments[
    laboratory.shipments.length - 1 - (pick % Math.min(16, laboratory.shipments.length))
  ] as string;
  // Now and then one that this station does not show, or should not.
  return shown.length === 0 || pick % 11 === 0 ? any : at(shown, pick >> 3).id;
};

/** A person does something at a station: legal or not, on a shipment they see or, now and then, on any. */
export const doWork = async (
  laboratory: Laboratory,
  station: StationNode,
  pick: number,
  only?: CommandName,
  shipmentId = pickShipment(laboratory, station, pick),
): Promise<void> => {
  laboratory.markers += 1;
  const n = laboratory.markers;
  const role = station.person.role;
  const fitting = POOL.filter((name) => commandRule(name).who.includes(role));
  const status = station.view?.shipments.find(({ id }) => id === shipmentId)?.status;
  const next = fitting.filter(
    (name) => status !== undefined && commandRule(name).from?.includes(status) && commandRule(name).to !== null,
  );
  const isStep = next.length > 0 && pick % 5 < 2;
  // Mostly what the role may do; the rest is what somebody tries all the same.
  const type = only ?? (isStep ? at(next, pick >> 4) : at(pick % 13 === 0 ? POOL : fitting, pick >> 5));
  const isNew = type === 'announceShipment' || type === 'recordUnplannedArrival';
  const args =
    places(type, n, pick) ??
    (isNew ? newShipment(laboratory, station, type, n, pick) : onShipment(laboratory, type, shipmentId, n, pick));
  const seen = station.view?.shipments.find(({ id }) => id === shipmentId);
  const base = seen !== undefined && pick % 3 === 0 && !isNew ? { id: seen.id, version: seen.version } : null;
  const made = MADE_BY[type];
  const marker = made === undefined ? '' : String(args[made.field]);
  if (type === 'addNote' || type === 'placeHold') {
    laboratory.madeBy.set(marker, station.name);
    if (pick % 2 === 0) await station.open(shipmentId);
  }
  await station.save(type, args, marker, base);
};

/** Inspections are asked for and taken, often the same one by several: at this station, or where somebody stands who may. */
export const doInspection = async (laboratory: Laboratory, station: StationNode, pick: number): Promise<void> => {
  const may = laboratory.stations.filter(({ person }) => commandRule('claimInspection').who.includes(person.role));
  const there = may.length === 0 || pick % 7 === 0 ? station : at(may, pick >> 3);
  const asked = [...laboratory.made.keys()].filter((key) => key.startsWith('inspection:'));
  const shipmentId = asked.at(-1 - (pick % Math.min(4, asked.length || 1)))?.slice('inspection:'.length);
  if (shipmentId === undefined || pick % 3 === 0) return doWork(laboratory, there, pick, 'requestInspection');
  return doWork(laboratory, there, pick, 'claimInspection', shipmentId);
};
