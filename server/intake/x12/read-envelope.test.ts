import { describe, expect, it } from 'vitest';
import { CLASSIC, type Row, writeBody, writeRows } from '../../../tools/samples/write-856.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import { Warnings } from '../warnings.ts';
import { readEnvelopes } from './read-envelope.ts';
import { tokenize } from './tokenize.ts';

const BSN: Row = ['BSN', '00', 'N1', '20261123', '0915'];
const ISA = writeBody([]).split('\n')[0]!.slice(0, -1).split('*');

/** An interchange of exactly these rows between a right ISA and IEA. */
const write = (rows: readonly Row[], iea: Row = ['IEA', '1', '000000042']): string =>
  writeRows([ISA, ...rows, iea], CLASSIC);

const readAll = (text: string) => {
  const tokens = tokenize(text, NOTICE_LIMITS);
  if (!tokens.ok) throw new Error(tokens.message);
  const warnings = new Warnings(100);
  return { read: readEnvelopes(tokens.interchanges, warnings), warnings: () => warnings.list() };
};
const setsOf = (text: string) => {
  const { read, warnings } = readAll(text);
  if (!read.ok) throw new Error(read.message);
  return { sets: read.sets, warnings: warnings().map(({ code, position }) => `${code} ${position}`) };
};
const refusalOf = (text: string) => {
  const { read } = readAll(text);
  if (read.ok) throw new Error('was read');
  return read;
};

const GS: Row = ['GS', 'SH', 'S', 'R', '20261123', '0915', '7', 'X', '004010'];
const set = (control: string, kind = '856'): Row[] => [['ST', kind, control], BSN, ['SE', '3', control]];

describe('readEnvelopes', () => {
  it('finds the set and who sent it to whom', () => {
    const { sets, warnings } = setsOf(writeBody([BSN]));
    expect(warnings).toEqual([]);
    expect(sets).toHaveLength(1);
    expect(sets[0]).toMatchObject({ reference: '000000042-0001', senderId: 'SENDER', receiverId: 'RECEIVER' });
    expect(sets[0]?.segments.map(({ id }) => id)).toEqual(['ST', 'BSN', 'SE']);
  });

  it('finds several sets in several groups', () => {
    const rows = [GS, ...set('0001'), ...set('0002'), ['GE', '2', '7'], GS, ...set('0003'), ['GE', '1', '7']];
    const { sets, warnings } = setsOf(write(rows, ['IEA', '2', '42']));
    expect(sets.map(({ reference }) => reference)).toEqual(['000000042-0001', '000000042-0002', '000000042-0003']);
    expect(warnings).toEqual([]);
  });

  it('warns of wrong counts in SE, GE and IEA, and of none at all', () => {
    const rows = [GS, ['ST', '856', '0001'], BSN, ['SE', '9', '0001'], ['GE', '', '7']];
    expect(setsOf(write(rows, ['IEA', '5', '000000042'])).warnings).toEqual([
      'count_mismatch segment 5 SE01',
      'count_mismatch segment 6 GE01',
      'count_mismatch segment 7 IEA01',
    ]);
  });

  it('warns of control numbers that are not repeated, but not of leading zeros', () => {
    const rows = [GS, ['ST', '856', '0001'], BSN, ['SE', '3', '2'], ['GE', '1', '8']];
    expect(setsOf(write(rows, ['IEA', '1', '000000041'])).warnings).toEqual([
      'control_number_mismatch segment 5 SE02',
      'control_number_mismatch segment 6 GE02',
      'control_number_mismatch segment 7 IEA02',
    ]);
    expect(setsOf(write([GS, ['ST', '856', '0001'], BSN, ['SE', '3', '1'], ['GE', '1', '07']])).warnings).toEqual([]);
  });

  it('reads sets without a group, and warns', () => {
    const { sets, warnings } = setsOf(write([...set('0001'), ...set('0002')], ['IEA', '0', '42']));
    expect(sets).toHaveLength(2);
    expect(warnings).toEqual(['missing_envelope segment 2 ST']);
  });

  it('warns of a group that is not closed, or closed without having been opened', () => {
    expect(setsOf(write([GS, ...set('1')])).warnings).toEqual(['missing_envelope segment 6 IEA']);
    expect(setsOf(write([GS, ...set('1'), GS, ...set('2'), ['GE', '1', '7']], ['IEA', '2', '42'])).warnings).toEqual([
      'missing_envelope segment 6 GS',
    ]);
    expect(setsOf(write([...set('1'), ['GE', '1', '7']], ['IEA', '0', '42'])).warnings).toEqual([
      'missing_envelope segment 2 ST',
      'missing_envelope segment 5 GE',
    ]);
  });

  it('skips other documents beside a ship notice, and says which', () => {
    const { read, warnings } = readAll(write([GS, ...set('1'), ...set('2', '810'), ['GE', '2', '7']]));
    expect(read.ok && read.sets).toHaveLength(1);
    expect(warnings()).toEqual([
      expect.objectContaining({
        code: 'other_transaction_set',
        position: 'segment 6 ST01',
        message: expect.stringContaining('810 is an invoice'),
      }),
    ]);
  });

  it('refuses an interchange of something else, and says what it is', () => {
    expect(refusalOf(write([GS, ...set('1', '850'), ['GE', '1', '7']]))).toMatchObject({
      code: 'not_a_ship_notice',
      message: 'This is not a ship notice: the interchange holds an 850 (a purchase order), and an 856 is needed.',
      position: 'segment 3 ST01',
    });
    expect(refusalOf(write([GS, ...set('1', '999'), ['GE', '1', '7']])).message).toContain('999 (another document)');
    expect(refusalOf(write([GS, ['GE', '0', '7']]))).toMatchObject({
      code: 'not_a_ship_notice',
      message: expect.stringContaining('no transaction set at all'),
    });
  });

  it.each([
    ['GE', [GS, ['ST', '856', '1'], BSN, ['GE', '1', '7']]],
    ['ST', [GS, ['ST', '856', '1'], BSN, ...set('2'), ['GE', '2', '7']]],
    ['IEA', [GS, ['ST', '856', '1'], BSN]],
  ] as [string, Row[]][])('refuses a set that %s ends before its SE: what it lost is not known', (id, rows) => {
    const refusal = refusalOf(write(rows));
    expect(refusal).toMatchObject({ code: 'truncated', message: expect.stringContaining('segment 3 (ST)') });
    expect(refusal.position).toContain(id);
  });
});
