import { useSyncExternalStore } from 'react';
import { useStation } from '../state/station-context.tsx';

const listeners = new Set<() => void>();
let second = Math.floor(Date.now() / 1000);
let timer: ReturnType<typeof setInterval> | undefined;

const tick = (): void => {
  second = Math.floor(Date.now() / 1000);
  for (const listener of listeners) listener();
};

// One timer for every clock on the page, running only while somebody looks.
const subscribe = (listener: () => void): (() => void) => {
  if (timer === undefined) {
    second = Math.floor(Date.now() / 1000);
    timer = setInterval(tick, 1000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/**
 * Server time in milliseconds, renewed every `everySeconds`. The device's measured offset is taken off, so that a kiosk
 * whose clock is wrong by hours still says "35 min at door".
 */
export const useNow = (everySeconds: number): number => {
  const offset = useStation((state) => state.clockOffsetMs) ?? 0;
  const at = useSyncExternalStore(subscribe, () => second - (second % everySeconds));
  return at * 1000 - offset;
};
