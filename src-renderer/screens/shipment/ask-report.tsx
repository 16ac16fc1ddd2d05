import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DISCREPANCY_KINDS, DISPOSITIONS, type DiscrepancyKind, type Disposition } from '#contract/domain/reasons.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { LinePicker } from '../../components/line-picker.tsx';
import { QuantityPad } from '../../components/quantity-pad.tsx';
import { Tiles } from '../../components/tiles.tsx';
import { newId } from '../../state/new-id.ts';
import { finishQuantity } from '../../state/quantity-text.ts';
import { type AskProps, filled, useFinish } from './ask.ts';
import { AskSave } from './ask-save.tsx';
import { lineOf, useDesk } from './desk.ts';
import { ReasonTiles, useReason } from './reason-tiles.tsx';

/** A lorry finds its door by itself; people report the rest. */
const REPORTABLE = DISCREPANCY_KINDS.filter((kind) => kind !== 'door_clash');
const LATER = 'later';

const HowMany = ({
  lineId,
  value,
  onChange,
  children,
}: {
  readonly lineId: string | null;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}) => {
  const { t } = useTranslation();
  const line = lineOf(useDesk(), lineId);
  return (
    <QuantityPad
      slots={[{ key: 'quantity', label: t('ask.quantityOptional'), ...(line === null ? {} : { unit: line.unit }) }]}
      values={{ quantity: value }}
      onChange={(_, next) => onChange(next)}
      testId="report"
    >
      {children}
    </QuantityPad>
  );
};

/** What differs from the notice: kind, line, how many. A fact, so it is never refused for being late. */
export const AskDiscrepancy = ({ target, onClose }: AskProps<'reportDiscrepancy'>) => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  const [kind, setKind] = useState<DiscrepancyKind | null>(null);
  const [lineId, setLineId] = useState(target);
  const [quantity, setQuantity] = useState('');
  const [note, setNote] = useState('');
  const finish = useFinish(onClose);
  const complete = kind !== null && (kind !== 'other' || note.trim() !== '');
  const report = (): void => {
    if (kind === null) return;
    finish('reportDiscrepancy', {
      discrepancyId: newId(),
      kind,
      ...(lineId === null ? {} : { lineId }),
      ...filled('quantity', finishQuantity(quantity)),
      ...filled('note', note),
    });
  };
  return (
    <Dialog
      wide
      title={t('do.reportDiscrepancy')}
      onClose={onClose}
      testId="ask-discrepancy"
      foot={<AskSave command="reportDiscrepancy" isComplete={complete} onSave={report} />}
    >
      <Tiles
        label={t('ask.whatKind')}
        value={kind}
        onChange={setKind}
        testId="kind"
        tiles={REPORTABLE.map((value) => ({ value, label: t(`discrepancies.${value}`) }))}
      />
      <LinePicker lines={shipment.lines} value={lineId} onChange={setLineId} />
      <HowMany lineId={lineId} value={quantity} onChange={setQuantity}>
        <Field
          label={t(kind === 'other' ? 'ask.wordsNeeded' : 'ask.note')}
          value={note}
          onChange={setNote}
          wrong={kind === 'other' && note.trim() === '' ? t('ask.otherNeedsWords') : null}
          maxLength={4000}
          testId="report-note"
          area
        />
      </HowMany>
    </Dialog>
  );
};

/** Goods that are not accepted: why, which, how many, and what becomes of them. */
export const AskRejection = ({ target, onClose }: AskProps<'reportRejection'>) => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  const reason = useReason();
  const [lineId, setLineId] = useState(target);
  const [quantity, setQuantity] = useState('');
  const [fate, setFate] = useState<Disposition | typeof LATER>(LATER);
  const finish = useFinish(onClose);
  const report = (): void => {
    if (reason.code === null) return;
    finish('reportRejection', {
      rejectionId: newId(),
      reasonCode: reason.code,
      evidence: [],
      ...(lineId === null ? {} : { lineId }),
      ...filled('quantity', finishQuantity(quantity)),
      ...filled('note', reason.words),
      ...(fate === LATER ? {} : { disposition: fate }),
    });
  };
  return (
    <Dialog
      wide
      title={t('do.reportRejection')}
      onClose={onClose}
      testId="ask-rejection"
      foot={<AskSave command="reportRejection" look="danger" isComplete={reason.complete} onSave={report} />}
    >
      <ReasonTiles reason={reason} />
      <LinePicker lines={shipment.lines} value={lineId} onChange={setLineId} />
      <HowMany lineId={lineId} value={quantity} onChange={setQuantity}>
        <Tiles
          label={t('ask.disposition')}
          value={fate}
          onChange={setFate}
          testId="disposition"
          tiles={[
            { value: LATER, label: t('ask.dispositionLater') },
            ...DISPOSITIONS.map((value) => ({ value, label: t(`dispositions.${value}`) })),
          ]}
        />
      </HowMany>
    </Dialog>
  );
};
