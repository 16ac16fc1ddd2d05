import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { blockedBy } from '#contract/domain/next-action.ts';
import type { AwaitedStation } from '#contract/wire/station-report.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { HoldButton } from '../../components/hold-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { closingForbidden, unseenBlock } from '../../state/shipment-actions.ts';
import { closingTitle } from '../../text/closing-text.ts';
import { whyNotText } from '../../text/why-not.ts';
import { type AskProps, filled, useFinish } from './ask.ts';
import css from './ask-closing.module.css';
import { AwaitedStations } from './awaited-stations.tsx';
import { useDesk } from './desk.ts';

const whose = ({ station, userName }: AwaitedStation): string[] => [station, userName];

type PartProps = { readonly words: string; readonly onChange: (words: string) => void };

const WithoutDocuments = ({ words, onChange }: PartProps) => {
  const { t } = useTranslation();
  const { shipment, format } = useDesk();
  const present = new Set(shipment.documents.map(({ documentType }) => documentType));
  const missing = shipment.requiredDocuments.filter((type) => !present.has(type));
  return (
    <div className={css.part}>
      <p>{t('ask.waiverIntro', { list: format.list(missing.map((type) => t(`documents.type.${type}`))) })}</p>
      <Field label={t('ask.whyWithoutDocuments')} value={words} onChange={onChange} testId="reason-words" area />
    </div>
  );
};

const WithoutStations = ({ words, onChange }: PartProps) => {
  const { t } = useTranslation();
  const { waitingFor } = useDesk().shipment;
  const count = waitingFor.length;
  return (
    <div className={css.part}>
      <p>{t('ask.stationsIntro', { count })}</p>
      <AwaitedStations stations={waitingFor} />
      <Field
        label={t('ask.whyWithoutStations', { count })}
        value={words}
        onChange={onChange}
        testId="stations-words"
        area
      />
    </div>
  );
};

/** Only the server knows what is in the way: its sentence is shown, and whether it is a station is for the lead to read. */
const Unseen = ({ message, words, onChange }: PartProps & { readonly message: string | null }) => {
  const { t } = useTranslation();
  return (
    <div className={css.part}>
      <p>{t('ask.unseenIntro')}</p>
      {message !== null && <p data-testid="server-says">{message}</p>}
      <Field label={t('ask.whyWithoutUnseen')} value={words} onChange={onChange} testId="stations-words" area />
    </div>
  );
};

/**
 * Closing although required documents are missing or work of stations is still to come: a sentence for each that is so now,
 * then a press of one second. What was written stays here while its field is away: it may be wanted again.
 */
export const AskClosing = ({ onClose }: AskProps<'closeShipment'>) => {
  const { t } = useTranslation();
  const { shipment, session, online, format } = useDesk();
  const [waiver, setWaiver] = useState('');
  const [without, setWithout] = useState('');
  const finish = useFinish(onClose);
  const forbidden = closingForbidden(shipment, session.role, online);
  const blocks = blockedBy(shipment);
  const documents = blocks.includes('documents');
  const stations = blocks.includes('stations');
  const unseen = unseenBlock(shipment);
  const said = (!documents || waiver.trim() !== '') && (!stations || without.trim() !== '');
  const close = (): void =>
    finish('closeShipment', {
      ...(documents ? filled('waiver', waiver) : {}),
      ...(stations || unseen !== null ? filled('withoutStations', without) : {}),
    });
  return (
    <Dialog
      title={closingTitle(blocks, shipment.waitingFor.length, t)}
      onClose={onClose}
      testId="ask-reason"
      foot={
        <HoldButton
          // What it is closed without must not change under a press: then there is another button, pressed anew.
          key={JSON.stringify([forbidden, documents, stations && shipment.waitingFor.map(whose)])}
          disabled={forbidden !== null || !said}
          onHeld={close}
          testId="hold-confirm"
          command="closeShipment"
        >
          {t('do.closeShipment')}
        </HoldButton>
      }
    >
      {forbidden !== null && (
        <Notice kind="attention" role="status" testId="closing-forbidden" title={whyNotText(forbidden, t, format)} />
      )}
      {documents && <WithoutDocuments words={waiver} onChange={setWaiver} />}
      {stations && <WithoutStations words={without} onChange={setWithout} />}
      {unseen !== null && <Unseen message={unseen.message} words={without} onChange={setWithout} />}
      {forbidden === null && !documents && !stations && unseen === null && (
        <p role="status">{t('ask.nothingMissing')}</p>
      )}
    </Dialog>
  );
};
