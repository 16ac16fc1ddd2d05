import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import { useNow } from '../hooks/use-now.ts';
import { useZone } from '../hooks/use-place.ts';
import { minutesSince } from '../state/lateness.ts';
import { useStation } from '../state/station-context.tsx';
import { Button } from './button.tsx';
import css from './offline-indicator.module.css';
import { type Meaning, Shape } from './shape.tsx';

type Kind = 'offline' | 'polling' | 'refused';

const MEANING: { readonly [K in Kind]: Meaning } = { offline: 'attention', polling: 'progress', refused: 'failed' };

/**
 * What the indicator says of a connection; null when it stays hidden. A first attempt is not an outage, but further
 * attempts are: otherwise the box would blink with every try.
 */
export const indicatorKind = (state: ConnectionState): Kind | null => {
  switch (state.kind) {
    case 'live':
      return null;
    case 'connecting':
      return state.attempt > 1 ? 'offline' : null;
    default:
      return state.kind;
  }
};

/** Bottom right while the station is not live: what that means, how old the data is, and that work is saved. */
export const OfflineIndicator = () => {
  const { t } = useTranslation();
  const kind = useStation((state) => indicatorKind(state.connection));
  const syncedAt = useStation((state) => state.syncedAt);
  const coverage = useStation((state) => state.coverage);
  const format = useZone();
  const now = useNow(15);
  const [dismissed, setDismissed] = useState<Kind | null>(null);

  // Dismissing is for this outage only: once live again, the next one shows.
  if (kind === null && dismissed !== null) setDismissed(null);
  if (kind === null || kind === dismissed) return null;

  return (
    <aside className={css.box} data-testid="offline-indicator" data-kind={kind} aria-label={t(`offline.${kind}Title`)}>
      <span className={css.shape}>
        <Shape meaning={MEANING[kind]} />
      </span>
      <output>
        <p className={css.title}>{t(`offline.${kind}Title`)}</p>
        <p className={css.text}>{t(`offline.${kind}Text`)}</p>
        <p className={css.text}>
          {syncedAt === null
            ? t(coverage === 'none' ? 'offline.never' : 'offline.part')
            : t('offline.age', { time: format.when(syncedAt, now), ago: format.duration(minutesSince(syncedAt, now)) })}
        </p>
      </output>
      <Button look="quiet" aria-label={t('offline.dismiss')} onPress={() => setDismissed(kind)}>
        <X aria-hidden="true" />
      </Button>
    </aside>
  );
};
