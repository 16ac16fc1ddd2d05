/** A list for `in (…)`, which SQL does not allow to be empty: no id is the empty text, so it stands for none. */
export const atLeastOne = (ids: readonly string[]): readonly string[] => (ids.length === 0 ? [''] : ids);
