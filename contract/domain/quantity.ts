// Arithmetic on decimal strings through BigInt micro-units (six decimals, the most `fields.quantity` admits): exact, never floats.

const SCALE = 6;

const toMicro = (value: string): bigint => {
  const [whole = '0', fraction = ''] = value.split('.');
  return BigInt(whole + fraction.padEnd(SCALE, '0').slice(0, SCALE));
};

const fromMicro = (micro: bigint): string => {
  const digits = (micro < 0n ? -micro : micro).toString().padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  const text = digits.slice(0, -SCALE) + (fraction === '' ? '' : `.${fraction}`);
  return micro < 0n ? `-${text}` : text;
};

/** Sum of two quantities; both decimal strings without sign. */
export const addQuantity = (a: string, b: string): string => fromMicro(toMicro(a) + toMicro(b));

/** `a - b`, not below zero: a count is never negative. */
export const subtractQuantity = (a: string, b: string): string => {
  const difference = toMicro(a) - toMicro(b);
  return fromMicro(difference < 0n ? 0n : difference);
};

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export const compareQuantity = (a: string, b: string): number => {
  const difference = toMicro(a) - toMicro(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Canonical form: `007.50` → `7.5`. */
export const normaliseQuantity = (value: string): string => fromMicro(toMicro(value));
