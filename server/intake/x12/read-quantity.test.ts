import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantity } from '#contract/domain/fields.ts';
import { readQuantity } from './read-quantity.ts';

describe('readQuantity', () => {
  it.each([
    ['12', '12'],
    ['0012', '12'],
    ['12.50', '12.5'],
    ['12.', '12'],
    ['.5', '0.5'],
    ['+7', '7'],
    ['0', '0'],
    ['000', '0'],
    ['999999999999.999999', '999999999999.999999'],
    ['1.2300000000', '1.23'],
  ])('reads %s as %s', (raw, value) => expect(readQuantity(raw)).toBe(value));

  it.each([
    '',
    '.',
    '+',
    '-3',
    '1,500',
    '12 EA',
    '1e3',
    'NaN',
    '1.2.3',
    '1.1234567',
    '1000000000000',
    '٣',
    '0x10',
    '1'.repeat(41),
    '0'.repeat(41),
  ])('finds no quantity in %j', (raw) => expect(readQuantity(raw)).toBeNull());

  it('gives only what the contract takes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[\d.]{0,20}$/), (raw) => {
        const value = readQuantity(raw);
        return value === null || quantity.safeParse(value).success;
      }),
    );
  });

  it('is exact where floats are not', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 999_999_999_999n }),
        fc.stringMatching(/^\d{0,5}[1-9]$/),
        (whole, decimals) => {
          return readQuantity(`${whole}.${decimals}`) === `${whole}.${decimals}`;
        },
      ),
    );
  });
});
