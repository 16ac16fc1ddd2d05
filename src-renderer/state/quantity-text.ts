// Typing a decimal digit by digit, within what `fields.quantity` of the contract admits: 12 digits, 6 after the point.

const QUANTITY = /^\d{1,12}(\.\d{1,6})?$/;
const TYPING = /^\d{0,12}(\.\d{0,6})?$/;

/** True for what the contract admits as a quantity. */
export const isQuantity = (text: string): boolean => QUANTITY.test(text);

/** True while `text` can still become a quantity: empty, `3.` and `0` count. */
export const canBecomeQuantity = (text: string): boolean => TYPING.test(text);

/** Keys of the number pad; `clear` has no key of its own and empties a field from code. */
export type PadKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '.' | 'back' | 'clear';

/** The text after a key of the pad; unchanged when the key would make it no quantity. A lone leading zero is replaced. */
export const typeKey = (text: string, key: PadKey): string => {
  if (key === 'clear') return '';
  if (key === 'back') return text.slice(0, -1);
  if (key === '.') return text.includes('.') ? text : `${text === '' ? '0' : text}.`;
  const next = text === '0' ? key : text + key;
  return canBecomeQuantity(next) ? next : text;
};

/** `3.` → `3`; anything unfinished beyond that stays as it is and is not a quantity. */
export const finishQuantity = (text: string): string => (text.endsWith('.') ? text.slice(0, -1) : text);

/** A PIN after a key: digits only, zeros in front count, at most the 20 the contract admits. */
export const typePin = (pin: string, key: PadKey): string => {
  if (key === 'clear') return '';
  if (key === 'back') return pin.slice(0, -1);
  return key === '.' || pin.length >= 20 ? pin : pin + key;
};
