import { below, pickOf } from '../support/seeded.ts';

type Random = () => number;

/** Values that programs trip over. */
const ODD: readonly [unknown, ...unknown[]] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  ' ',
  '\0',
  '\ud800',
  '\u202e',
  '💥'.repeat(50),
  '__proto__',
  'constructor',
  '../../etc/passwd',
  "'; DROP TABLE change; --",
  '%00%ff',
  '2026-13-45T99:99:99Z',
  'x'.repeat(5_000),
  [],
  {},
  [[[[[[]]]]]],
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'),
];

const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

export const odd = (random: Random): unknown => (random() < 0.02 ? deep(below(random, 2_000)) : pickOf(random, ODD));

const characters = (random: Random, text: string): string => {
  const at = below(random, text.length + 1);
  return text.slice(0, at) + String.fromCharCode(below(random, 70_000)) + text.slice(at + below(random, 3));
};

/** The same with one thing wrong somewhere in it: replaced, gone, doubled, added. */
export const spoilt = (random: Random, value: unknown, chance = 0.3): unknown => {
  if (random() < chance) return typeof value === 'string' && random() < 0.5 ? characters(random, value) : odd(random);
  if (Array.isArray(value)) {
    if (value.length === 0) return [odd(random)];
    const at = below(random, value.length);
    if (random() < 0.1) return [...value, ...value];
    return value.map((each: unknown, index) => (index === at ? spoilt(random, each) : each));
  }
  if (typeof value !== 'object' || value === null) return odd(random);
  const keys = Object.keys(value);
  const key = keys[below(random, Math.max(1, keys.length))];
  if (key === undefined) return { odd: odd(random) };
  const { [key]: chosen, ...rest } = value as Record<string, unknown>;
  const fate = random();
  if (fate < 0.15) return rest;
  if (fate < 0.25) return { ...value, [String(odd(random))]: odd(random) };
  return { ...value, [key]: spoilt(random, chosen) };
};

/** Bytes with some of them wrong: flipped, cut off, gone, doubled, or zeros. */
export const spoiltBytes = (random: Random, bytes: Buffer): Buffer => {
  const fate = random();
  const at = below(random, bytes.length + 1);
  if (fate < 0.2) return bytes.subarray(0, at);
  if (fate < 0.3) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 50))]);
  if (fate < 0.4) return Buffer.concat([bytes, bytes.subarray(at)]);
  const copy = Buffer.from(bytes);
  if (fate < 0.5) return copy.fill(0, at, Math.min(copy.length, at + 4_096));
  if (copy.length === 0) return copy;
  for (let flips = 1 + below(random, 8); flips > 0; flips -= 1) {
    const place = below(random, copy.length);
    copy[place] = (copy[place] ?? 0) ^ (1 << below(random, 8));
  }
  return copy;
};

export const noise = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => below(random, 256)));
