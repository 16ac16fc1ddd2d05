import { Inbox } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { InboxItem } from '#contract/bridge/view.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import type { Meaning } from '../components/shape.tsx';
import { useNow } from '../hooks/use-now.ts';
import { useZone } from '../hooks/use-place.ts';
import { useScreens, useStation, useStationApi } from '../state/station-context.tsx';
import css from './page.module.css';

const MEANING: { readonly [K in InboxItem['kind']]: Meaning } = {
  status: 'progress',
  inspection: 'inspection',
  rejection: 'failed',
  hold: 'attention',
  document: 'waiting',
  announced: 'waiting',
  digest: 'waiting',
};

const InboxRow = ({ item }: { readonly item: InboxItem }) => {
  const { t } = useTranslation();
  const station = useStationApi();
  const go = useScreens((state) => state.go);
  const format = useZone();
  const now = useNow(60);
  const { shipmentId } = item;
  return (
    <li className={css.item} data-testid="inbox-item" data-seq={item.seq} data-seen={item.seen}>
      <span className={css.state}>
        <Chip meaning={MEANING[item.kind]} word={t(`inbox.kind.${item.kind}`)} look={item.seen ? 'quiet' : 'filled'} />
      </span>
      <div className={css.words}>
        <p className={css.main}>
          {!item.seen && <span className="unseen">{t('inbox.new')}: </span>}
          {item.title}
        </p>
        <p className={css.sub}>
          {format.when(item.at, now)}
          {item.body !== '' && ` · ${item.body}`}
        </p>
      </div>
      <div className={css.end}>
        {!item.seen && <Button onPress={() => void station.markSeen([item.seq])}>{t('inbox.markSeen')}</Button>}
        {shipmentId !== null && (
          <Button
            look="primary"
            onPress={() => {
              if (!item.seen) void station.markSeen([item.seq]);
              go({ name: 'shipment', shipmentId });
            }}
          >
            {t('inbox.open')}
          </Button>
        )}
      </div>
    </li>
  );
};

/** What concerns the signed-in person, newest first; the same messages as the alerts, kept until seen and after. */
export const InboxScreen = () => {
  const { t } = useTranslation();
  const inbox = useStation((state) => state.inbox);
  const station = useStationApi();
  const unseen = inbox.filter(({ seen }) => !seen).map(({ seq }) => seq);
  const newestFirst = [...inbox].sort((a, b) => b.seq - a.seq);
  return (
    <div className={css.page} data-testid="inbox">
      <header className={css.head}>
        <h1 className={css.title}>{t('inbox.title')}</h1>
        {unseen.length > 0 && (
          <Button big onPress={() => void station.markSeen(unseen)} data-testid="inbox-mark-all">
            {t('inbox.markAll')}
          </Button>
        )}
      </header>
      <div className={css.body}>
        {inbox.length === 0 ? (
          <EmptyState icon={Inbox} title={t('inbox.emptyTitle')} text={t('inbox.emptyText')} />
        ) : (
          <ul className={css.list} aria-label={t('inbox.title')}>
            {newestFirst.map((item) => (
              <InboxRow key={item.seq} item={item} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
};
