import { describe, expect, it } from 'vitest';
import { at, NOW, shipment } from '../testing/sample.ts';
import { latenessOf, minutesSince } from './lateness.ts';

const now = Date.parse(NOW);

describe('lateness', () => {
  it.each([
    ['on the road, past its time', { eta: at(-38) }, 'late', 38],
    ['on the road, a minute past', { eta: at(-1) }, 'late', 1],
    ['on the road, within the hour', { eta: at(25) }, 'due', 25],
    ['on the road, exactly now', { eta: at(0) }, 'due', 0],
    ['on the road, in two hours', { eta: at(120) }, 'on_time', 120],
    ['without a time', { eta: null }, 'unknown', 0],
    ['arrived late', { status: 'arrived', eta: at(-60), arrivedAt: at(-20) }, 'late', 40],
    ['arrived early', { status: 'arrived', eta: at(0), arrivedAt: at(-16) }, 'early', 16],
    ['arrived punctually', { status: 'counting', eta: at(-60), arrivedAt: at(-45) }, 'on_time', 15],
    ['cancelled on the road', { status: 'cancelled', eta: at(-60) }, 'unknown', 0],
  ] as const)('%s', (_, part, kind, minutes) => {
    expect(latenessOf(shipment(part), now)).toEqual({ kind, minutes });
  });

  it('counts whole minutes and never below zero', () => {
    expect(minutesSince(at(-9), now + 59_000)).toBe(9);
    expect(minutesSince(at(3), now)).toBe(0);
  });
});
