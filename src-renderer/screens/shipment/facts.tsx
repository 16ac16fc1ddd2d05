import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStation } from '../../state/station-context.tsx';
import { useDesk } from './desk.ts';
import css from './shipment.module.css';

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className={css.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** A shipment may cover hundreds of orders; the first few tell it apart. */
const SHOWN_POS = 3;

/** What is known about the shipment. Absent facts show as a dash where people look for them, else not at all. */
export const Facts = () => {
  const { t } = useTranslation();
  const { shipment, format, now } = useDesk();
  const door = useStation((state) => state.doors.find(({ id }) => id === shipment.doorId)?.name);
  const none = t('shipment.none');
  const when = (instant: string | null): string => (instant === null ? none : format.when(instant, now));
  const hidden = shipment.poNumbers.length - SHOWN_POS;
  const more = hidden > 0 ? [t('shipment.morePos', { count: hidden })] : [];
  const ended = shipment.closedAt ?? shipment.receivedAt;
  return (
    <dl className={css.facts}>
      {shipment.poNumbers.length > 1 && (
        <Fact name={t('shipment.po')}>{format.list(shipment.poNumbers.slice(0, SHOWN_POS).concat(more))}</Fact>
      )}
      <Fact name={t('shipment.carrier')}>{shipment.carrier ?? none}</Fact>
      <Fact name={t('shipment.trailer')}>
        {shipment.trailer ?? none}
        {shipment.seal !== null && ` · ${t('shipment.seal', { seal: shipment.seal })}`}
      </Fact>
      <Fact name={t('shipment.door')}>{door ?? none}</Fact>
      <Fact name={t('shipment.eta')}>{when(shipment.eta)}</Fact>
      <Fact name={t('shipment.arrived')}>{when(shipment.arrivedAt)}</Fact>
      {ended !== null && (
        <Fact name={t(shipment.closedAt === null ? 'shipment.received' : 'shipment.closed')}>{when(ended)}</Fact>
      )}
      <Fact name={t('shipment.lines')}>
        {t('shipment.counted', { counted: shipment.countedLines, total: shipment.lineCount })}
      </Fact>
      {shipment.billOfLading !== null && <Fact name={t('shipment.bol')}>{shipment.billOfLading}</Fact>}
      <Fact name={t('shipment.since')}>
        {t('shipment.sinceText', { time: when(shipment.statusChangedAt), who: shipment.statusChangedBy })}
      </Fact>
      {shipment.reason !== null && <Fact name={t('shipment.reason')}>{shipment.reason}</Fact>}
    </dl>
  );
};
