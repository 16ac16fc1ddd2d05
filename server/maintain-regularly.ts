import type { Storage } from './core/storage.ts';

type Log = { readonly error: (fields: object, message: string) => void };
export type MaintenanceTimes = { readonly firstMs: number; readonly everyMs: number };

/** First when the morning's rush of reconnecting stations is over, then hourly. */
const TIMES: MaintenanceTimes = { firstMs: 60_000, everyMs: 3_600_000 };

/** Lets storage remove what is past its time, now and then; a failure is logged and tried again. Returns what stops it. */
export const maintainRegularly = (storage: Pick<Storage, 'maintain'>, log: Log, times = TIMES): (() => void) => {
  let timer: NodeJS.Timeout;
  let stopped = false;
  const run = async (): Promise<void> => {
    await storage
      .maintain()
      .catch((error: unknown) => log.error({ err: error }, 'old data could not be removed; trying again later'));
    if (!stopped) timer = setTimeout(run, times.everyMs);
  };
  timer = setTimeout(run, times.firstMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
};
