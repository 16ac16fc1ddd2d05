import { AddressRates } from '../core/address-rates.ts';
import { type Rate, TokenBucket } from '../core/token-bucket.ts';

export type HandshakeRules = {
  /** Of everybody together. */
  readonly all: Rate;
  /** Of one address; behind one there may be a whole warehouse. */
  readonly ofOne: Rate;
};

export type Admission = 'admitted' | 'address_too_fast' | 'crowded';

/**
 * How many connections may be opened. One address has a measure of its own, asked first: what is thrown at the door from there is
 * not taken from the measure of all, and leaves room in it for the others.
 */
export class HandshakeRates {
  readonly #all: TokenBucket;
  readonly #ofOne: AddressRates;

  /** `now` in milliseconds since 1970, here and below. */
  constructor(rules: HandshakeRules, now: number) {
    this.#all = new TokenBucket(rules.all, now);
    this.#ofOne = new AddressRates(rules.ofOne);
  }

  get addresses(): number {
    return this.#ofOne.addresses;
  }

  /** Counts one more from this address, if it is let in; null for one that nobody knows. */
  take(address: string | null, now: number): Admission {
    if (address !== null && !this.#ofOne.take(address, now)) return 'address_too_fast';
    return this.#all.take(now) ? 'admitted' : 'crowded';
  }
}
