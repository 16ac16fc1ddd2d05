import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type InspectionQuantities, missingChecks } from '#contract/domain/inspection.ts';
import { addQuantity, compareQuantity } from '#contract/domain/quantity.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { LinePicker } from '../../components/line-picker.tsx';
import { Notice } from '../../components/notice.tsx';
import { QuantityPad } from '../../components/quantity-pad.tsx';
import { Tiles } from '../../components/tiles.tsx';
import { newId } from '../../state/new-id.ts';
import { finishQuantity, isQuantity } from '../../state/quantity-text.ts';
import { type AskProps, filled, useFinish } from './ask.ts';
import { AskSave } from './ask-save.tsx';
import { lineOf, useDesk } from './desk.ts';

/** Asking for an inspection, of one line or of everything; several per line are normal. */
export const AskRequest = ({ target, onClose }: AskProps<'requestInspection'>) => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  const [lineId, setLineId] = useState(target);
  const [note, setNote] = useState('');
  const finish = useFinish(onClose);
  const request = (): void =>
    finish('requestInspection', {
      inspectionId: newId(),
      ...(lineId === null ? {} : { lineId }),
      ...filled('note', note),
    });
  return (
    <Dialog
      wide
      title={t('do.requestInspection')}
      onClose={onClose}
      testId="ask-request"
      foot={<AskSave command="requestInspection" onSave={request} />}
    >
      <LinePicker lines={shipment.lines} value={lineId} onChange={setLineId} />
      <Field label={t('ask.note')} value={note} onChange={setNote} maxLength={4000} area />
    </Dialog>
  );
};

/** Taking one of the waiting inspections; asked only when there is more than one. */
export const AskClaim = ({ target, onClose }: AskProps<'claimInspection'>) => {
  const { t } = useTranslation();
  const desk = useDesk();
  const waiting = desk.shipment.inspections.filter(({ status }) => status === 'requested');
  const [inspectionId, setInspectionId] = useState(target ?? waiting[0]?.id ?? null);
  const finish = useFinish(onClose);
  return (
    <Dialog
      title={t('do.claimInspection')}
      onClose={onClose}
      testId="ask-claim"
      foot={
        <AskSave
          command="claimInspection"
          isComplete={inspectionId !== null}
          onSave={() => inspectionId !== null && finish('claimInspection', { inspectionId })}
        />
      }
    >
      <Tiles
        size="wide"
        label={t('ask.whichInspection')}
        value={inspectionId}
        onChange={setInspectionId}
        tiles={waiting.map((inspection) => {
          const line = lineOf(desk, inspection.lineId);
          return {
            value: inspection.id,
            label: line === null ? t('problems.wholeShipment') : t('problems.line', { line: line.lineNumber }),
            note: line?.description ?? inspection.requestedBy.name,
          };
        })}
      />
    </Dialog>
  );
};

const PARTS = ['accepted', 'rejected', 'held'] as const;
const SLOTS = ['inspected', ...PARTS] as const;

/** The sum of the parts as far as they are typed, and whether it is what was inspected. */
export const splitOf = (values: InspectionQuantities): { readonly sum: string; readonly complete: boolean } => {
  const typed = PARTS.map((part) => finishQuantity(values[part])).filter(isQuantity);
  const sum = typed.reduce(addQuantity, '0');
  const inspected = finishQuantity(values.inspected);
  const complete = typed.length === PARTS.length && isQuantity(inspected) && compareQuantity(sum, inspected) === 0;
  return { sum, complete };
};

/** Completing: accepted, rejected and held must make what was inspected, checked while typing and again by the server. */
export const AskComplete = ({ target, onClose }: AskProps<'completeInspection'>) => {
  const { t } = useTranslation();
  const desk = useDesk();
  const inspection = desk.shipment.inspections.find(({ id }) => id === target) ?? null;
  const line = lineOf(desk, inspection?.lineId ?? null);
  const whole = line?.counted ?? line?.expected ?? '';
  const [values, setValues] = useState<InspectionQuantities>({
    inspected: whole,
    accepted: whole,
    rejected: '0',
    held: '0',
  });
  const [note, setNote] = useState('');
  const finish = useFinish(onClose);
  const { sum, complete } = splitOf(values);
  const unchecked = inspection === null ? [] : missingChecks(inspection);
  const inspected = finishQuantity(values.inspected);

  const save = (): void => {
    if (target === null) return;
    finish('completeInspection', {
      inspectionId: target,
      quantities: {
        inspected,
        accepted: finishQuantity(values.accepted),
        rejected: finishQuantity(values.rejected),
        held: finishQuantity(values.held),
      },
      ...filled('note', note),
    });
  };
  return (
    <Dialog
      wide
      title={t('do.completeInspection')}
      onClose={onClose}
      testId="ask-complete"
      foot={<AskSave command="completeInspection" isComplete={complete && unchecked.length === 0} onSave={save} />}
    >
      {unchecked.length > 0 && (
        <Notice kind="attention" role="status" title={t('inspections.openChecks', { count: unchecked.length })}>
          {unchecked.map(({ label }) => label).join(' · ')}
        </Notice>
      )}
      <QuantityPad
        testId="split"
        slots={SLOTS.map((key) => ({
          key,
          label: t(`inspections.${key}`),
          ...(line === null ? {} : { unit: line.unit }),
        }))}
        values={values}
        onChange={(key, value) => setValues({ ...values, [key]: value })}
      />
      {!complete && isQuantity(inspected) && (
        <Notice kind="attention" role="status" title={t('inspections.doesNotAddUp', { sum, inspected })} />
      )}
      <Field label={t('ask.note')} value={note} onChange={setNote} maxLength={4000} />
    </Dialog>
  );
};
