import { renderHook } from '@testing-library/react';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_NAMES } from '#contract/domain/command-table.ts';
import { DOCUMENT_TYPES } from '#contract/domain/documents.ts';
import { whyNot } from '#contract/domain/next-action.ts';
import { DISCREPANCY_KINDS, DISPOSITIONS, REASON_CODES } from '#contract/domain/reasons.ts';
import { ROLES } from '#contract/domain/roles.ts';
import { SHIPMENT_STATUSES } from '#contract/domain/status.ts';
import { PROBLEM_CODES } from '#contract/wire/errors.ts';
import { at, awaited, NOW, shipment } from '../testing/sample.ts';
import { awaitedText, closingTitle } from './closing-text.ts';
import { en } from './en.ts';
import { ERROR_TEXT } from './error-text.ts';
import { useFormat } from './format.ts';
import { startText } from './i18n.ts';
import { whyNotText } from './why-not.ts';

const i18n = startText();
const formatIn = (zone: string) => renderHook(() => useFormat(zone)).result.current;

describe('error texts', () => {
  it('exist for every code of the server and of the station, in three sentences', () => {
    const local = ['needs_the_server', 'disk_full', 'not_saved', 'unreachable', 'bad_address', 'not_dockline'];
    expect(Object.keys(ERROR_TEXT).sort()).toEqual([...PROBLEM_CODES, ...local].sort());
    for (const [code, text] of Object.entries(ERROR_TEXT))
      for (const sentence of [text.what, text.safe, text.act])
        expect([code, sentence]).toEqual([code, expect.stringMatching(/\.$/)]);
  });

  it('never say that something is safe which was not saved', () => {
    for (const code of ['disk_full', 'not_saved'] as const) {
      expect(ERROR_TEXT[code].what).toContain('not');
      expect(ERROR_TEXT[code].safe).not.toContain('Your work is');
    }
  });
});

