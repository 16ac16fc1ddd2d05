/** Joins class names, leaving out what is absent. Always a string, as the strict optional props of our libraries want. */
export const cx = (...names: (string | false | null | undefined)[]): string => names.filter(Boolean).join(' ');
