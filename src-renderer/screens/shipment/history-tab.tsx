import { History as HistoryIcon, LoaderCircle, WifiOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '#contract/wire/http.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Notice } from '../../components/notice.tsx';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { StatusChip } from '../../components/status-chip.tsx';
import { useHistory } from '../../hooks/use-history.ts';
import { useDesk } from './desk.ts';
import css from './tab.module.css';

/** A device's time may differ from the server's; only when it does by more than this are both shown. */
const SAME_MS = 120_000;

const WORDS = ['reason', 'waiver', 'withoutStations', 'note', 'text', 'fileName'] as const;

/** Free texts a command carried, each worth a line of its own. */
const wordsOf = (details: HistoryEntry['details']): { readonly name: string; readonly text: string }[] =>
  WORDS.flatMap((name) => {
    const text = details[name];
    return typeof text === 'string' && text !== '' ? [{ name, text }] : [];
  });

const HistoryRow = ({ entry }: { readonly entry: HistoryEntry }) => {
  const { t } = useTranslation();
  const { format, now } = useDesk();
  const late = Math.abs(Date.parse(entry.recordedAt) - Date.parse(entry.occurredAt)) > SAME_MS;
  return (
    <li className={css.history} data-testid="history-row" data-command={entry.command} data-outcome={entry.outcome}>
      <time className={css.time} dateTime={entry.occurredAt}>
        {format.when(entry.occurredAt, now)}
      </time>
      <div className={css.words}>
        <p>
          <strong>{entry.actor.name}</strong> {t(`did.${entry.command}`)}
        </p>
        {wordsOf(entry.details).map(({ name, text }) => (
          <p key={name} className={css.sub}>
            {text}
          </p>
        ))}
        {late && <p className={css.sub}>{t('history.recordedLater', { time: format.when(entry.recordedAt, now) })}</p>}
        {entry.outcome === 'superseded' && <Chip meaning="attention" look="quiet" word={t('history.superseded')} />}
      </div>
      {entry.toStatus !== null && entry.outcome === 'applied' && <StatusChip status={entry.toStatus} />}
    </li>
  );
};

/** Who did what and when, newest first. Fetched from the server; an older copy says how old it is. */
export const HistoryTab = () => {
  const { t } = useTranslation();
  const { shipment, format, now } = useDesk();
  const { phase, view, again } = useHistory(shipment.id, shipment.updatedAt);
  if (view === null && phase === 'loading') return <EmptyState icon={LoaderCircle} title={t('history.loading')} />;
  if (view === null || view.fetchedAt === null)
    return (
      <EmptyState icon={WifiOff} title={t('history.offlineTitle')} text={t('history.offlineText')}>
        <Button big onPress={again}>
          {t('history.retry')}
        </Button>
      </EmptyState>
    );
  if (view.history.length === 0)
    return <EmptyState icon={HistoryIcon} title={t('history.emptyTitle')} text={t('history.emptyText')} />;
  const newestFirst = [...view.history].sort((a, b) => (b.seq ?? 0) - (a.seq ?? 0));
  return (
    <div className={css.tab}>
      <div className={css.tools}>
        {view.stale && (
          <Notice kind="attention" title={t('history.stale', { time: format.when(view.fetchedAt, now) })} />
        )}
      </div>
      <ScrollArea label={t('tab.history')} className={css.scroll}>
        <ol className={css.list}>
          {newestFirst.map((entry) => (
            <HistoryRow key={entry.id} entry={entry} />
          ))}
        </ol>
      </ScrollArea>
    </div>
  );
};
