import { describe, expect, it } from 'vitest';
import { COMMAND_ARGS } from '#contract/domain/command-args.ts';
import { isMeasure, meetsLimits } from './check-limits.ts';
import { canBecomeQuantity, finishQuantity, isQuantity, type PadKey, typeKey } from './quantity-text.ts';

const type = (keys: string): string => keys.split(' ').reduce((text, key) => typeKey(text, key as PadKey), '');

describe('typing a quantity', () => {
  it.each([
    ['1 2', '12'],
    ['0 7', '7'],
    ['. 5', '0.5'],
    ['3 . . 2', '3.2'],
    ['1 2 back', '1'],
    ['back', ''],
    ['4 clear 9', '9'],
    ['1 2 3 4 5 6 7 8 9 0 1 2 3', '123456789012'],
    ['1 . 1 2 3 4 5 6 7', '1.123456'],
  ])('%s → %j', (keys, text) => {
    expect(type(keys)).toBe(text);
  });

  it('knows what is a quantity and what may become one', () => {
    expect(['12', '3.5', '0'].every(isQuantity)).toBe(true);
    expect(['', '3.', '-1', '1e3', '1,5', '1.1234567'].some(isQuantity)).toBe(false);
    expect(['', '3.', '12'].every(canBecomeQuantity)).toBe(true);
    expect(canBecomeQuantity('12x')).toBe(false);
    expect(finishQuantity('3.')).toBe('3');
  });

  it('agrees with the contract about what a quantity is', () => {
    const schema = COMMAND_ARGS.setCount.shape.counted;
    for (const text of ['0', '12', '3.5', '123456789012.123456', '', '3.', '-1', '1234567890123', '1.1234567', 'a'])
      expect([text, isQuantity(text)]).toEqual([text, schema.safeParse(text).success]);
  });
});

describe('limits of a check', () => {
  it.each([
    ['-19', true],
    ['-22', true],
    ['-18', true],
    ['-17.9', false],
    ['-23', false],
    ['', null],
    ['-', null],
  ])('%j between −22 and −18 is %s', (value, met) => {
    expect(meetsLimits({ min: '-22', max: '-18' }, value)).toBe(met);
  });

  it('has open ends', () => {
    expect(meetsLimits({ min: '5' }, '4')).toBe(false);
    expect(meetsLimits({ max: '5' }, '4')).toBe(true);
    expect(meetsLimits({}, '4')).toBe(true);
    expect(isMeasure('1.2.3')).toBe(false);
  });
});
