import { CommandLineError, readArgs } from '../command-line.ts';

/** Numbers from the command line, each with its default: `--stations 500`; throws `CommandLineError`. */
export const numbers = <K extends string>(args: readonly string[], defaults: Record<K, number>): Record<K, number> => {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]));
  const values = readArgs(args, options);
  const entries = Object.entries<number>(defaults).map(([name, fallback]) => {
    const value = values[name] === undefined ? fallback : Number(values[name]);
    if (!Number.isFinite(value) || value <= 0)
      throw new CommandLineError(`--${name} takes a number above zero, not "${values[name]}".`);
    return [name, value];
  });
  return Object.fromEntries(entries) as Record<K, number>;
};
