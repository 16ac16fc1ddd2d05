import { useTranslation } from 'react-i18next';
import { commandRule } from '#contract/domain/command-table.ts';
import { blockedBy } from '#contract/domain/next-action.ts';
import { isOpen } from '#contract/domain/status.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import type { SaveProblem } from '../../hooks/use-save.ts';
import { useStationApi } from '../../state/station-context.tsx';
import { AwaitedStations } from './awaited-stations.tsx';
import { useDesk } from './desk.ts';
import css from './shipment.module.css';

/** Stations named under the line; the rest are counted, so that the lines of the shipment keep their room. */
const NAMED = 3;

/** What keeps the shipment from being closed, in one plain line; under it the stations that closing waits for. */
const BlockedBy = () => {
  const { t } = useTranslation();
  const { shipment, session, format } = useDesk();
  const blocks = isOpen(shipment.status) ? blockedBy(shipment) : [];
  if (blocks.length === 0) return null;
  const words = {
    hold: t('shipment.blockedHold', { count: shipment.activeHolds }),
    documents: t('shipment.blockedDocuments'),
    stations: t('shipment.blockedStations'),
  };
  const mayClose = commandRule('closeShipment').who.includes(session.role);
  const title = `${t('shipment.blockedBy')}: ${format.list(blocks.map((block) => words[block]))}`;
  if (!blocks.includes('stations')) return <Notice kind="attention" testId="blocked-by" title={title} />;
  return (
    <Notice kind="attention" testId="blocked-by" title={title}>
      <AwaitedStations stations={shipment.waitingFor} most={NAMED} />
      <p>
        {t(mayClose ? 'shipment.stationsWait' : 'shipment.stationsWaitLead', { count: shipment.waitingFor.length })}
      </p>
    </Notice>
  );
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
