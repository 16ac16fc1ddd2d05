import fc from 'fast-check';

/** How often each kind of operation comes, against the others. */
const WEIGHTS = {
  mutate: 440,
  scan: 110,
  note: 60,
  inspect: 60,
  announce: 40,
  upload: 30,
  look: 40,
  time: 70,
  goOffline: 25,
  goOnline: 45,
  pullPlug: 25,
  stall: 20,
  slowDown: 10,
  loseAnswer: 40,
  repeatRequest: 15,
  stalePage: 15,
  breakSnapshot: 15,
  blockSockets: 12,
  allowSockets: 20,
  killStation: 15,
  killStationWithin: 20,
  killServer: 10,
  killServerWithin: 15,
  fillDisk: 8,
  deadSpot: 6,
  backup: 12,
  restore: 5,
  restoreFolder: 1,
  changePerson: 8,
  changeRights: 14,
  moveShipment: 30,
  moveDoor: 20,
  prune: 20,
  cloneStation: 3,
  skewClock: 10,
  upgrade: 8,
  sleep: 3,
} as const;

export type Operation = keyof typeof WEIGHTS;
export const OPERATIONS = Object.keys(WEIGHTS) as Operation[];

/** One operation, and how long it is until the next. What the numbers mean is each operation's own affair. */
export type Action = { readonly do: Operation; readonly station: number; readonly pick: number; readonly gap: number };

const operation = fc.oneof(...OPERATIONS.map((name) => ({ weight: WEIGHTS[name], arbitrary: fc.constant(name) })));
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.nat(6) },
  { weight: 5, arbitrary: fc.nat(120) },
  { weight: 1, arbitrary: fc.nat(3_000) },
);
const action: fc.Arbitrary<Action> = fc.record({ do: operation, station: fc.nat(63), pick: fc.nat(0xffff), gap });

export type Schedule = { readonly seed: number; readonly actions: readonly Action[] };

/** Begins with so many, and gets shorter only when it is shrunk. */
class Exactly extends fc.Arbitrary<Action[]> {
  readonly #whole: fc.Arbitrary<Action[]>;
  readonly #shorter: fc.Arbitrary<Action[]>;

  constructor(operations: number) {
    super();
    this.#whole = fc.array(action, { minLength: operations, maxLength: operations, size: 'max' });
    this.#shorter = fc.array(action, { minLength: 0, maxLength: operations, size: 'max' });
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<Action[]> {
    return new fc.Value([...this.#whole.generate(random, bias).value], undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Action[] {
    return this.#shorter.canShrinkWithoutContext(value);
  }

  override shrink(value: Action[], context: unknown): fc.Stream<fc.Value<Action[]>> {
    return this.#shorter.shrink(value, context);
  }
}

/** So many operations, and the seed of everything that is left to chance besides. */
export const schedulesOf = (operations: number): fc.Arbitrary<Schedule> =>
  fc.record({ seed: fc.noShrink(fc.nat(0x7fffffff)), actions: new Exactly(operations) });
