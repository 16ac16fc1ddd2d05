import { deriveReadiness } from '#contract/domain/documents.ts';
import type { EntityRow } from '#contract/domain/entities.ts';
import { deriveQuality } from '#contract/domain/quality.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Draft } from './draft.ts';

type Chips = Pick<
  Shipment,
  | 'quality'
  | 'readiness'
  | 'activeHolds'
  | 'lineCount'
  | 'countedLines'
  | 'documentCount'
  | 'discrepancyCount'
  | 'rejectionCount'
>;

const active = (holds: readonly EntityRow['hold'][]): number =>
  holds.reduce((sum, hold) => sum + (hold.releasedAt === null ? 1 : 0), 0);

/**
 * A shipment's derived fields after what the draft holds, recomputed from their sources, and only from those that were
 * touched: a scan must not have to read every document. Lines are the exception: `lines` says how many there are and are
 * counted when the caller knows, because reading ten thousand lines for one scan would be the slowest thing here.
 */
export const derive = (
  draft: Draft,
  shipment: Shipment,
  lines?: Pick<Chips, 'lineCount' | 'countedLines'>,
): Shipment => {
  const { id } = shipment;
  const chips: Partial<Chips> = { ...lines };
  const rejectionsChanged = draft.touched('rejection');
  if (draft.touched('discrepancy')) chips.discrepancyCount = draft.parts('discrepancy', id).length;
  if (draft.touched('document')) chips.documentCount = draft.parts('document', id).length;
  const wanted = draft.before.row('shipment', id)?.requiredDocuments;
  if (draft.touched('document') || wanted !== shipment.requiredDocuments) {
    const present = draft.parts('document', id).map((document) => document.documentType);
    chips.readiness = deriveReadiness(present, shipment.requiredDocuments);
  }
  if (rejectionsChanged) chips.rejectionCount = draft.parts('rejection', id).length;
  if (draft.touched('hold') || draft.touched('inspection') || rejectionsChanged) {
    chips.activeHolds = active(draft.parts('hold', id));
    const rejections = draft.parts('rejection', id).length;
    chips.quality = deriveQuality(draft.parts('inspection', id), chips.activeHolds, rejections);
  }
  return { ...shipment, ...chips };
};

/** All derived fields from all parts: what `derive` must agree with, whatever happened before. */
export const deriveWhole = (
  shipment: Shipment,
  parts: {
    readonly lines: readonly EntityRow['line'][];
    readonly documents: readonly EntityRow['document'][];
    readonly inspections: readonly EntityRow['inspection'][];
    readonly rejections: readonly EntityRow['rejection'][];
    readonly holds: readonly EntityRow['hold'][];
    readonly discrepancies: readonly EntityRow['discrepancy'][];
  },
): Chips => {
  const activeHolds = active(parts.holds);
  return {
    quality: deriveQuality(parts.inspections, activeHolds, parts.rejections.length),
    readiness: deriveReadiness(
      parts.documents.map((document) => document.documentType),
      shipment.requiredDocuments,
    ),
    activeHolds,
    lineCount: parts.lines.length,
    countedLines: parts.lines.filter((line) => line.counted !== null).length,
    documentCount: parts.documents.length,
    discrepancyCount: parts.discrepancies.length,
    rejectionCount: parts.rejections.length,
  };
};
