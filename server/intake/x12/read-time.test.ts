import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Warnings } from '../warnings.ts';
import { BSN_ELEMENTS, DTM_ELEMENTS, readDate, readTime } from './read-time.ts';

const read = (...elements: string[]) => {
  const warnings = new Warnings(10);
  const segment = { number: 5, id: elements[0] ?? '', elements };
  const time = readTime(segment, elements[0] === 'BSN' ? BSN_ELEMENTS : DTM_ELEMENTS, warnings);
  return { time, warnings: warnings.list().map(({ code, position }) => `${code} ${position}`) };
};

describe('readDate', () => {
  it.each([
    ['20261124', '2026-11-24'],
    ['261124', '2026-11-24'],
    ['20280229', '2028-02-29'],
    ['20000229', '2000-02-29'],
  ])('reads %s', (raw, date) => expect(readDate(raw)).toBe(date));

  it.each([
    '',
    '20261131',
    '20270229',
    '21000229',
    '20261301',
    '20260001',
    '20261100',
    '19000101',
    '2026-11-24',
    '2026112',
    'TODAY',
    '99999999',
  ])('finds no day in %j', (raw) => expect(readDate(raw)).toBeNull());

  it('takes day 00 as the last of the month only where asked', () => {
    expect(readDate('20280200', true)).toBe('2028-02-29');
    expect(readDate('20261100', true)).toBe('2026-11-30');
    expect(readDate('20261300', true)).toBeNull();
  });

  it('reads exactly the days there are', () => {
    const days = fc.date({ min: new Date('1990-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (day) => {
        const iso = day.toISOString().slice(0, 10);
        return readDate(iso.replaceAll('-', '')) === iso;
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^20\d{6}$/), (raw) => {
        const iso = `${raw.slice(0, 4)}-${raw.slice(4, 6)}-${raw.slice(6)}`;
        const moment = new Date(`${iso}T00:00Z`);
        const exists = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(iso);
        return readDate(raw) === (exists ? iso : null);
      }),
    );
  });
});

describe('readTime', () => {
  it('reads date, clock and zone', () => {
    expect(read('DTM', '017', '20261124', '1430', 'CT').time).toEqual({
      local: '2026-11-24T14:30',
      zone: 'America/Chicago',
      dateOnly: false,
    });
    expect(read('BSN', '00', 'N1', '20261124', '143059').time?.local).toBe('2026-11-24T14:30');
    expect(read('DTM', '017', '261124', '14305912').time?.local).toBe('2026-11-24T14:30');
  });

  it.each([
    ['UT', 'UTC'],
    ['GM', 'UTC'],
    ['ET', 'America/New_York'],
    ['ES', '-05:00'],
    ['PD', '-07:00'],
    ['01', '+01:00'],
    ['12', '+12:00'],
    ['13', '-12:00'],
    ['24', '-01:00'],
    ['LT', null],
    ['', null],
  ])('takes time code %j as zone %j', (code, zone) => {
    expect(read('DTM', '017', '20261124', '0800', code)).toMatchObject({ time: { zone }, warnings: [] });
  });

  it.each(['00', '25', 'ZZ', 'XYZ'])('warns of time code %j and takes warehouse time', (code) => {
    expect(read('DTM', '017', '20261124', '0800', code)).toMatchObject({
      time: { zone: null, local: '2026-11-24T08:00' },
      warnings: ['unknown_zone segment 5 DTM04'],
    });
  });

  it('reads a date without a clock, or with one that does not exist (warned)', () => {
    const dateOnly = { local: '2026-11-24T00:00', zone: null, dateOnly: true };
    expect(read('DTM', '017', '20261124')).toEqual({ time: dateOnly, warnings: [] });
    expect(read('DTM', '017', '20261124', '2460', 'CT')).toEqual({
      time: dateOnly,
      warnings: ['unreadable_date segment 5 DTM03'],
    });
  });

  it('reads DTM05/06 where DTM02 is empty', () => {
    expect(read('DTM', '017', '', '', '', 'D8', '20261124').time).toMatchObject({
      local: '2026-11-24T00:00',
      dateOnly: true,
    });
    expect(read('DTM', '017', '', '', '', 'DT', '202611240815').time).toMatchObject({
      local: '2026-11-24T08:15',
      dateOnly: false,
    });
  });

  it('warns of a date that does not exist, and leaves it out', () => {
    expect(read('DTM', '017', '20261131', '0800')).toEqual({
      time: null,
      warnings: ['unreadable_date segment 5 DTM02'],
    });
    expect(read('BSN', '00', 'N1', '00000000', '0800')).toEqual({
      time: null,
      warnings: ['unreadable_date segment 5 BSN03'],
    });
  });
});
