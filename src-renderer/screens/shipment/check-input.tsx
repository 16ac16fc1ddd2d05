import type { TFunction } from 'i18next';
import { createContext, useContext, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { InspectionCheck } from '#contract/domain/inspection.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { Field } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { QuantityPad } from '../../components/quantity-pad.tsx';
import { Tiles } from '../../components/tiles.tsx';
import { meetsLimits } from '../../state/check-limits.ts';
import { finishQuantity } from '../../state/quantity-text.ts';
import css from './ask-check.module.css';
import { useDesk } from './desk.ts';

/** What was found, without which check it answers. */
export type Finding = {
  readonly passed: boolean | null;
  readonly value?: string;
  readonly documentIds?: string[];
};

type Props = { readonly check: InspectionCheck; readonly onFound: (finding: Finding) => void };

const Verdict = ({ onFound }: Pick<Props, 'onFound'>) => {
  const { t } = useTranslation();
  return (
    <div className={css.verdict}>
      <Button className={css.pass} data-testid="check-pass" onPress={() => onFound({ passed: true })}>
        {t('inspections.pass')}
      </Button>
      <Button look="danger" data-testid="check-fail" onPress={() => onFound({ passed: false })}>
        {t('inspections.fail')}
      </Button>
    </div>
  );
};

/** The dialog's foot, where the button that saves stays in sight while the body scrolls; null until it is there. */
export const FootContext = createContext<HTMLElement | null>(null);

const Next = ({ ready, onPress }: { readonly ready: boolean; readonly onPress: () => void }) => {
  const { t } = useTranslation();
  const foot = useContext(FootContext);
  if (foot === null) return null;
  return createPortal(
    <Button big look="primary" isDisabled={!ready} data-testid="check-save" onPress={onPress}>
      {t('inspections.next')}
    </Button>,
    foot,
  );
};

const limitsText = (check: InspectionCheck, t: TFunction): string | null => {
  const { unit = '' } = check;
  const [min, max] = [check.min, check.max].map((limit) => limit?.replace('-', '−'));
  if (min !== undefined && max !== undefined) return t('inspections.limits', { min, max, unit });
  if (min !== undefined) return t('inspections.atLeast', { min, unit });
  return max === undefined ? null : t('inspections.atMost', { max, unit });
};

const Measure = ({ check, onFound }: Props) => {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [below, setBelow] = useState(false);
  const value = `${below && typed !== '' ? '-' : ''}${finishQuantity(typed)}`;
  const met = meetsLimits(check, value);
  const limits = limitsText(check, t);
  return (
    <>
      {limits !== null && <p className={css.sub}>{limits}</p>}
      <QuantityPad
        testId="check"
        slots={[
          {
            key: 'value',
            label: below ? t('inspections.minus') : check.label,
            ...(check.unit === undefined ? {} : { unit: check.unit }),
          },
        ]}
        values={{ value: typed }}
        onChange={(_, next) => setTyped(next)}
      >
        {check.kind === 'temperature' && (
          <Button look={below ? 'primary' : 'plain'} aria-pressed={below} onPress={() => setBelow(!below)}>
            −/+ {t('inspections.minus')}
          </Button>
        )}
        {met !== null && limits !== null && (
          <Chip
            meaning={met ? 'done' : 'failed'}
            look={met ? 'quiet' : 'filled'}
            word={t(met ? 'inspections.inside' : 'inspections.outside')}
          />
        )}
      </QuantityPad>
      <Next ready={met !== null} onPress={() => onFound({ passed: limits === null ? null : met, value })} />
    </>
  );
};

const Words = ({ onFound }: Props) => {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  return (
    <>
      <Field label={t('inspections.text')} value={text} onChange={setText} maxLength={4000} area testId="check-text" />
      <Next ready={text.trim() !== ''} onPress={() => onFound({ passed: null, value: text.trim() })} />
    </>
  );
};

const Choice = ({ check, onFound }: Props) => {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <>
      <Tiles
        size="wide"
        label={t('inspections.choose')}
        value={chosen}
        onChange={setChosen}
        testId="check-choice"
        tiles={(check.choices ?? []).map((choice) => ({ value: choice, label: choice }))}
      />
      <Next ready={chosen !== null} onPress={() => chosen !== null && onFound({ passed: null, value: chosen })} />
    </>
  );
};

const Photo = ({ onFound }: Props) => {
  const { t } = useTranslation();
  const { shipment, format, now } = useDesk();
  const photos = shipment.documents.filter(({ documentType }) => documentType === 'photo');
  const [chosen, setChosen] = useState<string | null>(null);
  if (photos.length === 0) return <Notice kind="attention" title={t('inspections.noPhotos')} />;
  return (
    <>
      <Tiles
        size="wide"
        label={t('inspections.photo')}
        value={chosen}
        onChange={setChosen}
        tiles={photos.map((photo) => ({
          value: photo.id,
          label: photo.caption ?? photo.fileName,
          note: format.when(photo.uploadedAt, now),
        }))}
      />
      <Next
        ready={chosen !== null}
        onPress={() => chosen !== null && onFound({ passed: null, documentIds: [chosen] })}
      />
    </>
  );
};

/** The way to answer one check, by its kind. */
export const CheckInput = (props: Props) => {
  switch (props.check.kind) {
    case 'pass_fail':
      return <Verdict onFound={props.onFound} />;
    case 'measurement':
    case 'count':
    case 'temperature':
      return <Measure {...props} />;
    case 'choice':
      return <Choice {...props} />;
    case 'text':
      return <Words {...props} />;
    case 'photo':
      return <Photo {...props} />;
  }
};
