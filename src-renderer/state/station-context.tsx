import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import type { StationApi } from '#contract/bridge/station-api.ts';
import type { ScreenState, ScreenStore } from './screen-store.ts';
import type { StationState, StationStore } from './station-store.ts';

type Held = { readonly station: StationApi; readonly store: StationStore; readonly screens: ScreenStore };

const StationContext = createContext<Held | null>(null);

const useHeld = (): Held => {
  const held = useContext(StationContext);
  if (held === null) throw new Error('a component was rendered outside StationProvider');
  return held;
};

/** Hands the bridge and the stores to everything below it. */
export const StationProvider = ({ station, store, screens, children }: Held & { readonly children: ReactNode }) => {
  const held = useMemo(() => ({ station, store, screens }), [station, store, screens]);
  return <StationContext value={held}>{children}</StationContext>;
};

/** A part of the projection; `select` must return something stable (a field, a number), or every push renders. */
export const useStation = <T,>(select: (state: StationState) => T): T => useStore(useHeld().store, select);

/** A part of the navigation; the same rule about stable selections as for `useStation`. */
export const useScreens = <T,>(select: (state: ScreenState) => T): T => useStore(useHeld().screens, select);

/** The bridge itself, for what is asked rather than shown. */
export const useStationApi = (): StationApi => useHeld().station;

/** The store, for actions and for reading without rendering. */
export const useStationStore = (): StationStore => useHeld().store;
