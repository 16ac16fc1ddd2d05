import { CommandLineError, readArgs } from '../../tools/command-line.ts';

const NUMBERS = {
  /** How many schedules. */
  schedules: 200,
  /** Operations in each of them. */
  operations: 300,
  stations: 3,
  /** Of the first schedule; the next has the next. */
  seed: 1,
  /** Processes at the same time. */
  jobs: 2,
} as const;

export type Options = { readonly [K in keyof typeof NUMBERS]: number } & {
  /** Where in fast-check's tree of shrunk schedules: replays that one alone. */
  readonly path: string | null;
  /** Runs the planted bugs instead; or only the one of this name. */
  readonly bugs: boolean;
  readonly bug: string | null;
};

/** What `npm run sim` was told; throws `CommandLineError`. */
export const readOptions = (args: readonly string[]): Options => {
  const values = readArgs(args, {
    schedules: { type: 'string' },
    operations: { type: 'string' },
    stations: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string' },
    path: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    bug: { type: 'string' },
  });
  const number = (name: keyof typeof NUMBERS): number => {
    const given = values[name] === undefined ? NUMBERS[name] : Number(values[name]);
    if (!Number.isSafeInteger(given) || given < (name === 'seed' ? 0 : 1)) {
      throw new CommandLineError(`--${name} takes a whole number, not "${values[name]}".`);
    }
    return given;
  };
  return {
    schedules: number('schedules'),
    operations: number('operations'),
    stations: number('stations'),
    seed: number('seed'),
    jobs: number('jobs'),
    path: values.path ?? null,
    bugs: values.bugs,
    bug: values.bug ?? null,
  };
};
