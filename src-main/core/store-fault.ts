/**
 * What a database on this station failed of.
 * - `corrupt`: its contents cannot be trusted · `read_only`: it may not be written · `locked`: another program holds it
 * - `full`: the disk has no room; nothing of the transaction was written · `other`
 */
export type StoreFaultKind = 'corrupt' | 'read_only' | 'locked' | 'full' | 'other';

export class StoreFault extends Error {
  readonly kind: StoreFaultKind;

  constructor(kind: StoreFaultKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreFault';
    this.kind = kind;
  }
}

export const isCorrupt = (error: unknown): boolean => error instanceof StoreFault && error.kind === 'corrupt';
