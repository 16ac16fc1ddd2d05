/** What the last line of a run counts; every property says which of these its breach is. */
export const KINDS = ['lost', 'duplicated', 'diverged', 'leaked', 'illegal'] as const;
export type Kind = (typeof KINDS)[number];

/** A property that did not hold. Its name is that of the list in `README.md`. */
export class Violation extends Error {
  readonly kind: Kind;
  readonly property: string;

  constructor(kind: Kind, property: string, message: string) {
    super(`${property} (${kind}): ${message}`);
    this.name = 'Violation';
    this.kind = kind;
    this.property = property;
  }
}

export const require = (holds: boolean, kind: Kind, property: string, message: () => string): void => {
  if (!holds) throw new Violation(kind, property, message());
};
