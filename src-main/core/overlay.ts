import { type CommandName, commandRule } from '#contract/domain/command-table.ts';
import { deriveReadiness } from '#contract/domain/documents.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { deriveQuality } from '#contract/domain/quality.ts';
import type { ActorRole } from '#contract/domain/roles.ts';
import type { Apply, ApplyTable, By, ScanMemory } from './apply-command.ts';
import { COUNTING } from './overlay-counting.ts';
import { createsShipment, newShipment } from './overlay-new-shipment.ts';
import { RECORDS } from './overlay-records.ts';
import type { Places, RowSeqs, Work } from './ports.ts';

const NO_SEQS: RowSeqs = new Map();
const TABLE: ApplyTable = { ...COUNTING, ...RECORDS };

const step = (detail: ShipmentDetail, type: CommandName, by: By): ShipmentDetail => {
  const { from, to } = commandRule(type);
  if (to === null || from?.includes(detail.status) !== true) return detail;
  return {
    ...detail,
    status: to,
    statusChangedAt: by.at,
    statusChangedBy: by.actor.name,
    ...(to === 'arrived' ? { arrivedAt: by.at } : {}),
    ...(type === 'completeCount' ? { receivedAt: by.at } : {}),
    ...(to === 'closed' ? { closedAt: by.at } : {}),
  };
};

const countedOf = (lines: ShipmentDetail['lines']): number => lines.filter(({ counted }) => counted !== null).length;

/** Chips follow from the parts; only those whose parts changed are derived again, the rest stays as the server said. */
const rederive = (before: ShipmentDetail, after: ShipmentDetail): ShipmentDetail => {
  const chips: Partial<ShipmentDetail> = {};
  // By the difference: of a shipment that is still coming in, not all lines may be here.
  if (after.lines !== before.lines)
    chips.countedLines = before.countedLines + countedOf(after.lines) - countedOf(before.lines);
  if (after.documents !== before.documents || after.requiredDocuments !== before.requiredDocuments) {
    chips.documentCount = after.documents.length;
    chips.readiness = deriveReadiness(
      after.documents.map(({ documentType }) => documentType),
      after.requiredDocuments,
    );
  }
  if (after.discrepancies !== before.discrepancies) chips.discrepancyCount = after.discrepancies.length;
  if (after.rejections !== before.rejections) chips.rejectionCount = after.rejections.length;
  const quality = (['holds', 'inspections', 'rejections'] as const).some((part) => after[part] !== before[part]);
  if (quality) {
    chips.activeHolds = after.holds.filter(({ releasedAt }) => releasedAt === null).length;
    chips.quality = deriveQuality(after.inspections, chips.activeHolds, after.rejections.length);
  }
  return { ...after, ...chips };
};

/**
 * What a command writes has consecutive seqs, the shipment itself first, and the verdict names the last: a row of what it changed
 * that has a seq among those has the work in it, and so has every later one.
 */
const isInRow =
  ({ state, verdict }: Work, seqs: RowSeqs): By['isIn'] =>
  (entity, id, wrote) => {
    const seq = seqs.get(`${entity}:${id}`);
    return state === 'answered' && verdict?.verdict === 'applied' && seq !== undefined && seq > verdict.seq - wrote;
  };

const applyOne = (detail: ShipmentDetail, work: Work, scans: ScanMemory, seqs: RowSeqs): ShipmentDetail => {
  const { type, args, occurredAt } = work.mutation;
  const by: By = {
    at: occurredAt,
    actor: { id: work.userId, name: work.userName, role: work.role as ActorRole },
    isIn: isInRow(work, seqs),
  };
  // The arguments were parsed with the command's own schema before the journal took them.
  const apply = TABLE[type] as Apply<typeof type> | undefined;
  const recorded = apply === undefined ? detail : apply(detail, args as never, by, scans);
  // Every step but the refused ones also moves the status; the version stays the server's, because decisions name it.
  const after = step(recorded, type, by);
  return after === detail ? detail : rederive(detail, after);
};

/**
 * A shipment as this station's people see it: what the server said, with the work on top that it has not yet agreed to,
 * in the order it was done. `base` is null for a shipment that so far exists only here; `seqs` are those of its rows.
 */
export const overlayShipment = (
  base: ShipmentDetail | null,
  works: readonly Work[],
  places: Places,
  scans: ScanMemory,
  seqs: RowSeqs = NO_SEQS,
): ShipmentDetail | null =>
  works.reduce<ShipmentDetail | null>((detail, work) => {
    if (createsShipment(work.mutation.type)) return detail ?? newShipment(work, places);
    return detail === null ? null : applyOne(detail, work, scans, seqs);
  }, base);
