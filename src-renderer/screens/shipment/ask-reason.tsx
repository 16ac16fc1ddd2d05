import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { needsLeadApproval } from '#contract/domain/command-table.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { HoldButton } from '../../components/hold-button.tsx';
import { PinPad } from '../../components/pin-pad.tsx';
import { type AskProps, useFinish } from './ask.ts';
import { AskSave } from './ask-save.tsx';
import { useDesk } from './desk.ts';
import { ReasonTiles, useReason } from './reason-tiles.tsx';

/** Refusing and cancelling: a reason, then a press of one second. Both end the shipment. */
export const AskEnd = ({ command, onClose }: AskProps<'refuseShipment' | 'cancelShipment'>) => {
  const { t } = useTranslation();
  const { session } = useDesk();
  const reason = useReason();
  const finish = useFinish(onClose);
  // A receiver's lead stands beside and enters a PIN; the server decides whether it is a lead's.
  const needsPin = needsLeadApproval(command, session.role);
  const [pin, setPin] = useState('');
  const end = (): void => {
    if (reason.code === null) return;
    const approval = needsPin ? { leadPin: pin } : {};
    if (command === 'refuseShipment')
      finish('refuseShipment', { reason: reason.sentence, reasonCode: reason.code, evidence: [], ...approval });
    else finish('cancelShipment', { reason: reason.sentence });
  };
  return (
    <Dialog
      wide
      title={t(`do.${command}`)}
      onClose={onClose}
      testId="ask-reason"
      foot={
        <HoldButton
          danger
          disabled={!reason.complete || (needsPin && pin === '')}
          onHeld={end}
          testId="hold-confirm"
          command={command}
        >
          {t(`do.${command}`)}
        </HoldButton>
      }
    >
      <p>{t(command === 'refuseShipment' ? 'ask.refuseIntro' : 'ask.cancelIntro')}</p>
      <ReasonTiles reason={reason} />
      {needsPin && <PinPad label={t('ask.leadPin')} value={pin} onChange={setPin} />}
    </Dialog>
  );
};

/** Reopening a count or a shipment: a sentence saying why, kept in the history. */
export const AskReopen = ({ command, onClose }: AskProps<'reopenCount' | 'reopenShipment'>) => {
  const { t } = useTranslation();
  const [words, setWords] = useState('');
  const finish = useFinish(onClose);
  return (
    <Dialog
      title={t(`do.${command}`)}
      onClose={onClose}
      testId="ask-reason"
      foot={
        <AskSave
          command={command}
          isComplete={words.trim() !== ''}
          onSave={() => finish(command, { reason: words.trim() })}
        />
      }
    >
      <Field label={t('ask.why')} value={words} onChange={setWords} testId="reason-words" area />
    </Dialog>
  );
};
