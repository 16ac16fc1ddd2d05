import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toInstant } from './to-instant.ts';

const at = (local: string, zone: string | null = null) => ({ local, zone, dateOnly: false });

describe('toInstant', () => {
  it.each([
    ['2026-11-24T14:30', 'America/Chicago', '2026-11-24T20:30:00.000Z'],
    ['2026-07-24T14:30', 'America/Chicago', '2026-07-24T19:30:00.000Z'],
    ['2026-11-24T14:30', 'Europe/Amsterdam', '2026-11-24T13:30:00.000Z'],
    ['2026-11-24T00:15', 'Asia/Jerusalem', '2026-11-23T22:15:00.000Z'],
    ['2026-11-24T14:30', 'Asia/Kolkata', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24T14:30', 'UTC', '2026-11-24T14:30:00.000Z'],
  ])('takes %s as a clock in %s when the sender names no zone', (local, zone, instant) => {
    expect(toInstant(at(local), zone)).toBe(instant);
  });

  it('prefers the zone the sender named, by name or by offset', () => {
    expect(toInstant(at('2026-11-24T14:30', 'America/New_York'), 'Europe/Amsterdam')).toBe('2026-11-24T19:30:00.000Z');
    expect(toInstant(at('2026-11-24T14:30', '-06:00'), 'Europe/Amsterdam')).toBe('2026-11-24T20:30:00.000Z');
    expect(toInstant(at('2026-11-24T14:30', '+01:00'), 'America/Chicago')).toBe('2026-11-24T13:30:00.000Z');
  });

  it('puts a date without a clock at the end of its day there', () => {
    expect(toInstant({ local: '2026-11-24T00:00', zone: null, dateOnly: true }, 'America/Chicago')).toBe(
      '2026-11-25T05:59:00.000Z',
    );
  });

  it('reads the hour that is skipped in spring with the offset before it', () => {
    expect(toInstant(at('2026-03-08T02:30'), 'America/Chicago')).toBe('2026-03-08T08:30:00.000Z');
    expect(toInstant(at('2026-03-08T01:59'), 'America/Chicago')).toBe('2026-03-08T07:59:00.000Z');
    expect(toInstant(at('2026-03-08T03:00'), 'America/Chicago')).toBe('2026-03-08T08:00:00.000Z');
  });

  it('takes the hour that happens twice in autumn the first time', () => {
    expect(toInstant(at('2026-11-01T01:30'), 'America/Chicago')).toBe('2026-11-01T06:30:00.000Z');
    expect(toInstant(at('2026-10-25T02:30'), 'Europe/Amsterdam')).toBe('2026-10-25T00:30:00.000Z');
  });

  it('keeps the date when the zone does not exist', () => {
    expect(toInstant(at('2026-11-24T14:30'), 'Mars/Olympus')).toBe('2026-11-24T14:30:00.000Z');
  });

  it('gives back the clock it was given, in every zone, outside the skipped hours', () => {
    const zones = [
      'America/Chicago',
      'Europe/Amsterdam',
      'Asia/Jerusalem',
      'Australia/Lord_Howe',
      'America/St_Johns',
      '+05:30',
    ];
    const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.constantFrom(...zones), moments, (zone, moment) => {
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
        const local = shown.format(moment).replace(' ', 'T');
        expect(shown.format(new Date(toInstant(at(local), zone))).replace(' ', 'T')).toBe(local);
      }),
    );
  });
});
