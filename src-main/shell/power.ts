import { networkInterfaces } from 'node:os';
import { powerMonitor } from 'electron';
import type { Clock } from '../core/ports.ts';

const LOOK_MS = 3_000;

const addresses = (): string =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');

/**
 * Calls `wake` when the device wakes up, is unlocked or gets another network address: the moments at which waiting for
 * the back-off would leave a person in front of an old board. Returns the end of it.
 */
export const onWake = (clock: Clock, wake: () => void): (() => void) => {
  let known = addresses();
  let cancel = (): void => undefined;
  const look = (): void => {
    const now = addresses();
    if (now !== known && now !== '') wake();
    known = now;
    cancel = clock.setTimer(LOOK_MS, look);
  };
  look();
  powerMonitor.on('resume', wake);
  powerMonitor.on('unlock-screen', wake);
  return () => {
    cancel();
    powerMonitor.off('resume', wake);
    powerMonitor.off('unlock-screen', wake);
  };
};
