import { createStore, type StoreApi } from 'zustand/vanilla';

// Which screen is shown and what was left on the board, so that coming back finds it as it was.

/** A screen and what it is about. */
export type Screen =
  | { readonly name: 'board' }
  | { readonly name: 'shipment'; readonly shipmentId: string }
  | { readonly name: 'inbox' }
  | { readonly name: 'work' }
  | { readonly name: 'settings' }
  /** Connecting anew although there is a session: a refused or expired token. */
  | { readonly name: 'setup' };

/** Navigation and what the board was left with. */
export type ScreenState = {
  readonly screen: Screen;
  /** Where "back" leads from a shipment: the screen it was opened from. */
  readonly origin: Screen;
  readonly query: string;
  /** Warehouse the board is narrowed to; null shows all. */
  readonly warehouseId: string | null;
  /** Shipment opened last, which gets the focus when the board returns. */
  readonly lastOpened: string | null;
  go(screen: Screen): void;
  back(): void;
  search(query: string): void;
  narrow(warehouseId: string | null): void;
};

/** A vanilla store, so that navigation can be driven from outside React. */
export type ScreenStore = StoreApi<ScreenState>;

const BOARD: Screen = { name: 'board' };

/** Starts on the board with nothing searched. */
export const createScreenStore = (): ScreenStore =>
  createStore<ScreenState>()((set) => ({
    screen: BOARD,
    origin: BOARD,
    query: '',
    warehouseId: null,
    lastOpened: null,
    go(screen) {
      set((state) => {
        if (screen.name !== 'shipment') return { screen };
        const origin = state.screen.name === 'shipment' ? state.origin : state.screen;
        return { screen, origin, lastOpened: screen.shipmentId };
      });
    },
    back() {
      set(({ origin, screen }) => ({ screen: screen.name === 'shipment' ? origin : BOARD }));
    },
    search(query) {
      set({ query });
    },
    narrow(warehouseId) {
      set({ warehouseId });
    },
  }));
