import { describe, expect, it } from 'vitest';
import { limitsOf } from '../limits.ts';
import { type Admission, HandshakeRates } from './handshake-rates.ts';

const { handshakes: all, handshakesOfOne: ofOne } = limitsOf();
const rates = () => new HandshakeRates({ all, ofOne }, 0);

const knock = (at: HandshakeRates, address: string | null, times: number, now: number): Record<Admission, number> => {
  const count = { admitted: 0, address_too_fast: 0, crowded: 0 };
  for (let time = 0; time < times; time++) count[at.take(address, now)] += 1;
  return count;
};

describe('how many may open a connection', () => {
  it('does not let one address use up the room of all', () => {
    const door = rates();
    for (let now = 0; now <= 10_000; now += 100) {
      knock(door, 'garbage', 1_000, now);
      const others = Array.from({ length: 15 }, (_, at) => door.take(`station ${now} ${at}`, now));
      expect(others.every((each) => each === 'admitted')).toBe(true);
    }
  });

  it('lets a whole warehouse in at once from one address', () => {
    expect(knock(rates(), 'the one address of 300 stations', 300, 0)).toMatchObject({ admitted: 300 });
  });

  it('takes nobody for one address whose address is not known', () => {
    expect(knock(rates(), null, 1_000, 0)).toEqual({
      admitted: all.burst,
      address_too_fast: 0,
      crowded: 1_000 - all.burst,
    });
  });

  it('lets a thousand in from as many addresses within three seconds', () => {
    const door = rates();
    let waiting = Array.from({ length: 1000 }, (_, at) => `station ${at}`);
    for (let now = 0; now < 3_000; now += 100) waiting = waiting.filter((each) => door.take(each, now) !== 'admitted');
    expect(waiting).toEqual([]);
  });

  it('does not take from the measure of all what it refuses one', () => {
    const door = rates();
    knock(door, 'garbage', 100_000, 0);
    expect(knock(door, 'another', all.burst - ofOne.burst, 0)).toMatchObject({ admitted: all.burst - ofOne.burst });
  });

  it('says so when it is not their doing', () => {
    const door = rates();
    const each = Array.from({ length: 1_000 }, (_, at) => door.take(`station ${at}`, 0));
    expect(each.filter((one) => one === 'admitted').length).toBe(all.burst);
    expect(each.at(-1)).toBe('crowded');
  });

  it('remembers a bounded number of addresses, those heard of last', () => {
    const door = rates();
    knock(door, 'garbage', 1_000, 0);
    for (let at = 0; at < 50_000; at++) {
      door.take(`address ${at}`, 0);
      if (at % 1_000 === 0) expect(door.take('garbage', 0)).toBe('address_too_fast');
    }
    expect(door.addresses).toBe(10_000);
  });
});
