import { CommandLineError, readArgs } from '../command-line.ts';

export type Options = {
  readonly stations: number;
  /** The simulated dock keeps moving. */
  readonly live: boolean;
  /** What was there from last time is removed first. */
  readonly fresh: boolean;
  /** Null where the server may take the usual one, or any that is free. */
  readonly port: number | null;
};

const whole = (name: string, text: string, least: number, most: number): number => {
  const given = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (given >= least && given <= most) return given;
  throw new CommandLineError(`--${name} takes a whole number from ${least} to ${most}, not "${text}".`);
};

/** What `npm start` was told; throws `CommandLineError`. */
export const readOptions = (args: readonly string[]): Options => {
  const { stations, live, fresh, port } = readArgs(args, {
    stations: { type: 'string', default: '1' },
    live: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    port: { type: 'string' },
  });
  return {
    stations: whole('stations', stations, 1, 8),
    live,
    fresh,
    port: port === undefined ? null : whole('port', port, 1, 65_535),
  };
};
