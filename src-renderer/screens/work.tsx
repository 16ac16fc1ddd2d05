import { CircleCheckBig } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { WorkItem } from '#contract/bridge/view.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import type { Meaning } from '../components/shape.tsx';
import { useNow } from '../hooks/use-now.ts';
import { useZone } from '../hooks/use-place.ts';
import { useScreens, useStation, useStationApi } from '../state/station-context.tsx';
import css from './page.module.css';

const MEANING: { readonly [S in WorkItem['state']]: Meaning } = {
  unsent: 'waiting',
  sent: 'progress',
  needs_person: 'failed',
  handled: 'done',
};

const WorkRow = ({ item }: { readonly item: WorkItem }) => {
  const { t } = useTranslation();
  const station = useStationApi();
  const go = useScreens((state) => state.go);
  const format = useZone();
  const now = useNow(60);
  const { shipmentId } = item;
  const isFromStation = item.from === 'station';
  const isNotice = isFromStation && item.state === 'needs_person';
  return (
    <li className={css.item} data-testid="work-row" data-state={item.state} data-n={item.n}>
      <span className={css.state}>
        <Chip
          meaning={isNotice ? 'attention' : MEANING[item.state]}
          word={t(isNotice ? 'work.stationState' : `work.state.${item.state}`)}
          look="quiet"
        />
      </span>
      <div className={css.words}>
        <p className={css.main}>
          {isFromStation
            ? t('work.fromStation')
            : `${t(`do.${item.type}`)} · ${item.shipmentNumber ?? t('work.noShipment')}`}
        </p>
        {isFromStation && <p>{item.message}</p>}
        {item.code !== null && (
          <p>
            {t(`errors.${item.code}.what`)} {t(`errors.${item.code}.act`)}
          </p>
        )}
        <p className={css.sub}>
          {format.when(item.occurredAt, now)}
          {!isFromStation && ` · ${t('work.piece', { n: item.n })}`}
          {!isFromStation && item.message !== null && item.message !== '' && ` · ${item.message}`}
        </p>
      </div>
      <div className={css.end}>
        {shipmentId !== null && <Button onPress={() => go({ name: 'shipment', shipmentId })}>{t('work.open')}</Button>}
        {item.state === 'needs_person' && (
          <Button
            look="primary"
            data-testid="work-handled"
            onPress={() => void station.markHandled(item.clientId, item.n)}
          >
            {t('work.markHandled')}
          </Button>
        )}
      </div>
    </li>
  );
};

const SECTIONS = [
  { title: 'work.needsPerson', states: ['needs_person'] },
  { title: 'work.waiting', states: ['unsent', 'sent'] },
  { title: 'work.handled', states: ['handled'] },
] as const;

/** Everything the server has not accepted: when, what, why. Nothing here can be deleted, only handled. */
export const WorkScreen = () => {
  const { t } = useTranslation();
  const work = useStation((state) => state.work);
  const station = useStationApi();
  const waiting = work.some(({ state }) => state === 'unsent');
  return (
    <div className={css.page} data-testid="work">
      <header className={css.head}>
        <div className={css.titles}>
          <h1 className={css.title}>{t('work.title')}</h1>
          <p className={css.intro}>{t('work.intro')}</p>
        </div>
        {waiting && (
          <Button big onPress={() => void station.retryNow()}>
            {t('work.retry')}
          </Button>
        )}
      </header>
      <div className={css.body}>
        {work.length === 0 && (
          <EmptyState icon={CircleCheckBig} title={t('work.emptyTitle')} text={t('work.emptyText')} />
        )}
        {SECTIONS.map(({ title, states }) => {
          const items = work.filter(({ state }) => (states as readonly WorkItem['state'][]).includes(state));
          if (items.length === 0) return null;
          return (
            <section key={title} className={css.section} aria-label={t(title)}>
              <h2>
                {t(title)} <span className={css.count}>{items.length}</span>
              </h2>
              {title === 'work.needsPerson' && <p className={css.intro}>{t('work.markHandledHint')}</p>}
              <ul className={css.list}>
                {items.map((item) => (
                  <WorkRow key={`${item.clientId}/${item.n}`} item={item} />
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </div>
  );
};
