import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { conflict, noop, rejected } from '../decision.ts';
import { derive } from '../derive.ts';
import { maySee, requireShipment, requireStep } from '../gate.ts';
import type { Work } from '../work.ts';
import { type AnnouncedRows, announcedRows } from './announced-rows.ts';
import { newShipment, nextNumber, requireWarehouse, supplierFor } from './new-shipment.ts';
import { redirect } from './redirect.ts';

type Facts = Omit<CommandArgs['amendShipment'], 'shipmentId' | 'warehouseId' | 'lines' | 'handlingUnits'>;

/** POs named anywhere in a notice, the leading one first, each once. */
const poNumbers = (facts: Facts, lines: readonly { poNumber?: string | undefined }[]): string[] => {
  const named = [facts.poNumber, ...(facts.poNumbers ?? []), ...lines.map((line) => line.poNumber)];
  return [...new Set(named.filter((po): po is string => po !== undefined && po !== ''))].slice(0, 500);
};

/** The facts a notice states, under the names they have on a shipment; unstated ones are left out. */
const stated = (facts: Facts): Partial<Shipment> => {
  const { carrier, trailer, seal, billOfLading, eta, requiredDocuments } = facts;
  const all = { carrier, trailer, seal, billOfLading, eta, requiredDocuments };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

/** Throws when two rows would share an id, or one is already another shipment's. */
const requireOwnLines = (work: Work, shipmentId: string, lines: AnnouncedRows['lines']): void => {
  if (new Set(lines.map((line) => line.id)).size !== lines.length) {
    throw rejected('invalid', 'Two lines have the same id. Give each its own or leave the ids out; nothing was saved.');
  }
  for (const line of lines) {
    const taken = work.draft.row('line', line.id);
    if (taken !== null && taken.shipmentId !== shipmentId) {
      throw rejected('already_exists', `The id of line ${line.lineNumber} is in use elsewhere. Nothing was saved.`);
    }
  }
};

/** Throws noop or `already_exists` when this id or number has been announced before. */
const requireUnannounced = (work: Work, id: string, digest: string): void => {
  const existing = work.draft.row('shipment', id);
  if (existing === null) return;
  const current = maySee(work.submission.scope, existing) ? existing : null;
  if (current !== null && work.draft.internal('announcement', id, id)?.digest === digest) throw noop(current);
  throw conflict('already_exists', 'A shipment with this id exists with other contents. Nothing was changed.', current);
};

/** Announces one shipment with its lines and units; the same notice again is the same shipment. */
export const announceShipment = (work: Work, args: CommandArgs['announceShipment']): Shipment => {
  const { draft, given } = work;
  requireWarehouse(work, args.warehouseId);
  const supplier = supplierFor(work, args.supplierId);
  const digest = given.deriveId('announcement', supplier.id ?? '', JSON.stringify(args));
  const id = args.shipmentId ?? given.newId();
  if (args.shipmentId !== undefined) requireUnannounced(work, id, digest);
  if (args.number !== undefined) {
    const known = draft.before.byNumber(supplier.id, args.number);
    if (known !== null && maySee(work.submission.scope, known)) throw noop(known);
    if (known !== null) throw conflict('already_exists', 'A shipment with this number exists elsewhere.', null);
  }
  const rows = announcedRows(given, id, args);
  requireOwnLines(work, id, rows.lines);
  const pos = poNumbers(args, args.lines);
  const shipment = newShipment(
    work,
    {
      id,
      number: args.number ?? nextNumber(work, supplier.id),
      warehouseId: args.warehouseId,
      supplierId: supplier.id,
      supplierName: supplier.name,
      status: 'announced',
    },
    { ...stated(args), poNumber: pos[0] ?? null, poNumbers: pos, announcedAt: work.now },
  );
  work.step = { from: null, to: 'announced' };
  draft.putInternal({ kind: 'announcement', row: { id, shipmentId: id, digest } });
  for (const unit of rows.units) draft.put('handlingUnit', unit);
  for (const line of rows.lines) draft.put('line', line);
  const whole = derive(draft, shipment, { lineCount: rows.lines.length, countedLines: 0 });
  draft.put('shipment', whole);
  return whole;
};

type Units = AnnouncedRows['units'];

/** Units out of `before` that these lines travel in, with what those stand on. */
const carrying = (lines: AnnouncedRows['lines'], before: Units): Units => {
  const known = new Map(before.map((unit) => [unit.id, unit]));
  const needed = new Map<string, Units[number]>();
  for (const line of lines) {
    for (let id = line.handlingUnitId; id !== null && !needed.has(id); ) {
      const unit = known.get(id);
      if (unit === undefined) break;
      needed.set(id, unit);
      id = unit.parentId;
    }
  }
  return [...needed.values()];
};

/**
 * Replaces a shipment's lines and units; rows that stay the same are not written again. Units sent without lines leave the
 * lines, and what they travel in, as they are. Returns how many lines there are.
 */
const replaceLines = (work: Work, shipment: Shipment, args: CommandArgs['amendShipment']): number => {
  const { draft, given } = work;
  const before = { line: draft.parts('line', shipment.id), handlingUnit: draft.parts('handlingUnit', shipment.id) };
  const rows = announcedRows(given, shipment.id, { lines: args.lines ?? [], handlingUnits: args.handlingUnits ?? [] });
  requireOwnLines(work, shipment.id, rows.lines);
  const lines = args.lines === undefined ? before.line : rows.lines;
  const carried = args.lines === undefined ? carrying(lines, before.handlingUnit) : [];
  const units = new Map([...carried, ...rows.units].map((unit) => [unit.id, unit]));
  const replace = <N extends 'line' | 'handlingUnit'>(entity: N, after: readonly { id: string }[]): void => {
    const kept = new Map(after.map((row) => [row.id, JSON.stringify(row)]));
    const same = new Set(before[entity].filter((row) => kept.get(row.id) === JSON.stringify(row)).map((row) => row.id));
    for (const row of before[entity]) if (!kept.has(row.id)) draft.del(entity, row.id);
    for (const row of after) if (!same.has(row.id)) draft.put(entity, row as never);
  };
  replace('handlingUnit', [...units.values()]);
  replace('line', lines);
  return lines.length;
};

const COUNTING_BEGUN: ReadonlySet<Shipment['status']> = new Set(['counting', 'received']);

/**
 * Changes what was announced, and where it goes while it is on the road. Lines may be replaced only until counting begins: a count
 * is of the lines it was made on.
 */
export const amendShipment = (work: Work, args: CommandArgs['amendShipment']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  requireStep(work, shipment);
  const lines = args.lines !== undefined || args.handlingUnits !== undefined;
  if (lines && (COUNTING_BEGUN.has(shipment.status) || shipment.countedLines > 0)) {
    throw conflict('blocked', 'Counting has begun, so the lines stay as announced. Report a discrepancy.', shipment);
  }
  const count = lines ? replaceLines(work, shipment, args) : shipment.lineCount;
  const renamed = args.poNumber !== undefined || args.poNumbers !== undefined || args.lines !== undefined;
  const pos = renamed ? poNumbers(args, args.lines ?? []) : shipment.poNumbers;
  const patch = {
    ...stated(args),
    ...(renamed && pos.length > 0 ? { poNumber: pos[0] ?? null, poNumbers: pos } : {}),
    lineCount: count,
    ...redirect(work, shipment, args.warehouseId),
  };
  const changed = JSON.stringify({ ...shipment, ...patch }) !== JSON.stringify(shipment);
  if (!changed && !work.draft.touched('line') && !work.draft.touched('handlingUnit')) throw noop(shipment);
  const amended = derive(work.draft, work.revise(shipment, patch));
  work.draft.put('shipment', amended);
  return amended;
};
