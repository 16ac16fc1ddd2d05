import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../components/cx.ts';
import { useStation } from '../../state/station-context.tsx';
import { useDesk } from './desk.ts';
import css from './shipment.module.css';

const Fact = ({ name, whole = false, children }: { name: string; whole?: boolean; children: ReactNode }) => (
  <div className={cx(css.fact, whole && css.whole)}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** What is known about the shipment. Absent facts show as a dash where people look for them, else not at all. */
export const Facts = () => {
  const { t } = useTranslation();
  const { shipment, format, now } = useDesk();
  const door = useStation((state) => state.doors.find(({ id }) => id === shipment.doorId)?.name);
  const none = t('shipment.none');
  const when = (instant: string | null): string => (instant === null ? none : format.when(instant, now));
  const ended = shipment.closedAt ?? shipment.receivedAt;
  return (
    <dl className={css.facts} aria-label={t('shipment.facts')}>
      <Fact name={t('shipment.supplier')} whole>
        {shipment.supplierName ?? none}
      </Fact>
      <Fact name={t('shipment.po')} whole>
        {shipment.poNumber ?? none}{' '}
        {shipment.poNumbers.length > 1 && (
          <span className={css.more} title={shipment.poNumbers.join(', ')}>
            {t('shipment.morePos', { count: shipment.poNumbers.length - 1 })}
          </span>
        )}
      </Fact>
      <Fact name={t('shipment.carrier')} whole={(shipment.carrier?.length ?? 0) > 14}>
        {shipment.carrier ?? none}
      </Fact>
      <Fact name={t('shipment.trailer')}>{shipment.trailer ?? none}</Fact>
      <Fact name={t('shipment.door')}>{door ?? none}</Fact>
      <Fact name={t('shipment.eta')}>{when(shipment.eta)}</Fact>
      <Fact name={t('shipment.arrived')}>{when(shipment.arrivedAt)}</Fact>
      {ended !== null && (
        <Fact name={t(shipment.closedAt === null ? 'shipment.received' : 'shipment.closed')}>{when(ended)}</Fact>
      )}
      <Fact name={t('shipment.lines')}>
        {shipment.countedLines} / {shipment.lineCount}
      </Fact>
      {shipment.seal !== null && <Fact name={t('shipment.seal')}>{shipment.seal}</Fact>}
      {shipment.billOfLading !== null && <Fact name={t('shipment.bol')}>{shipment.billOfLading}</Fact>}
      {shipment.reason !== null && (
        <Fact name={t('shipment.reason')} whole>
          {shipment.reason}
        </Fact>
      )}
    </dl>
  );
};
