import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { HoldButton } from '../../components/hold-button.tsx';
import { LinePicker } from '../../components/line-picker.tsx';
import { Tiles } from '../../components/tiles.tsx';
import { newId } from '../../state/new-id.ts';
import { type AskProps, filled, useFinish } from './ask.ts';
import { AskSave } from './ask-save.tsx';
import { lineOf, useDesk } from './desk.ts';
import { ReasonTiles, useReason } from './reason-tiles.tsx';

/** A hold needs a reason and what it is about; anybody may place one, because it is the safe direction. */
export const AskPlaceHold = ({ target, onClose }: AskProps<'placeHold'>) => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  const reason = useReason();
  const [lineId, setLineId] = useState(target);
  const finish = useFinish(onClose);
  const place = (): void => {
    const about = lineId === null ? {} : { lineId };
    finish('placeHold', { holdId: newId(), reason: reason.sentence, ...about });
  };
  return (
    <Dialog
      wide
      title={t('do.placeHold')}
      onClose={onClose}
      testId="ask-hold"
      foot={<AskSave command="placeHold" isComplete={reason.complete} onSave={place} />}
    >
      <ReasonTiles reason={reason} />
      <LinePicker lines={shipment.lines} value={lineId} onChange={setLineId} />
    </Dialog>
  );
};

/** Releasing is the unsafe direction: choose the hold, hold the button for a second. */
export const AskReleaseHold = ({ target, onClose }: AskProps<'releaseHold'>) => {
  const { t } = useTranslation();
  const desk = useDesk();
  const active = desk.shipment.holds.filter(({ releasedAt }) => releasedAt === null);
  const [holdId, setHoldId] = useState(target ?? (active.length === 1 ? (active[0]?.id ?? null) : null));
  const [words, setWords] = useState('');
  const finish = useFinish(onClose);
  return (
    <Dialog
      title={t('do.releaseHold')}
      onClose={onClose}
      testId="ask-release"
      foot={
        <HoldButton
          disabled={holdId === null}
          onHeld={() => holdId !== null && finish('releaseHold', { holdId, ...filled('reason', words) })}
          testId="hold-confirm"
          command="releaseHold"
        >
          {t('do.releaseHold')}
        </HoldButton>
      }
    >
      <p>{t('ask.releaseIntro')}</p>
      <Tiles
        size="wide"
        label={t('ask.whichHold')}
        value={holdId}
        onChange={setHoldId}
        testId="pick-hold"
        tiles={active.map((hold) => {
          const line = lineOf(desk, hold.lineId);
          const about = line === null ? t('problems.wholeShipment') : t('problems.line', { line: line.lineNumber });
          return { value: hold.id, label: hold.reason, note: `${about} · ${hold.placedBy.name}` };
        })}
      />
      <Field label={t('ask.whyOptional')} value={words} onChange={setWords} testId="reason-words" />
    </Dialog>
  );
};
