import type { Shipment } from '#contract/domain/shipment.ts';

/** Against its announced time; minutes are whole and never negative. */
export type Lateness = {
  readonly kind: 'late' | 'due' | 'early' | 'on_time' | 'unknown';
  readonly minutes: number;
};

/** Within this many minutes of the announced time a lorry counts as punctual. */
const PUNCTUAL = 15;
/** From this many minutes before the announced time the board says "due". */
const DUE_WITHIN = 60;
const MINUTE = 60_000;

const NOTHING: Lateness = { kind: 'unknown', minutes: 0 };

/** On the road it is late once the time has passed; once arrived, early or late by what it was. `now` is server time in ms. */
export const latenessOf = (at: Pick<Shipment, 'status' | 'eta' | 'arrivedAt'>, now: number): Lateness => {
  if (at.eta === null) return NOTHING;
  const eta = Date.parse(at.eta);
  if (at.arrivedAt === null) {
    if (at.status !== 'announced' && at.status !== 'in_transit') return NOTHING;
    const ahead = Math.floor((eta - now) / MINUTE);
    if (ahead < 0) return { kind: 'late', minutes: -ahead };
    return { kind: ahead <= DUE_WITHIN ? 'due' : 'on_time', minutes: ahead };
  }
  const behind = Math.round((Date.parse(at.arrivedAt) - eta) / MINUTE);
  if (behind > PUNCTUAL) return { kind: 'late', minutes: behind };
  if (behind < -PUNCTUAL) return { kind: 'early', minutes: -behind };
  return { kind: 'on_time', minutes: Math.abs(behind) };
};

/** Whole minutes since an instant, never negative: clocks of devices may disagree by seconds. */
export const minutesSince = (instant: string, now: number): number =>
  Math.max(0, Math.floor((now - Date.parse(instant)) / MINUTE));
