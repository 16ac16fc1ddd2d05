import { type Rate, TokenBucket } from './token-bucket.ts';

/** Addresses remembered at most, some 2 MB; who does nothing for some seconds has a full measure again and can be forgotten. */
const MOST_ADDRESSES = 10_000;

/** One measure for each address; time is passed in, in milliseconds. */
export class AddressRates {
  readonly #rate: Rate;
  /** By address, the one heard of longest ago first. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  get addresses(): number {
    return this.#buckets.size;
  }

  /** Counts one more from this address; false when that is too many. */
  take(address: string, now: number): boolean {
    const bucket = this.#buckets.get(address) ?? new TokenBucket(this.#rate, now);
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MOST_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket.take(now);
  }
}
