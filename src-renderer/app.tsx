import { CircleAlert, LoaderCircle } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { StationApi } from '#contract/bridge/station-api.ts';
import css from './app.module.css';
import { AlertBar } from './components/alert-bar.tsx';
import { Button } from './components/button.tsx';
import { EmptyState } from './components/empty-state.tsx';
import { FrameBar } from './components/frame-bar.tsx';
import { LoadingBar } from './components/loading-bar.tsx';
import { NavRail } from './components/nav-rail.tsx';
import { OfflineIndicator } from './components/offline-indicator.tsx';
import { StandingNotices } from './components/standing-notices.tsx';
import { BoardScreen } from './screens/board.tsx';
import { InboxScreen } from './screens/inbox.tsx';
import { SettingsScreen } from './screens/settings.tsx';
import { SetupScreen } from './screens/setup.tsx';
import { ShipmentScreen } from './screens/shipment.tsx';
import { WorkScreen } from './screens/work.tsx';
import { applySettings } from './state/screen-size.ts';
import type { ScreenStore } from './state/screen-store.ts';
import { StationProvider, useScreens, useStation, useStationApi } from './state/station-context.tsx';
import type { StationStore } from './state/station-store.ts';

/** Makes millimetres true and the theme chosen; again when the window moves to another display. */
const useScreenSettings = (): void => {
  const inches = useStation((state) => state.settings.screenInches);
  const theme = useStation((state) => state.settings.theme);
  useEffect(() => {
    const apply = (): void => applySettings(document.documentElement, window.screen, { screenInches: inches, theme });
    apply();
    window.addEventListener('resize', apply);
    return () => window.removeEventListener('resize', apply);
  }, [inches, theme]);
};

/** A notification clicked outside the page leads to its shipment. */
const useOutsideRequests = (): void => {
  const station = useStationApi();
  const go = useScreens((state) => state.go);
  useEffect(() => station.onScreenOpen(({ shipmentId }) => go({ name: 'shipment', shipmentId })), [station, go]);
};

const CurrentScreen = () => {
  const screen = useScreens((state) => state.screen);
  switch (screen.name) {
    case 'board':
      return <BoardScreen />;
    case 'shipment':
      return <ShipmentScreen key={screen.shipmentId} shipmentId={screen.shipmentId} />;
    case 'inbox':
      return <InboxScreen />;
    case 'work':
      return <WorkScreen />;
    case 'settings':
      return <SettingsScreen />;
    case 'setup':
      return <SetupScreen />;
  }
};

const Station = () => {
  const { t } = useTranslation();
  const phase = useStation((state) => state.phase);
  const start = useStation((state) => state.start);
  const connected = useStation((state) => state.session !== null);
  useScreenSettings();
  useOutsideRequests();

  if (phase === 'starting')
    return (
      <main className={css.alone}>
        <EmptyState icon={LoaderCircle} title={t('app.starting')} />
      </main>
    );
  if (phase === 'failed')
    return (
      <main className={css.alone}>
        <EmptyState icon={CircleAlert} title={t('app.failedTitle')} text={t('app.failedText')}>
          <Button big look="primary" onPress={() => void start()}>
            {t('app.retry')}
          </Button>
        </EmptyState>
      </main>
    );
  if (!connected)
    return (
      <div className={css.app}>
        <div className={css.alerts}>
          <StandingNotices />
        </div>
        <main className={css.setup}>
          <SetupScreen />
        </main>
      </div>
    );
  return (
    <div className={css.app}>
      <a className={css.skip} href="#main">
        {t('app.skip')}
      </a>
      <div className={css.bar}>
        <FrameBar />
      </div>
      <div className={css.alerts}>
        <StandingNotices />
        <LoadingBar />
        <AlertBar />
      </div>
      <div className={css.rail}>
        <NavRail />
      </div>
      <main id="main" className={css.main} tabIndex={-1}>
        <CurrentScreen />
      </main>
      <OfflineIndicator />
    </div>
  );
};

type Props = { readonly station: StationApi; readonly store: StationStore; readonly screens: ScreenStore };

/** The page over a bridge and its two stores; all three are handed in, so that tests start it over a fake. */
export const App = ({ station, store, screens }: Props) => (
  <StationProvider station={station} store={store} screens={screens}>
    <Station />
  </StationProvider>
);
