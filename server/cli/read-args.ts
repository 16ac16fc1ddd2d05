import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { CommandLineError } from './command-line-error.ts';

/** What stands between commas. */
export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** `node:util` parseArgs, strict, with its complaints as `CommandLineError`. */
export const readArgs = <O extends ParseArgsOptionsConfig>(args: string[], options: O) => {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new CommandLineError(error instanceof Error ? error.message : String(error));
  }
};
