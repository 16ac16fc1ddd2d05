import { describe, expect, it } from 'vitest';
import { CLASSIC, type Layout, type Row, writeBody } from '../../../tools/samples/write-856.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import { element } from './segment.ts';
import { tokenize } from './tokenize.ts';

const BODY: Row[] = [
  ['BSN', '00', 'N1', '20261123', '0915'],
  ['HL', '1', '', 'S'],
  ['PID', 'F', '', '', '', 'a  b'],
];
const IDS = ['ISA', 'GS', 'ST', 'BSN', 'HL', 'PID', 'SE', 'GE', 'IEA'];
const write = (layout: Partial<Layout> = {}, body = BODY): string => writeBody(body, { ...CLASSIC, ...layout });

const read = (text: string, limits = NOTICE_LIMITS) => {
  const tokens = tokenize(text, limits);
  if (!tokens.ok) throw new Error(tokens.message);
  return tokens;
};
const idsOf = (text: string) => read(text).interchanges.flatMap(({ segments }) => segments.map(({ id }) => id));
const refusalOf = (text: string, limits = NOTICE_LIMITS) => {
  const tokens = tokenize(text, limits);
  if (tokens.ok) throw new Error('was read');
  return tokens;
};

describe('tokenize', () => {
  it.each([
    ['a line each', {}],
    ['one line', { lineBreak: '' }],
    ['Windows line breaks', { lineBreak: '\r\n' }],
    ['blank lines between', { lineBreak: '\n\n  \n' }],
    ['line breaks as terminator', { terminator: '\n', lineBreak: '' }],
    ['Windows line breaks as terminator', { terminator: '\r', lineBreak: '\n' }],
    ['a deep indent before each', { lineBreak: `\n${' '.repeat(40)}` }],
    ['a terminator too many after each', { lineBreak: ' ~\t~' }],
  ] as const)('reads the same segments from %s', (_, layout) => {
    const [interchange] = read(write(layout)).interchanges;
    expect(interchange?.segments.map(({ id }) => id)).toEqual(IDS);
    expect(interchange?.segments.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(element(interchange!.segments[5]!, 5)).toBe('a  b');
  });

  it.each(['\ufeff', '\n\n', '   ', '\u0000\u0000', '\ufeff \r\n'])('looks past %j at the start', (junk) => {
    expect(idsOf(junk + write())).toEqual(IDS);
  });

  it.each(['\u001a', '\n\n\u001a\u0000', '   '])('looks past %j at the end', (junk) => {
    expect(read(write() + junk).after).toBeNull();
  });

  it('joins what was wrapped at 80 columns', () => {
    const wrapped = write({ lineBreak: '' }).replace(/(.{80})/g, '$1\n');
    expect(idsOf(wrapped)).toEqual(IDS);
  });

  it('reads several interchanges, each with its own delimiters, and numbers on', () => {
    const both = read(write() + write({ element: '|', terminator: '^', lineBreak: '' }));
    expect(both.interchanges.map(({ delimiters }) => delimiters.element)).toEqual(['*', '|']);
    expect(both.interchanges[1]?.segments[0]).toMatchObject({ number: 10, id: 'ISA' });
  });

  it('notices text behind the last IEA', () => expect(read(`${write()}-- sent by VAN --`).after).toBe(10));

  it('accepts a last IEA without its terminator when it is whole', () => {
    expect(idsOf(write().trimEnd().slice(0, -1))).toEqual(IDS);
    expect(idsOf(write({ terminator: '\n', lineBreak: '' }).trimEnd())).toEqual(IDS);
    expect(refusalOf(write().trimEnd().slice(0, -2))).toMatchObject({ code: 'truncated', position: 'segment 9 IEA' });
  });

  it('refuses a file cut anywhere before its IEA, and says where it ends', () => {
    const whole = write();
    for (let length = 1; length < whole.indexOf('IEA'); length += 1) {
      const cut = whole.slice(0, length);
      // Three letters are not yet recognisable as X12.
      if (length >= 3) expect(refusalOf(cut).code).toBe('truncated');
    }
    expect(refusalOf(whole.slice(0, whole.indexOf('PID') + 5))).toEqual({
      ok: false,
      code: 'truncated',
      message: 'Segment 6 (PID): The file ends in the middle of this segment. Send the whole file again.',
      position: 'segment 6 PID',
    });
    expect(refusalOf(whole.slice(0, whole.indexOf('GE*'))).position).toBe('segment 7 SE');
    expect(refusalOf(whole.slice(0, whole.indexOf('GE*')) + whole).message).toContain('A new interchange begins');
  });

  it.each(['', '  \n', '\ufeff', '\u0000'])('refuses %j as empty', (text) =>
    expect(refusalOf(text).code).toBe('empty'),
  );

  it('refuses more lines or segments than the limits, naming them and the segment', () => {
    const line: Row[] = [
      ['LIN', '', 'SK', 'A'],
      ['SN1', '', '1', 'EA'],
    ];
    const three = write({}, [...line, ...line, ...line]);
    expect(read(three, { ...NOTICE_LIMITS, maxLines: 3 }).ok).toBe(true);
    expect(refusalOf(three, { ...NOTICE_LIMITS, maxLines: 2 })).toMatchObject({
      code: 'too_many_lines',
      message: expect.stringContaining('more than 2 lines'),
      position: 'segment 8 LIN',
    });
    expect(refusalOf(write({}, [['SN1'], ['SN1'], ['SN1']]), { ...NOTICE_LIMITS, maxLines: 2 }).code).toBe(
      'too_many_lines',
    );
    expect(refusalOf(three, { ...NOTICE_LIMITS, maxSegments: 11 }).code).toBe('too_large');
    expect(read(three, { ...NOTICE_LIMITS, maxSegments: 12 }).ok).toBe(true);
  });
});

describe('element', () => {
  const segment = (raw: string) => ({ number: 1, id: 'N1', elements: ['N1', raw] });

  it('drops what cannot be shown or would reorder what is', () => {
    expect(element(segment('A\u0000B\u0007C'), 1)).toBe('A B C');
    expect(element(segment('\u202eevil\u202c'), 1)).toBe('evil');
    expect(element(segment('half \ud83d pair'), 1)).toBe('half \ufffd pair');
    expect(element(segment('משק הגבעה'), 1)).toBe('משק הגבעה');
  });

  it('is empty beyond the last element and short for a hostile one', () => {
    expect(element(segment('x'), 7)).toBe('');
    expect(element(segment('x'.repeat(5000)), 1)).toHaveLength(1000);
  });
});
