import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

// Instants are UTC and are shown in the warehouse's zone, never in the device's: a kiosk image often has the wrong one.

type Style = 'time' | 'day' | 'full' | 'week' | 'date';

const STYLES: { readonly [S in Style]: Intl.DateTimeFormatOptions } = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { weekday: 'short', day: 'numeric', month: 'short' },
  week: { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  date: { day: 'numeric', month: 'short' },
  full: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs about as much as formatting a thousand times; there are few zones. */
const formatOf = (style: Style, zone: string, language: string): Intl.DateTimeFormat => {
  const key = `${language}|${zone}|${style}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { ...STYLES[style], timeZone: zone });
  formats.set(key, made);
  return made;
};

/** Dates, times, durations and lists as this warehouse writes them. */
export type Format = {
  /** `14:02` */
  time(instant: string | number): string;
  /** `14:02` on the day of `now`, else with the day: `Tue 24 Nov, 14:02`. */
  when(instant: string, now: number): string;
  /** For lists: `14:02`, within six days `Tue 14:02`, beyond that `24 Nov`. */
  short(instant: string, now: number): string;
  full(instant: string | number): string;
  /** `35 min`, `2 h 5 min`, `3 days` of whole minutes. */
  duration(minutes: number): string;
  bytes(size: number): string;
  list(words: readonly string[], kind?: 'conjunction' | 'disjunction'): string;
};

const HOUR = 60;
const DAY = 24 * HOUR;
/** Further away than this a weekday is ambiguous. */
const WEEK_MS = 6 * DAY * 60_000;

/** Formats for one warehouse zone in the language of the texts. */
export const useFormat = (zone: string): Format => {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(() => {
    const write = (style: Style, instant: string | number): string =>
      formatOf(style, zone, language).format(new Date(instant));
    return {
      time: (instant) => write('time', instant),
      when: (instant, now) =>
        write('day', instant) === write('day', now) ? write('time', instant) : write('full', instant),
      short: (instant, now) => {
        if (write('day', instant) === write('day', now)) return write('time', instant);
        return write(Math.abs(Date.parse(instant) - now) < WEEK_MS ? 'week' : 'date', instant);
      },
      full: (instant) => write('full', instant),
      duration: (minutes) => {
        if (minutes < 1) return t('time.justNow');
        if (minutes < HOUR) return t('time.minutes', { count: minutes });
        if (minutes >= 2 * DAY) return t('time.days', { count: Math.floor(minutes / DAY) });
        return t('time.hours', { hours: Math.floor(minutes / HOUR), minutes: minutes % HOUR });
      },
      bytes: (size) =>
        new Intl.NumberFormat(language, {
          style: 'unit',
          unit: size < 1_000_000 ? 'kilobyte' : 'megabyte',
          maximumFractionDigits: size < 1_000_000 ? 0 : 1,
        }).format(size < 1_000_000 ? Math.max(1, size / 1000) : size / 1_000_000),
      list: (words, kind = 'conjunction') => new Intl.ListFormat(language, { type: kind }).format(words),
    };
  }, [zone, language, t]);
};
