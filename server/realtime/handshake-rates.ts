import { type Rate, TokenBucket } from './token-bucket.ts';

/** Addresses remembered at most, some 2 MB; who opens nothing for some seconds has a full measure again and can be forgotten. */
const MOST_ADDRESSES = 10_000;

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
  readonly #rules: HandshakeRules;
  readonly #all: TokenBucket;
  /** By address, the one heard of longest ago first. */
  readonly #ofOne = new Map<string, TokenBucket>();

  /** `now` in milliseconds since 1970, here and below. */
  constructor(rules: HandshakeRules, now: number) {
    this.#rules = rules;
    this.#all = new TokenBucket(rules.all, now);
  }

  get addresses(): number {
    return this.#ofOne.size;
  }

  /** Counts one more from this address, if it is let in; null for one that nobody knows. */
  take(address: string | null, now: number): Admission {
    if (address !== null && !this.#bucketOf(address, now).take(now)) return 'address_too_fast';
    return this.#all.take(now) ? 'admitted' : 'crowded';
  }

  #bucketOf(address: string, now: number): TokenBucket {
    const bucket = this.#ofOne.get(address) ?? new TokenBucket(this.#rules.ofOne, now);
    this.#ofOne.delete(address);
    this.#ofOne.set(address, bucket);
    const [oldest] = this.#ofOne.keys();
    if (this.#ofOne.size > MOST_ADDRESSES && oldest !== undefined) this.#ofOne.delete(oldest);
    return bucket;
  }
}
