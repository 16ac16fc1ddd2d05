import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES } from '#contract/wire/errors.ts';
import { REFUSAL_CODES, REFUSAL_PROBLEMS, WARNING_CODES } from './warning-codes.ts';
import { positionOf, quote, Warnings } from './warnings.ts';

describe('Warnings', () => {
  it('names segment and element in position and message', () => {
    const warnings = new Warnings(10);
    warnings.add('missing_po', { number: 17, id: 'MAN', element: 2 }, 'the sentence.');
    expect(warnings.list()).toEqual([
      { code: 'missing_po', message: 'Segment 17 (MAN02): the sentence.', position: 'segment 17 MAN02' },
    ]);
    expect(positionOf({ number: 3, id: 'ST' })).toBe('segment 3 ST');
    expect(positionOf({ number: 9, id: 'LIN', element: 13 })).toBe('segment 9 LIN13');
  });

  it('lists in file order, whatever order things were found in', () => {
    const warnings = new Warnings(10);
    for (const number of [30, 4, 17]) warnings.add('missing_po', { number, id: 'HL' }, 'x');
    expect(warnings.list().map(({ position }) => position)).toEqual(['segment 4 HL', 'segment 17 HL', 'segment 30 HL']);
  });

  it('stops listing at the limit and says how many more there were', () => {
    const warnings = new Warnings(2);
    for (let number = 1; number <= 5; number += 1) warnings.add('missing_po', { number, id: 'HL' }, 'x');
    const list = warnings.list();
    expect(list).toHaveLength(3);
    expect(list[2]).toMatchObject({ code: 'more_warnings', message: expect.stringContaining('3 more') });
  });

  it('keeps a message short, however long the text it quotes', () => {
    const warnings = new Warnings(2);
    warnings.add('unreadable_date', { number: 1, id: 'DTM', element: 2 }, `"${'9'.repeat(5000)}" is not a date.`);
    expect(warnings.list()[0]?.message).toHaveLength(400);
  });

  it('has words for an empty element', () => {
    expect(quote('')).toBe('an empty element');
    expect(quote('1,5')).toBe('"1,5"');
  });
});

describe('the tables of codes', () => {
  it('hold snake_case codes, each with its explanation', () => {
    for (const [code, meaning] of [...Object.entries(WARNING_CODES), ...Object.entries(REFUSAL_CODES)]) {
      expect(code).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
      expect(meaning.length).toBeGreaterThan(10);
    }
  });

  it('give every refusal a problem code that HTTP knows', () => {
    expect(Object.keys(REFUSAL_PROBLEMS).sort()).toEqual(Object.keys(REFUSAL_CODES).sort());
    for (const problem of Object.values(REFUSAL_PROBLEMS)) expect(PROBLEM_CODES).toContain(problem);
  });
});
