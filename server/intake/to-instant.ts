import type { NoticeTime } from './ship-notice.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Minutes that clocks in `zone` are ahead of UTC at that moment. Throws RangeError for a zone nobody knows. */
const offsetAt = (zone: string, epochMs: number): number => {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(zone) ?? [];
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const parts = new Map(clock.formatToParts(new Date(epochMs)).map(({ type, value }) => [type, Number(value)]));
  const of = (part: Intl.DateTimeFormatPartTypes): number => parts.get(part) ?? 0;
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
  return Math.round((wall - Math.floor(epochMs / MINUTE) * MINUTE) / MINUTE);
};

/**
 * The moment when clocks in `zone` show `wallMs` (a wall clock written as if it were UTC). An hour that happens twice is its
 * first time; an hour that is skipped is read with the offset before it, so 02:30 becomes 03:30.
 */
const momentOf = (wallMs: number, zone: string): number => {
  const before = offsetAt(zone, wallMs - DAY);
  const after = offsetAt(zone, wallMs + DAY);
  const early = wallMs - before * MINUTE;
  const late = wallMs - after * MINUTE;
  if (offsetAt(zone, early) === before) return early;
  return offsetAt(zone, late) === after ? late : early;
};

/**
 * A notice's time as an ISO 8601 instant in UTC. Where the sender named no zone, it is a clock in `assumedZone` (IANA; the
 * receiving warehouse's). A date alone means "some time that day" and becomes 23:59, so that nothing is late before the day is
 * over. A zone that does not exist is read as UTC rather than losing the date.
 */
export const toInstant = (time: NoticeTime, assumedZone: string): string => {
  const wallMs = Date.parse(`${time.dateOnly ? `${time.local.slice(0, 10)}T23:59` : time.local}:00Z`);
  const moment = (zone: string): string => new Date(momentOf(wallMs, zone)).toISOString();
  try {
    return moment(time.zone ?? assumedZone);
  } catch {
    return moment('+00:00');
  }
};
