import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useSave } from '../../hooks/use-save.ts';
import { newId } from '../../state/new-id.ts';

type Props = { readonly warehouseId: string; readonly onClose: () => void };

/** A lorry nobody announced: a fact, so it is recorded at once, online or not. */
export const ArrivalDialog = ({ warehouseId, onClose }: Props) => {
  const { t } = useTranslation();
  const { save, problem } = useSave();
  const [facts, setFacts] = useState({ trailer: '', carrier: '', poNumber: '', note: '' });
  const set = (name: keyof typeof facts) => (value: string) => setFacts({ ...facts, [name]: value });
  const filled = Object.fromEntries(
    Object.entries(facts)
      .map(([name, value]) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  );
  const named = 'trailer' in filled || 'carrier' in filled || 'poNumber' in filled;

  const record = async (): Promise<void> => {
    const saved = await save('recordUnplannedArrival', { shipmentId: newId(), warehouseId, ...filled }, null);
    if (saved) onClose();
  };

  return (
    <Dialog
      title={t('arrival.title')}
      onClose={onClose}
      testId="arrival-dialog"
      foot={
        <Button big look="primary" isDisabled={!named} onPress={() => void record()} data-testid="arrival-save">
          {t('arrival.save')}
        </Button>
      }
    >
      <p>
        {t('arrival.intro')} {t('arrival.which')}
      </p>
      {problem !== null && <ErrorNotice code={problem.code} />}
      <Field label={t('arrival.trailer')} value={facts.trailer} onChange={set('trailer')} testId="arrival-trailer" />
      <Field label={t('arrival.carrier')} value={facts.carrier} onChange={set('carrier')} />
      <Field label={t('arrival.po')} value={facts.poNumber} onChange={set('poNumber')} />
      <Field label={t('arrival.note')} value={facts.note} onChange={set('note')} maxLength={4000} area />
    </Dialog>
  );
};
