import { normaliseQuantity } from '#contract/domain/quantity.ts';

/** Longer than any number that could be stored; also keeps the pattern below from looking at megabytes twice. */
const LONGEST = 40;

/**
 * An X12 number (type N0 or R) as a decimal string: `0012.50` → `12.5`, `.5` → `0.5`. `null` for what is not one, is negative,
 * or has more than 12 digits before or 6 significant ones after the point, which is the most Dockline stores.
 * A comma is not guessed at: `1,500` is a thousand in one country and one and a half in another.
 */
export const readQuantity = (raw: string): string | null => {
  if (raw.length > LONGEST) return null;
  const [, whole = '', fraction = ''] = /^\+?(\d*)\.?(\d*)$/.exec(raw) ?? [];
  if (whole + fraction === '') return null;
  const integer = whole.replace(/^0+(?=\d)/, '') || '0';
  const decimals = fraction.replace(/0+$/, '');
  if (integer.length > 12 || decimals.length > 6) return null;
  return normaliseQuantity(decimals === '' ? integer : `${integer}.${decimals}`);
};
