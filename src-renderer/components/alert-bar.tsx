import { BellRing, X } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { InboxItem } from '#contract/bridge/view.ts';
import { play } from '../state/sounds.ts';
import { useScreens, useStation, useStationApi, useStationStore } from '../state/station-context.tsx';
import css from './alert-bar.module.css';
import { Button } from './button.tsx';

/** Sounds once for every new alert, unless this station is mute. */
const useAlertSound = (newest: InboxItem | undefined): void => {
  const store = useStationStore();
  const seq = newest?.seq;
  useEffect(() => {
    if (seq !== undefined && store.getState().settings.sounds) play('alert');
  }, [seq, store]);
};

/**
 * Alerts inside the app, newest first, until dismissed: kiosks have the system's own notifications switched off. Opening
 * or dismissing marks the message seen; it stays in the inbox.
 */
export const AlertBar = () => {
  const { t } = useTranslation();
  const alerts = useStation((state) => state.alerts);
  const dismiss = useStation((state) => state.dismissAlert);
  const station = useStationApi();
  const go = useScreens((state) => state.go);
  const newest = alerts[0];
  useAlertSound(newest);

  const done = (item: InboxItem): void => {
    dismiss(item.seq);
    void station.markSeen([item.seq]);
  };

  return (
    <section className={css.region} aria-label={t('alert.label')} aria-live="assertive">
      {newest !== undefined && (
        <div className={css.alert} data-testid="alert" data-seq={newest.seq}>
          <BellRing aria-hidden="true" />
          <p className={css.words}>
            <span className={css.title}>{newest.title}</span>
            <span className={css.body}>{newest.body}</span>
            {alerts.length > 1 && <span>{t('alert.more', { count: alerts.length - 1 })}</span>}
          </p>
          <Button
            className={css.action}
            data-testid="alert-open"
            onPress={() => {
              done(newest);
              go(newest.shipmentId === null ? { name: 'inbox' } : { name: 'shipment', shipmentId: newest.shipmentId });
            }}
          >
            {t(newest.shipmentId === null ? 'alert.inbox' : 'alert.open')}
          </Button>
          <Button
            className={css.action}
            aria-label={t('alert.dismiss')}
            data-testid="alert-dismiss"
            onPress={() => done(newest)}
          >
            <X aria-hidden="true" />
          </Button>
        </div>
      )}
    </section>
  );
};
