import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { connectionWords } from '../../components/connection-words.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useZone } from '../../hooks/use-place.ts';
import { minutesOf } from '../../state/clock-error.ts';
import { useScreens, useStation, useStationApi } from '../../state/station-context.tsx';
import css from '../settings.module.css';

/** Clocks closer than this count as agreeing. */
const AGREES_MS = 1500;

/** How the station is connected, as whom, how fresh its data is and how right its clock. */
export const ConnectionCard = () => {
  const { t } = useTranslation();
  const station = useStationApi();
  const format = useZone();
  const go = useScreens((state) => state.go);
  const connection = useStation((state) => state.connection);
  const session = useStation((state) => state.session);
  const syncedAt = useStation((state) => state.syncedAt);
  const coverage = useStation((state) => state.coverage);
  const offset = useStation((state) => state.clockOffsetMs);
  const warehouses = useStation((state) => state.warehouses);
  const everywhere = session?.warehouses.includes('*') === true;
  const { meaning, word } = connectionWords(connection, coverage, t, format);
  const clock = (): string => {
    if (offset === null) return t('settings.clockUnknown');
    if (Math.abs(offset) < AGREES_MS) return t('settings.clockRight');
    const duration = format.duration(minutesOf(offset));
    return t(offset > 0 ? 'settings.clockAhead' : 'settings.clockBehind', { duration });
  };
  const facts: readonly (readonly [string, string])[] = [
    [t('settings.server'), session?.serverUrl ?? ''],
    [t('settings.person'), session === null ? '' : `${session.name}, ${t(`roles.${session.role}`)}`],
    [
      t('settings.warehouses'),
      everywhere ? t('settings.allWarehouses') : format.list(warehouses.map(({ name }) => name)),
    ],
    [t('settings.expires'), session === null ? '' : format.full(session.expiresAt)],
    [t('settings.synced'), syncedAt === null ? t('settings.neverSynced') : format.full(syncedAt)],
    [t('settings.clock'), clock()],
  ];
  return (
    <section className={css.card} aria-label={t('settings.connection')}>
      <h2>{t('settings.connection')}</h2>
      <div className={css.row}>
        <Chip meaning={meaning} word={word} />
        {connection.kind === 'live' && connection.latencyMs !== null && (
          <Chip
            meaning="waiting"
            look="quiet"
            word={t('connection.latency', { ms: Math.round(connection.latencyMs) })}
          />
        )}
      </div>
      {connection.kind === 'refused' && <ErrorNotice code={connection.code} />}
      <dl className={css.facts}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={css.row}>
        <Button onPress={() => void station.retryNow()} data-testid="retry-now">
          {t('connection.retry')}
        </Button>
        <Button onPress={() => go({ name: 'setup' })} data-testid="reconnect">
          {t('connection.reconnect')}
        </Button>
      </div>
    </section>
  );
};
