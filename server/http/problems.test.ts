import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { announceBody } from '#contract/wire/http.ts';
import { parseOrInvalid } from './problems.ts';

const refused = (schema: z.ZodType, value: unknown): unknown => {
  try {
    parseOrInvalid(schema, value);
  } catch (error) {
    return (error as Error).message;
  }
  return 'taken';
};

describe('what does not fit', () => {
  const oneOrMany = z.union([announceBody.transform((one) => [one]), z.array(announceBody).min(1)]);
  const whole = { number: 'A-1', warehouseId: 'JOL', lines: [{ quantity: '2' }] };

  it('is told of the form it comes closest to, field by field', () => {
    expect(refused(oneOrMany, { ...whole, lines: [{ quantity: 'many' }] })).toMatch(/^lines\.0\.quantity: /);
    expect(refused(oneOrMany, [whole, { ...whole, warehouseId: 7 }])).toMatch(/^1\.warehouseId: .*string/);
    expect(refused(oneOrMany, whole)).toBe('taken');
  });

  it('is told of the form that is of its type', () => {
    const amount = z.union([z.string().regex(/^[0-9]+$/, 'digits only'), z.number().nonnegative('below zero')]);
    expect(refused(z.object({ amount }), { amount: -1 })).toBe('amount: below zero');
    expect(refused(z.object({ amount }), { amount: 'x' })).toBe('amount: digits only');
  });

  it('is told as a whole where it has no form at all', () => {
    expect(refused(oneOrMany, 'notice')).toMatch(/^The request: .*object/);
    expect(refused(z.union([]), 1)).toMatch(/^The request: /);
  });
});
