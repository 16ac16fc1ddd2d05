import type { NoticeTime } from '../ship-notice.ts';
import { quote, type Warnings } from '../warnings.ts';
import { at, code, element, type Segment } from './segment.ts';

/** X12 time codes (element 623). "Time" follows the clocks of its region, "standard" and "daylight" are fixed offsets. */
const NAMED_ZONES: Readonly<Record<string, string>> = {
  UT: 'UTC',
  GM: 'UTC',
  ET: 'America/New_York',
  ES: '-05:00',
  ED: '-04:00',
  CT: 'America/Chicago',
  CS: '-06:00',
  CD: '-05:00',
  MT: 'America/Denver',
  MS: '-07:00',
  MD: '-06:00',
  PT: 'America/Los_Angeles',
  PS: '-08:00',
  PD: '-07:00',
  AT: 'America/Halifax',
  AS: '-04:00',
  AD: '-03:00',
  NT: 'America/St_Johns',
};

/** Numeric codes: 01…12 are UTC+1…+12, 13…24 are UTC−12…−1. */
const numericZone = (zone: string): string | null => {
  const value = Number(zone);
  if (!/^\d{2}$/.test(zone) || value < 1 || value > 24) return null;
  const hours = value <= 12 ? value : value - 25;
  return `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
};

/** `undefined` for a code that says nothing known; `null` for local time, which is the warehouse's. */
const readZone = (zone: string): string | null | undefined => {
  if (zone === '' || zone === 'LT') return null;
  return NAMED_ZONES[zone] ?? numericZone(zone) ?? undefined;
};

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const daysIn = (year: number, month: number): number => {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !leap ? 28 : (DAYS_IN_MONTH[month - 1] ?? 0);
};

/**
 * `YYYY-MM-DD` from CCYYMMDD or YYMMDD (20YY), `null` when there is no such day. With `dayZero`, day 00 means the last of
 * the month, as GS1 writes an expiry without a day.
 */
export const readDate = (raw: string, dayZero = false): string | null => {
  const full = /^\d{6}$/.test(raw) ? `20${raw}` : raw;
  const [, year = '', month = '', day = ''] = /^(\d{4})(\d{2})(\d{2})$/.exec(full) ?? [];
  const last = daysIn(Number(year), Number(month));
  if (Number(year) < 1990 || Number(year) > 2199 || last === 0) return null;
  if (dayZero && day === '00') return `${year}-${month}-${last}`;
  return Number(day) >= 1 && Number(day) <= last ? `${year}-${month}-${day}` : null;
};

/** `HH:mm` from HHMM, HHMMSS, HHMMSSD or HHMMSSDD; seconds are not what docks are planned by. */
const readClock = (raw: string): string | null => {
  const [, hours = '', minutes = ''] = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d\d{0,2})?$/.exec(raw) ?? [];
  return hours === '' ? null : `${hours}:${minutes}`;
};

/** Where in a segment date, clock and zone code stand; the zone is absent from BSN. */
type TimeElements = { readonly date: number; readonly clock: number; readonly zone?: number };
export const DTM_ELEMENTS: TimeElements = { date: 2, clock: 3, zone: 4 };
export const BSN_ELEMENTS: TimeElements = { date: 3, clock: 4 };

/** Date and clock of a segment; DTM05/06 (`D8`, `DT`) stand in where DTM02 is empty. */
const rawTime = (segment: Segment, where: TimeElements): { date: string; clock: string } => {
  const date = element(segment, where.date);
  if (date !== '' || segment.id !== 'DTM') return { date, clock: element(segment, where.clock) };
  const period = element(segment, 6);
  return {
    date: period.slice(0, 8),
    clock: code(segment, 5) === 'DT' ? period.slice(8) : element(segment, where.clock),
  };
};

/** The moment a segment names; `null` with a warning when it names none that exists. A bad clock leaves the date. */
export const readTime = (segment: Segment, where: TimeElements, warnings: Warnings): NoticeTime | null => {
  const raw = rawTime(segment, where);
  const date = readDate(raw.date);
  if (date === null) {
    warnings.add('unreadable_date', at(segment, where.date), `${quote(raw.date)} is not a date (CCYYMMDD). Left out.`);
    return null;
  }
  const clock = readClock(raw.clock);
  if (clock === null && raw.clock !== '')
    warnings.add('unreadable_date', at(segment, where.clock), `"${raw.clock}" is not a time (HHMM). The date is kept.`);
  if (clock === null) return { local: `${date}T00:00`, zone: null, dateOnly: true };
  const zoneCode = where.zone === undefined ? '' : code(segment, where.zone);
  const zone = readZone(zoneCode);
  if (zone === undefined)
    warnings.add(
      'unknown_zone',
      at(segment, where.zone),
      `time zone "${zoneCode}" is not known. Taken as warehouse time.`,
    );
  return { local: `${date}T${clock}`, zone: zone ?? null, dateOnly: false };
};