describe('texts', () => {
  it('have a word for everything of the domain', () => {
    expect(Object.keys(en.do).sort()).toEqual([...COMMAND_NAMES].sort());
    expect(Object.keys(en.did).sort()).toEqual([...COMMAND_NAMES].sort());
    expect(Object.keys(en.status)).toEqual([...SHIPMENT_STATUSES]);
    expect(Object.keys(en.reasons)).toEqual([...REASON_CODES]);
    expect(Object.keys(en.discrepancies)).toEqual([...DISCREPANCY_KINDS]);
    expect(Object.keys(en.dispositions)).toEqual([...DISPOSITIONS]);
    expect(Object.keys(en.documents.type)).toEqual([...DOCUMENT_TYPES]);
  });

  it('follow the count', () => {
    expect(i18n.t('whyNot.holds_in_force', { count: 1 })).toContain('1 hold is');
    expect(i18n.t('whyNot.holds_in_force', { count: 3 })).toContain('3 holds are');
    expect(i18n.t('whyNot.stations_awaited', { count: 1 })).toContain('1 station.');
    expect(i18n.t('whyNot.stations_awaited', { count: 3 })).toContain('3 stations.');
  });

  it('say line and never item', () => {
    expect(JSON.stringify(en)).not.toMatch(/\bitems?\b(?!")/i);
  });
});

describe('why not', () => {
  let format: ReturnType<typeof useFormat>;
  beforeAll(() => {
    format = formatIn('UTC');
  });
  const say = (...args: Parameters<typeof whyNot>): string => {
    const why = whyNot(...args);
    return why === null ? '' : whyNotText(why, i18n.t, format);
  };

  it('is a sentence for every command, status and role', () => {
    for (const status of SHIPMENT_STATUSES)
      for (const role of ROLES)
        for (const command of COMMAND_NAMES) {
          const at = shipment({ status, activeHolds: 1, readiness: 'missing_required' });
          const text = say(command, at, role, false);
          expect([command, role, text]).toEqual([command, role, expect.stringMatching(/^$|^[A-Z1].*\.$/)]);
          expect(text).not.toMatch(/undefined|\{\{|intake/);
        }
  });

  it('names who may, and when', () => {
    expect(say('assignDoor', shipment({ status: 'arrived' }), 'receiver', true)).toBe('Only leads can do this.');
    expect(say('startUnloading', shipment({ status: 'arrived' }), 'lead', true)).toBe(
      'Possible when the shipment is At door.',
    );
  });

  it('counts the stations that closing waits for', () => {
    const received = { ...shipment({ status: 'received' }), waitingFor: [awaited(), awaited({ station: 'Dock 4' })] };
    expect(say('closeShipment', received, 'lead', true)).toBe(
      'Work on it may still come from 2 stations. See “Blocked by”.',
    );
  });
});

describe('stations that closing waits for', () => {
  const say = (...args: Parameters<typeof awaited>): string =>
    awaitedText(awaited(...args), i18n.t, formatIn('America/Chicago'), Date.parse(NOW));

  it('are named with who works there, or by whichever of the two is known', () => {
    expect(say()).toBe('Dock 3 (Mara) has work on it that is not sent yet.');
    expect(say({ station: '' })).toBe('Mara has work on it that is not sent yet.');
    expect(say({ userName: '' })).toBe('Dock 3 has work on it that is not sent yet.');
  });

  it('say since when nothing was heard, with the day when it was not today', () => {
    expect(say({ state: 'unheard' })).toBe('Dock 3 (Mara) has not been heard of since 08:02 and may hold work.');
    expect(say({ state: 'unheard', since: at(-600) })).toContain('since Sun 22 Nov, 23:00 and');
  });

  it('give closing the name of what it is done without', () => {
    const title = (blocks: Parameters<typeof closingTitle>[0], count = 0) => closingTitle(blocks, count, i18n.t);
    expect([
      title([]),
      title(['documents']),
      title(['stations'], 1),
      title(['stations'], 2),
      title(['documents', 'stations'], 1),
    ]).toEqual([
      'Close shipment',
      'Close without the documents',
      'Close without the station',
      'Close without the stations',
      'Close all the same',
    ]);
  });
});

describe('formats', () => {
  it('show times in the zone of the warehouse, in 24 hours', () => {
    expect(formatIn('America/Chicago').time(NOW)).toBe('09:00');
    expect(formatIn('Asia/Jerusalem').time(NOW)).toBe('17:00');
    expect(formatIn('America/Chicago').time('2026-11-23T06:05:00Z')).toBe('00:05');
  });

  it('add the day when it is not today there', () => {
    const format = formatIn('America/Chicago');
    expect(format.when(at(-60), Date.parse(NOW))).toBe('08:00');
    expect(format.when(at(-600), Date.parse(NOW))).toBe('Sun 22 Nov, 23:00');
  });

  it('are short in lists and never ambiguous', () => {
    const format = formatIn('America/Chicago');
    const short = (minutes: number) => format.short(at(minutes), Date.parse(NOW));
    expect([-60, -600, 1440, 8 * 1440, -8 * 1440].map(short)).toEqual([
      '08:00',
      'Sun 23:00',
      'Tue 09:00',
      '1 Dec',
      '15 Nov',
    ]);
  });

  it('say durations, sizes and lists', () => {
    const format = formatIn('UTC');
    expect([0, 1, 59, 60, 125, 2880, 10_000].map((minutes) => format.duration(minutes))).toEqual([
      '<1 min',
      '1 min',
      '59 min',
      '1 h 0 min',
      '2 h 5 min',
      '2 days',
      '6 days',
    ]);
    expect([300, 48_000, 2_411_000].map((size) => format.bytes(size))).toEqual(['1 kB', '48 kB', '2.4 MB']);
    expect(format.list(['a', 'b', 'c'])).toBe('a, b, and c');
    expect(format.list(['a', 'b'], 'disjunction')).toBe('a or b');
  });
});
