import { App } from '../app.tsx';
import { createScreenStore, type Screen, type ScreenStore } from '../state/screen-store.ts';
import { createStationStore, type StationStore } from '../state/station-store.ts';
import { startText } from '../text/i18n.ts';
import type { FakeStation } from './fake-station.ts';

// jsdom lays nothing out. A window of 900 px and rows of 90 are enough for virtual lists to show their first rows.
const WINDOW = 900;
const ROW = 90;

/** Gives every element a height; call once before rendering lists. */
export const giveSizes = (): void => {
  const height = { configurable: true, get: () => WINDOW };
  Object.defineProperties(HTMLElement.prototype, {
    clientHeight: height,
    clientWidth: { configurable: true, get: () => 1280 },
    offsetHeight: {
      configurable: true,
      get(this: HTMLElement) {
        return this.dataset.index === undefined ? WINDOW : ROW;
      },
    },
    offsetWidth: { configurable: true, get: () => 1280 },
  });
};

export type Page = { readonly element: React.JSX.Element; readonly store: StationStore; readonly screens: ScreenStore };

/** The whole page over a fake station, started and on the given screen; patches are applied as they come. */
export const openPage = async (fake: FakeStation, screen?: Screen): Promise<Page> => {
  startText();
  giveSizes();
  const store = createStationStore(fake.station, (run) => run());
  const screens = createScreenStore();
  await store.getState().start();
  if (screen !== undefined) screens.getState().go(screen);
  return { store, screens, element: <App station={fake.station} store={store} screens={screens} /> };
};
