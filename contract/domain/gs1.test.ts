import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedCheckDigit, gs1CheckDigit, isValidGtin, isValidSscc, normaliseSscc } from './gs1.ts';

const VALID_SSCC = [
  '106141412345678908',
  '006141410000000012',
  '009999990000000019',
  '009999990000000026',
  '340123450000000000',
  '095212345432100010',
  '195212345678901232',
];
const VALID_GTIN = ['09521234543213', '04012345678901', '57300330042656'];
/** Published with a wrong last digit; the second column is the right one. */
const WRONG_SSCC = [
  ['342603046212341547', '0'],
  ['342603046212321014', '6'],
  ['395011101530000011', '0'],
] as const;

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((each) => each.join(''));

describe('gs1CheckDigit', () => {
  it.each([...VALID_SSCC, ...VALID_GTIN])('agrees with the published key %s', (code) => {
    expect(gs1CheckDigit(code.slice(0, -1))).toBe(code.at(-1));
  });

  it('computes over a body of any length, including one digit and leading zeros', () => {
    expect(gs1CheckDigit('0')).toBe('0');
    expect(gs1CheckDigit('7')).toBe('9');
    expect(gs1CheckDigit('952123454321')).toBe(gs1CheckDigit('0952123454321'));
  });

  it.each(['', 'ABC', '12 34', '12.4', '１２３'])('refuses %j rather than computing nonsense', (body) => {
    expect(() => gs1CheckDigit(body)).toThrow(RangeError);
  });
});

describe('isValidSscc and isValidGtin', () => {
  it.each(VALID_SSCC)('accepts SSCC %s', (code) => expect(isValidSscc(code)).toBe(true));
  it.each(VALID_GTIN)('accepts GTIN %s', (code) => expect(isValidGtin(code)).toBe(true));
  it.each(['96385074', '036000291452', '4006381333931'])('accepts GTIN %s of 8, 12 or 13 digits', (code) => {
    expect(isValidGtin(code)).toBe(true);
  });
  it.each(WRONG_SSCC)('refuses SSCC %s, which should end in %s', (code, right) => {
    expect(isValidSscc(code)).toBe(false);
    expect(expectedCheckDigit(code)).toBe(right);
  });

  it('judges the length too: a right digit on 10 or 17 digits is not a key', () => {
    expect(isValidGtin(`123456789${gs1CheckDigit('123456789')}`)).toBe(false);
    expect(isValidSscc(`1234567890123456${gs1CheckDigit('1234567890123456')}`)).toBe(false);
    expect(isValidSscc('00106141412345678908')).toBe(false);
  });

  it('catches every single wrong digit, which is what the scheme promises', () => {
    fc.assert(
      fc.property(digits(17), fc.nat({ max: 17 }), fc.integer({ min: 1, max: 9 }), (body, at, shift) => {
        const code = body + gs1CheckDigit(body);
        const wrong = code.slice(0, at) + ((Number(code[at]) + shift) % 10) + code.slice(at + 1);
        return isValidSscc(code) && !isValidSscc(wrong);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        isValidGtin(text);
        isValidSscc(text);
        normaliseSscc(text);
        expectedCheckDigit(text);
      }),
    );
  });
});

describe('expectedCheckDigit', () => {
  it.each(['', '5', 'A1', '12-3'])('has no answer for %j', (code) => expect(expectedCheckDigit(code)).toBeNull());
});

describe('normaliseSscc', () => {
  it.each([
    ['106141412345678908', '106141412345678908'],
    ['00106141412345678908', '106141412345678908'],
    ['(00)106141412345678908', '106141412345678908'],
    ['(00) 1 0614141 234567890 8', '106141412345678908'],
    ['1-0614141-234567890-8', '106141412345678908'],
    ['342603046212341547', '342603046212341547'],
    ['000614141000000001', '000614141000000001'],
  ])('reads %s', (raw, sscc) => expect(normaliseSscc(raw)).toBe(sscc));

  it.each([
    '',
    '10614141234567890',
    '01106141412345678908',
    '1061414123456789081',
    'PALLET 7',
    '(01)106141412345678908',
  ])('has no SSCC in %j', (raw) => expect(normaliseSscc(raw)).toBeNull());

  it('is idempotent, and the identifier in front changes nothing', () => {
    fc.assert(fc.property(digits(18), (code) => normaliseSscc(code) === code && normaliseSscc(`00${code}`) === code));
  });
});
