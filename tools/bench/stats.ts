/** Value below which `share` (0–1) of the sorted samples lie; nearest rank. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;

export const median = (values: readonly number[]): number => percentile(Float64Array.from(values).sort(), 0.5);

export type Spread = { readonly p50: number; readonly p99: number; readonly max: number };

export const spread = (values: readonly number[]): Spread => {
  const sorted = Float64Array.from(values).sort();
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: percentile(sorted, 1) };
};

export type Point = { readonly x: number; readonly y: number };

/** How much y grows with each unit of x, by least squares; not a number with fewer than two different x. */
export const slope = (points: readonly Point[]): number => {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, each) => sum + of(each), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const over = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0);
  const under = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return under === 0 ? Number.NaN : over / under;
};

/**
 * How likely two systems of equal speed would differ as much as these samples do: Mann–Whitney, exact, two-sided. Counts the ways
 * to deal the ranks, so it is meant for the few runs a bench makes; ties count half.
 */
export const chance = (a: readonly number[], b: readonly number[]): number => {
  const wins = a.flatMap((x) => b.map((y) => (x < y ? 1 : x === y ? 0.5 : 0)));
  const u = wins.reduce<number>((sum, win) => sum + win, 0);
  const least = Math.floor(Math.min(u, a.length * b.length - u));
  const ways = new Map<string, number>();
  /** Ways in which `n` and `m` samples, dealt at random, give exactly `rest` wins. */
  const count = (n: number, m: number, rest: number): number => {
    if (rest < 0 || rest > n * m) return 0;
    if (n === 0 || m === 0) return 1;
    const key = `${n} ${m} ${rest}`;
    const known = ways.get(key) ?? count(n - 1, m, rest - m) + count(n, m - 1, rest);
    ways.set(key, known);
    return known;
  };
  let all = 0;
  let extreme = 0;
  for (let rest = 0; rest <= a.length * b.length; rest++) {
    const these = count(a.length, b.length, rest);
    all += these;
    if (rest <= least) extreme += these;
  }
  return Math.min(1, (2 * extreme) / all);
};

/** Most of these instants (milliseconds) that lie within one second. */
export const mostInASecond = (instants: readonly number[]): number => {
  const sorted = Float64Array.from(instants).sort();
  let most = 0;
  let from = 0;
  for (const [at, instant] of sorted.entries()) {
    while (instant - (sorted[from] ?? instant) >= 1000) from += 1;
    most = Math.max(most, at - from + 1);
  }
  return most;
};

/** A table with aligned columns; the first row is the heading. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
};
