import { useTranslation } from 'react-i18next';
import { blockedBy } from '#contract/domain/next-action.ts';
import { isOpen } from '#contract/domain/status.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import type { SaveProblem } from '../../hooks/use-save.ts';
import { useStationApi } from '../../state/station-context.tsx';
import { useDesk } from './desk.ts';
import css from './shipment.module.css';

/** What keeps the shipment from being closed, in one plain line. */
const BlockedBy = () => {
  const { t } = useTranslation();
  const { shipment, format } = useDesk();
  const blocks = isOpen(shipment.status) ? blockedBy(shipment) : [];
  if (blocks.length === 0) return null;
  const words = blocks.map((block) =>
    block === 'hold' ? t('shipment.blockedHold', { count: shipment.activeHolds }) : t('shipment.blockedDocuments'),
  );
  return <Notice kind="attention" testId="blocked-by" title={`${t('shipment.blockedBy')}: ${format.list(words)}`} />;
};

type Props = { readonly problem: SaveProblem | null; readonly onDismiss: () => void };

/** What must be read before going on: a save that failed, work the server refused, what blocks closing. */
export const Notices = ({ problem, onDismiss }: Props) => {
  const { t } = useTranslation();
  const station = useStationApi();
  const { shipment } = useDesk();
  const refused = shipment.pending.filter(({ state }) => state === 'needs_person');
  return (
    <div className={css.notices}>
      {problem !== null && (
        <ErrorNotice
          code={problem.code}
          title={t('shipment.refusedWork', { action: t(`do.${problem.command}`) })}
          testId="save-error"
          action={<Button onPress={onDismiss}>{t('offline.dismiss')}</Button>}
        />
      )}
      {refused.map((item) => (
        <ErrorNotice
          key={`${item.clientId}/${item.n}`}
          code={item.code ?? 'internal'}
          title={t('shipment.refusedWork', { action: t(`do.${item.type}`) })}
          testId="refused-work"
          action={
            <Button onPress={() => void station.markHandled(item.clientId, item.n)}>{t('shipment.handled')}</Button>
          }
        />
      ))}
      <BlockedBy />
    </div>
  );
};
