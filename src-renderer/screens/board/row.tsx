import { CloudUpload } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardShipment } from '#contract/bridge/view.ts';
import { Chip } from '../../components/chip.tsx';
import { cx } from '../../components/cx.ts';
import { LatenessChip, QualityChip, ReadinessChip, StatusChip } from '../../components/status-chip.tsx';
import { latenessOf, minutesSince } from '../../state/lateness.ts';
import { groupOf } from '../../state/selectors.ts';
import type { Format } from '../../text/format.ts';
import css from './row.module.css';

type Props = {
  readonly row: BoardShipment;
  readonly doorName: string | null;
  readonly format: Format;
  /** Server time, ms, renewed every half minute: rows render only then or when their shipment changes. */
  readonly now: number;
  readonly onOpen: (shipmentId: string) => void;
};

const Lines = ({ row }: { readonly row: BoardShipment }) => {
  const { t } = useTranslation();
  if (row.lineCount === 0) return t('board.noLines');
  if (groupOf(row) !== 'dock') return t('board.linesOnly', { count: row.lineCount });
  return t('board.lines', { counted: row.countedLines, total: row.lineCount });
};

/** When: the expected time on the road, how long it has been here at the dock, when it ended after that. */
const When = ({ row, format, now }: Omit<Props, 'onOpen' | 'doorName'>) => {
  const { t } = useTranslation();
  const group = groupOf(row);
  const since = group === 'dock' ? (row.arrivedAt ?? row.statusChangedAt) : row.statusChangedAt;
  const lateness = latenessOf(row, now);
  return (
    <>
      {group === 'arriving' && (
        <span className={css.main}>{row.eta === null ? t('board.noEta') : format.short(row.eta, now)}</span>
      )}
      {group === 'ended' && <span className={css.main}>{format.short(since, now)}</span>}
      {group === 'dock' && (
        <span className={css.main}>
          <span className="unseen">{t('board.hereLabel')} </span>
          {format.duration(minutesSince(since, now))}
        </span>
      )}
      {group === 'arriving' && lateness.kind !== 'on_time' && lateness.kind !== 'unknown' ? (
        <span className={css.chips}>
          <LatenessChip lateness={lateness} format={format} />
        </span>
      ) : (
        <span className={css.sub}>
          <Lines row={row} />
        </span>
      )}
    </>
  );
};

const Chips = ({ row }: { readonly row: BoardShipment }) => {
  const { t } = useTranslation();
  // A hold or a rejection says it already; the count of problems is for shipments that look fine otherwise.
  const loud = row.quality === 'on_hold' || row.quality === 'rejected' || row.quality === 'partly_rejected';
  const problems = loud ? 0 : row.discrepancyCount + row.rejectionCount;
  return (
    <span className={css.chips}>
      {row.quality !== 'not_required' && <QualityChip quality={row.quality} />}
      {row.readiness === 'missing_required' && groupOf(row) !== 'ended' && <ReadinessChip readiness={row.readiness} />}
      {problems > 0 && <Chip meaning="attention" look="quiet" word={t('board.problems', { count: problems })} />}
    </span>
  );
};

/** One shipment of the board. A plain button: thousands of them scroll past, and a press is a press. */
export const BoardRow = memo(({ row, doorName, format, now, onOpen }: Props) => {
  const { t } = useTranslation();
  // The trailer first: it is what stands in front of people, and the end of a long line is cut off.
  const door = doorName === null ? null : t('board.atDoor', { name: doorName });
  const carriage = [door, row.trailer, row.carrier].filter((part) => part !== null).join(' · ');
  return (
    <button
      type="button"
      className={css.row}
      data-testid="board-row"
      data-shipment-id={row.id}
      data-number={row.number}
      data-status={row.status}
      onClick={() => onOpen(row.id)}
    >
      <span className={css.cell}>
        <StatusChip status={row.status} className={css.status ?? ''} />
        {row.pending && (
          <span className={css.pending}>
            <CloudUpload aria-hidden="true" size="1.1em" />
            {t('board.pending')}
          </span>
        )}
      </span>
      <span className={css.cell}>
        <span className={css.number}>
          <span className={css.main}>{row.number}</span>
          {row.poNumber !== null && <span className={css.po}>{row.poNumber}</span>}
        </span>
        <span className={css.sub}>
          {row.supplierName ?? t('board.noSupplier')}
          {row.unplanned && ` · ${t('board.unplanned')}`}
        </span>
      </span>
      <span className={css.cell}>
        <span className={css.sub}>{carriage === '' ? t('board.noCarrier') : carriage}</span>
        <Chips row={row} />
      </span>
      <span className={cx(css.cell, css.end)}>
        <When row={row} format={format} now={now} />
      </span>
    </button>
  );
});
BoardRow.displayName = 'BoardRow';
