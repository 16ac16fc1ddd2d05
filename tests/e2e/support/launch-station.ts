// A station under test: no window on the tester's screen unless DOCKLINE_HEADED is set, and nothing of the test runner's
// own settings in the app.
import {
  launchStation as launch,
  type Station as RunningStation,
  type StationOptions as RunningStationOptions,
} from '../../../tools/electron-stand-in/launch-station.ts';

export type Station = RunningStation;
export type StationOptions = RunningStationOptions;

const runnersOwn = /^(?:NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|VITEST.*|TEST|PROD|DEV|MODE)$/;

/** @throws Error when the station shows no window within a minute; its output is in the message. */
export const launchStation = (options: StationOptions): Promise<Station> => {
  const without = Object.keys(process.env).filter((name) => runnersOwn.test(name));
  const headless = process.env.DOCKLINE_HEADED ? undefined : '1';
  const env = { ...Object.fromEntries(without.map((name) => [name, undefined])), DOCKLINE_HEADLESS: headless };
  return launch({ ...options, env: { ...env, ...options.env } });
};
