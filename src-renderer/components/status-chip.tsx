import { useTranslation } from 'react-i18next';
import type { DocumentReadiness } from '#contract/domain/documents.ts';
import type { QualityState } from '#contract/domain/quality.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import type { Lateness } from '../state/lateness.ts';
import type { Format } from '../text/format.ts';
import { Chip } from './chip.tsx';
import type { Meaning } from './shape.tsx';

/** Shape and colour of each status. Waiting is grey on purpose: colour is for what is out of the ordinary. */
export const STATUS_MEANING: { readonly [S in ShipmentStatus]: Meaning } = {
  announced: 'waiting',
  in_transit: 'waiting',
  arrived: 'waiting',
  at_door: 'waiting',
  unloading: 'progress',
  counting: 'progress',
  received: 'done',
  closed: 'done',
  refused: 'failed',
  cancelled: 'waiting',
};

const QUALITY_MEANING: { readonly [Q in QualityState]: Meaning } = {
  not_required: 'waiting',
  awaiting: 'inspection',
  in_progress: 'inspection',
  passed: 'done',
  partly_rejected: 'failed',
  rejected: 'failed',
  on_hold: 'attention',
};

const READINESS_MEANING: { readonly [R in DocumentReadiness]: Meaning } = {
  complete: 'done',
  missing_optional: 'waiting',
  missing_required: 'attention',
};

/** Where the goods physically are; quality and papers have chips of their own. */
export const StatusChip = ({ status, className }: { readonly status: ShipmentStatus; readonly className?: string }) => {
  const { t } = useTranslation();
  return <Chip meaning={STATUS_MEANING[status]} word={t(`status.${status}`)} className={className} />;
};

/** A hold or a rejection is filled; an inspection on its way is quiet. */
export const QualityChip = ({ quality }: { readonly quality: QualityState }) => {
  const { t } = useTranslation();
  const meaning = QUALITY_MEANING[quality];
  const loud = meaning === 'attention' || meaning === 'failed';
  return <Chip meaning={meaning} word={t(`quality.${quality}`)} look={loud ? 'filled' : 'quiet'} />;
};

/** Whether the papers are complete; missing required ones keep a shipment from being closed. */
export const ReadinessChip = ({ readiness }: { readonly readiness: DocumentReadiness }) => {
  const { t } = useTranslation();
  return <Chip meaning={READINESS_MEANING[readiness]} word={t(`readiness.${readiness}`)} look="quiet" />;
};

/** Nothing when it is punctual or unknown: only what is out of the ordinary speaks. */
export const LatenessChip = ({ lateness, format }: { readonly lateness: Lateness; readonly format: Format }) => {
  const { t } = useTranslation();
  if (lateness.kind === 'on_time' || lateness.kind === 'unknown') return null;
  const word = t(`lateness.${lateness.kind}`, { time: format.duration(lateness.minutes) });
  return <Chip meaning={lateness.kind === 'late' ? 'attention' : 'waiting'} word={word} look="quiet" />;
};
