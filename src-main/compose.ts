import { serveBundle } from './shell/app-protocol.ts';
import { appVersion, devServer, pageSession, paths } from './shell/application.ts';
import { openBridge } from './shell/bridge.ts';
import { lockDown } from './shell/lock-down.ts';
import { openLog } from './shell/log-file.ts';
import { createNotifier } from './shell/notifier.ts';
import { onWake } from './shell/power.ts';
import { SettingsFile } from './shell/settings-file.ts';
import { newId, sha256, systemClock } from './shell/system-clock.ts';
import { tokenCipher } from './shell/token-cipher.ts';
import { trustSystemCertificates } from './shell/trust-system-certificates.ts';
import { applyTheme, createWindow, raise } from './shell/window.ts';
import { createStation } from './station.ts';

export type Running = {
  /** Brings the window up and, if one is named, a shipment's screen. */
  readonly show: (shipmentId: string | null) => void;
  readonly stop: () => Promise<void>;
};

const environment = () => {
  const { DOCKLINE_SERVER_URL: serverUrl, DOCKLINE_TOKEN: token, DOCKLINE_STATION_NAME: stationName } = process.env;
  return {
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(token === undefined ? {} : { token }),
    ...(stationName === undefined ? {} : { stationName }),
  };
};

/**
 * Builds the station in its order: log, settings, data, bridge, window, and last the link, so that the window is on its
 * way before the network is asked for anything. Call when Electron is ready.
 */
export const compose = async (openFirst: string | null): Promise<Running> => {
  const clock = systemClock;
  const now = (): number => clock.now();
  const { data, log: logPath, preload, page } = paths();
  const log = openLog(logPath, now);
  const devUrl = devServer();
  log('station.starting', { app: appVersion() });
  trustSystemCertificates(log);

  const settings = new SettingsFile({
    file: `${data}/settings.json`,
    cipher: tokenCipher,
    environment: environment(),
    now,
    log,
    onChange: ({ theme }) => applyTheme(theme),
  });
  applyTheme(settings.settings().theme);

  const show = (shipmentId: string | null): void => {
    raise(window);
    if (shipmentId !== null) bridge.openScreen(shipmentId);
  };
  const toasts = createNotifier({ log, onClick: show, isSilent: () => !settings.settings().sounds });
  const station = createStation({
    dir: data,
    app: appVersion(),
    clock,
    random: Math.random,
    newId,
    hash: sha256,
    log,
    settings,
    toasts,
    push: (channel, payload) => bridge.push(channel, payload),
  });

  const session = pageSession();
  lockDown(session, devUrl, log);
  if (devUrl === null) serveBundle(session, page);
  const bridge = openBridge({ window: () => window, handlers: station.handlers, devUrl, log });
  const window = createWindow({ session, preload, devUrl, clock, log });
  if (openFirst !== null) bridge.openScreen(openFirst);
  await station.start();
  const endWake = onWake(clock, () => station.retryNow());

  return {
    show,
    // New requests first, then the link and the files; the window is Electron's to close.
    stop: async () => {
      endWake();
      bridge.dispose();
      await station.stop();
      log('station.stopped');
    },
  };
};
