import { Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { InspectionOutcome, InspectionStatus } from '#contract/domain/inspection.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ScrollArea } from '../../components/scroll-area.tsx';
import type { Meaning } from '../../components/shape.tsx';
import { whyNotText } from '../../text/why-not.ts';
import { resultOf } from './ask-check.tsx';
import { lineOf, useDesk } from './desk.ts';
import css from './tab.module.css';

const STATUS: { readonly [S in InspectionStatus]: Meaning } = {
  requested: 'inspection',
  claimed: 'inspection',
  in_progress: 'progress',
  completed: 'done',
  voided: 'waiting',
};
const OUTCOME: { readonly [O in InspectionOutcome]: Meaning } = {
  passed: 'done',
  partly_rejected: 'failed',
  rejected: 'failed',
  on_hold: 'attention',
};

/** A button that says why it cannot be pressed, right below it. */
const Step = ({ command, label, target }: { command: CommandName; label: string; target?: string }) => {
  const { t } = useTranslation();
  const { why: whyNot, format, begin } = useDesk();
  const why = whyNot(command);
  // Whoever has another role is not offered what is never theirs; the sheet lists it with the reason.
  if (why?.code === 'wrong_role' || why?.code === 'wrong_status') return null;
  return (
    <div className={css.words}>
      <Button
        isDisabled={why !== null}
        data-testid={`inspection-${command}`}
        onPress={() => (target === undefined ? begin(command) : begin(command, target))}
      >
        {label}
      </Button>
      {why !== null && <span className={css.sub}>{whyNotText(why, t, format)}</span>}
    </div>
  );
};

const InspectionRow = ({ inspection }: { readonly inspection: Inspection }) => {
  const { t } = useTranslation();
  const desk = useDesk();
  const { format, now } = desk;
  const line = lineOf(desk, inspection.lineId);
  const done = inspection.checks.filter(({ id }) => resultOf(inspection, id) !== null).length;
  const { outcome, status, quantities } = inspection;
  const stage =
    inspection.completedBy !== null && inspection.completedAt !== null
      ? t('inspections.completedBy', {
          who: inspection.completedBy.name,
          time: format.when(inspection.completedAt, now),
        })
      : inspection.claimedBy !== null && inspection.claimedAt !== null
        ? t('inspections.claimedBy', { who: inspection.claimedBy.name, time: format.when(inspection.claimedAt, now) })
        : t('inspections.requestedBy', {
            who: inspection.requestedBy.name,
            time: format.when(inspection.requestedAt, now),
          });
  return (
    <li className={css.item} data-testid="inspection-row" data-inspection-id={inspection.id} data-status={status}>
      <div className={css.words}>
        <p className={css.main}>
          {line === null ? t('problems.wholeShipment') : t('problems.line', { line: line.lineNumber })}
          {line?.description != null && ` · ${line.description}`}
        </p>
        <p className={css.sub}>{stage}</p>
        <p className={css.sub}>
          {quantities === null
            ? t('inspections.checks', { done, total: inspection.checks.length })
            : t('inspections.split', quantities)}
          {inspection.note !== null && ` · ${inspection.note}`}
        </p>
      </div>
      <div className={css.end}>
        {outcome === null ? (
          <Chip meaning={STATUS[status]} look="quiet" word={t(`inspections.status.${status}`)} />
        ) : (
          <Chip
            meaning={OUTCOME[outcome]}
            look={outcome === 'passed' ? 'quiet' : 'filled'}
            word={t(`inspections.outcome.${outcome}`)}
          />
        )}
      </div>
      <div className={css.below}>
        {status === 'requested' && (
          <Step command="claimInspection" label={t('do.claimInspection')} target={inspection.id} />
        )}
        {(status === 'claimed' || status === 'in_progress') && (
          <>
            <Step command="recordInspectionResult" label={t('inspections.startChecks')} target={inspection.id} />
            <Step command="completeInspection" label={t('inspections.complete')} target={inspection.id} />
          </>
        )}
      </div>
    </li>
  );
};

/** Several inspections per line are normal; those still open come first. */
export const InspectionsTab = () => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  const openFirst = [...shipment.inspections].sort(
    (a, b) =>
      Number(a.completedAt !== null) - Number(b.completedAt !== null) || (a.requestedAt < b.requestedAt ? 1 : -1),
  );
  return (
    <div className={css.tab}>
      <div className={css.tools}>
        <Step command="requestInspection" label={t('do.requestInspection')} />
      </div>
      <ScrollArea label={t('tab.inspections')} className={css.scroll}>
        {openFirst.length === 0 ? (
          <EmptyState icon={Search} title={t('inspections.emptyTitle')} text={t('inspections.emptyText')} />
        ) : (
          <ul className={css.list} aria-label={t('tab.inspections')}>
            {openFirst.map((inspection) => (
              <InspectionRow key={inspection.id} inspection={inspection} />
            ))}
          </ul>
        )}
      </ScrollArea>
    </div>
  );
};
