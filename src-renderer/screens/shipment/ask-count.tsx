import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { compareQuantity } from '#contract/domain/quantity.ts';
import type { ShipmentLine } from '#contract/domain/shipment.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { QuantityPad } from '../../components/quantity-pad.tsx';
import { finishQuantity, isQuantity } from '../../state/quantity-text.ts';
import type { AskProps } from './ask.ts';
import css from './ask-count.module.css';
import { useDesk } from './desk.ts';

/** The next line without a count after this one, by line number; null when this is the last. */
export const nextUncounted = (lines: readonly ShipmentLine[], after: ShipmentLine): ShipmentLine | null => {
  const open = lines
    .filter((line) => line.counted === null && line.id !== after.id)
    .sort((a, b) => a.lineNumber - b.lineNumber);
  return open.find(({ lineNumber }) => lineNumber > after.lineNumber) ?? open[0] ?? null;
};

type Props = { readonly line: ShipmentLine; readonly onClose: () => void; readonly onNext: (lineId: string) => void };

const CountLine = ({ line, onClose, onNext }: Props) => {
  const { t } = useTranslation();
  const { shipment, save } = useDesk();
  const [values, setValues] = useState({ counted: line.counted ?? '', damaged: line.damaged ?? '' });
  const counted = finishQuantity(values.counted);
  const damaged = finishQuantity(values.damaged);
  const complete = isQuantity(counted) && (damaged === '' || isQuantity(damaged));
  const next = nextUncounted(shipment.lines, line);
  const announced = `${line.expected} ${line.unit}`;

  const keep = async (then: () => void): Promise<void> => {
    then();
    const saved = await save('setCount', { lineId: line.id, counted, ...(damaged === '' ? {} : { damaged }) });
    // The refusal stands on the screen beneath this dialog.
    if (!saved) onClose();
  };
  return (
    <Dialog
      wide
      title={t('lines.count', { line: line.lineNumber })}
      onClose={onClose}
      testId="ask-count"
      foot={
        <>
          <Button big onPress={() => setValues({ ...values, counted: line.expected })} data-testid="count-as-announced">
            {t('lines.asAnnounced', { quantity: announced })}
          </Button>
          <Button
            big
            look={next === null ? 'primary' : 'plain'}
            isDisabled={!complete}
            data-testid="count-save"
            onPress={() => void keep(onClose)}
          >
            {t('ask.save')}
          </Button>
          {next !== null && (
            <Button
              big
              look="primary"
              isDisabled={!complete}
              data-testid="count-next"
              onPress={() => void keep(() => onNext(next.id))}
            >
              {t('inspections.next')}
            </Button>
          )}
        </>
      }
    >
      <div className={css.goods}>
        <span>{line.description ?? t('lines.noDescription')}</span>
        <span className={css.sub}>{[line.sku, line.gtin, line.lot].filter(Boolean).join(' · ')}</span>
      </div>
      <QuantityPad
        testId="count"
        slots={[
          { key: 'counted', label: t('lines.counted'), unit: line.unit },
          { key: 'damaged', label: t('lines.damaged'), unit: line.unit },
        ]}
        values={values}
        onChange={(key, value) => setValues({ ...values, [key]: value })}
      />
      {complete && damaged !== '' && compareQuantity(damaged, counted) > 0 && (
        <Notice kind="attention" role="status" title={t('lines.moreDamaged')} />
      )}
    </Dialog>
  );
};

/** Counting lines one after the other, without waiting for anything between them. */
export const AskCount = ({ target, onClose }: AskProps<'setCount'>) => {
  const { shipment } = useDesk();
  const [lineId, setLineId] = useState(target);
  const line = shipment.lines.find(({ id }) => id === lineId);
  if (line === undefined) return null;
  return <CountLine key={line.id} line={line} onClose={onClose} onNext={setLineId} />;
};
