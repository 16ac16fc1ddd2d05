import { ArrowLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Viewer } from '#contract/wire/presence.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { LatenessChip, QualityChip, ReadinessChip, StatusChip } from '../../components/status-chip.tsx';
import { latenessOf } from '../../state/lateness.ts';
import { useScreens } from '../../state/station-context.tsx';
import { useDesk } from './desk.ts';
import css from './shipment.module.css';

/** Leads to the screen the shipment was opened from. */
export const BackButton = () => {
  const { t } = useTranslation();
  const back = useScreens((state) => state.back);
  return (
    <Button look="quiet" big aria-label={t('app.back')} data-testid="back" onPress={back}>
      <ArrowLeft className={css.arrow} aria-hidden="true" />
    </Button>
  );
};

/** Everybody else at this shipment, once each however many stations they use. */
export const othersOf = (viewers: readonly Viewer[], userId: string): Viewer[] => [
  ...new Map(viewers.filter((viewer) => viewer.userId !== userId).map((viewer) => [viewer.userId, viewer])).values(),
];

/** More names than this no longer fit; the rest are counted. */
const NAMED = 3;

const Presence = () => {
  const { t } = useTranslation();
  const { shipment, session } = useDesk();
  const others = othersOf(shipment.viewers, session.userId);
  const [first, second] = shipment.typing;
  return (
    <div className={css.presence}>
      {others.length > 0 && (
        <ul className={css.viewers} aria-label={t('shipment.viewers')} data-testid="viewers">
          {others.slice(0, NAMED).map((viewer) => (
            <li key={viewer.userId} className={css.viewer}>
              <Avatar name={viewer.userName} />
              <span>{viewer.userName}</span>
            </li>
          ))}
          {others.length > NAMED && <li>{t('alert.more', { count: others.length - NAMED })}</li>}
        </ul>
      )}
      <span aria-live="polite">
        {first !== undefined && (
          <span className={css.typing} data-testid="typing">
            {second === undefined
              ? t('shipment.typingOne', { name: first })
              : shipment.typing.length === 2
                ? t('shipment.typingTwo', { first, second })
                : t('shipment.typingMany')}
          </span>
        )}
      </span>
    </div>
  );
};

/** Number, status and the facts that stand beside the status: quality, papers, lateness, not sent. */
export const ShipmentHeader = () => {
  const { t } = useTranslation();
  const { shipment, format, now } = useDesk();
  // How late a lorry was stops mattering once somebody works on it; the facts keep both times.
  const stillComing =
    shipment.status === 'announced' || shipment.status === 'in_transit' || shipment.status === 'arrived';
  const unsent = shipment.pending.filter(({ state }) => state === 'unsent' || state === 'sent').length;
  return (
    <header className={css.head}>
      <BackButton />
      <div className={css.titles}>
        <div className={css.first}>
          <h1 className={css.number}>{shipment.number}</h1>
          <StatusChip status={shipment.status} className={css.status ?? ''} />
          {unsent > 0 && (
            <span className={css.status} title={t('shipment.provisional')}>
              <Chip meaning="attention" look="quiet" word={t('connection.unsent', { count: unsent })} />
            </span>
          )}
        </div>
        <div className={css.second}>
          <span className={css.supplier}>
            {[shipment.poNumber, shipment.supplierName ?? t('board.noSupplier')].filter(Boolean).join(' · ')}
          </span>
          {shipment.quality !== 'not_required' && <QualityChip quality={shipment.quality} />}
          <ReadinessChip readiness={shipment.readiness} />
          {stillComing && <LatenessChip lateness={latenessOf(shipment, now)} format={format} />}
          {shipment.unplanned && <Chip meaning="attention" look="quiet" word={t('board.unplanned')} />}
        </div>
      </div>
      <Presence />
    </header>
  );
};
