// GS1 keys as they arrive at a dock. Everything here is text: a GTIN may begin with zero and an SSCC exceeds 2^53.

const DIGITS = /^\d+$/;
const GTIN_LENGTHS: ReadonlySet<number> = new Set([8, 12, 13, 14]);
const SSCC_LENGTH = 18;

/**
 * The mod-10 digit that must follow `body` (the key without its check digit, digits only, any length): from the right the
 * weights are 3, 1, 3, 1…, whatever the length, so one routine serves GTIN, GLN and SSCC.
 * Throws RangeError when `body` is not digits: a silent wrong digit would end up on a label.
 */
export const gs1CheckDigit = (body: string): string => {
  if (!DIGITS.test(body)) throw new RangeError('A GS1 check digit is computed over digits only');
  let sum = 0;
  let weight = 3;
  for (let at = body.length - 1; at >= 0; at -= 1) {
    sum += (body.charCodeAt(at) - 48) * weight;
    weight = weight === 3 ? 1 : 3;
  }
  return String((10 - (sum % 10)) % 10);
};

/** The digit `code` should end in, judged by all before it; `null` when `code` is not at least two digits. */
export const expectedCheckDigit = (code: string): string | null =>
  code.length >= 2 && DIGITS.test(code) ? gs1CheckDigit(code.slice(0, -1)) : null;

const endsInItsCheckDigit = (code: string): boolean => expectedCheckDigit(code) === code.at(-1);

/** 18 digits and a right check digit; the bare key, without `00` in front. */
export const isValidSscc = (code: string): boolean => code.length === SSCC_LENGTH && endsInItsCheckDigit(code);

/** 8, 12, 13 or 14 digits (EAN-8, UPC-A, EAN-13, case code) and a right check digit. */
export const isValidGtin = (code: string): boolean => GTIN_LENGTHS.has(code.length) && endsInItsCheckDigit(code);

/**
 * The 18 digits of an SSCC from the ways people send one: bare, with the application identifier `00` in front (20 digits),
 * or as printed, `(00) 1 0614141 234567890 8`. `null` when it is none of these. A wrong check digit is NOT refused here:
 * the pallet on the floor carries the same wrong label, and must be found by it.
 */
export const normaliseSscc = (raw: string): string | null => {
  const bare = raw.replace(/^\s*\(00\)/, '').replace(/[\s-]/g, '');
  if (!DIGITS.test(bare)) return null;
  if (bare.length === SSCC_LENGTH) return bare;
  return bare.length === SSCC_LENGTH + 2 && bare.startsWith('00') ? bare.slice(2) : null;
};
