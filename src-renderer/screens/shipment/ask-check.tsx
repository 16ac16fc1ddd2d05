import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckResult } from '#contract/domain/inspection.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import type { AskProps } from './ask.ts';
import css from './ask-check.module.css';
import { CheckInput, type Finding, FootContext } from './check-input.tsx';
import { useDesk } from './desk.ts';

/** The latest result of a check: a later one corrects an earlier one, both are kept. */
export const resultOf = (inspection: Inspection, checkId: string): CheckResult | null =>
  inspection.results.findLast((result) => result.checkId === checkId) ?? null;

/** First check that has no result yet, else the first. */
const firstOpen = (inspection: Inspection | undefined): number =>
  Math.max(0, inspection?.checks.findIndex(({ id }) => resultOf(inspection, id) === null) ?? 0);

/** Results check by check, one a page; every answer is saved as it is given. */
export const AskCheck = ({ target, onClose }: AskProps<'recordInspectionResult'>) => {
  const { t } = useTranslation();
  const { shipment, save, begin } = useDesk();
  const inspection = shipment.inspections.find(({ id }) => id === target);
  const [index, setIndex] = useState(() => firstOpen(inspection));
  const [foot, setFoot] = useState<HTMLElement | null>(null);
  const check = inspection?.checks[index];
  if (inspection === undefined || check === undefined) return null;
  const total = inspection.checks.length;
  const before = resultOf(inspection, check.id);

  const found = async (finding: Finding): Promise<void> => {
    const result = { checkId: check.id, ...finding };
    // What could not be saved stands on the screen beneath: never go on as if it had been.
    if (!(await save('recordInspectionResult', { inspectionId: inspection.id, result }))) onClose();
    else if (index + 1 < total) setIndex(index + 1);
    else begin('completeInspection', inspection.id);
  };
  const recorded = (): string => {
    if (before === null) return t('inspections.notRecorded');
    const verdict = before.passed === null ? null : t(before.passed ? 'inspections.pass' : 'inspections.fail');
    return t('inspections.recorded', { value: [before.value, verdict].filter(Boolean).join(' · ') || '✓' });
  };
  return (
    <Dialog
      wide
      title={t('inspections.check', { n: index + 1, total })}
      onClose={onClose}
      testId="ask-check"
      foot={
        <>
          {index > 0 && (
            <Button big onPress={() => setIndex(index - 1)}>
              {t('inspections.previous')}
            </Button>
          )}
          <Button big onPress={() => begin('completeInspection', inspection.id)} data-testid="check-complete">
            {t('inspections.complete')}
          </Button>
          <span ref={setFoot} className={css.foot} />
        </>
      }
    >
      <div>
        <p className={css.label}>{check.label}</p>
        <p className={css.sub}>
          {recorded()}
          {!check.required && ` · ${t('inspections.optional')}`}
        </p>
      </div>
      <FootContext value={foot}>
        <CheckInput key={check.id} check={check} onFound={(finding) => void found(finding)} />
      </FootContext>
    </Dialog>
  );
};
