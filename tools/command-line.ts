import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** A command was not typed as it should be; the message is one sentence that says how. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

/** Options as `node:util` reads them, strictly; throws `CommandLineError`. */
export const readArgs = <O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) => {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    // What Node adds about positional arguments helps nobody here.
    throw new CommandLineError(`${error instanceof Error ? error.message.split('. ')[0] : error}.`.replace('..', '.'));
  }
};

/** What `read` returns; ends the process with code 2 and one sentence when the command line is wrong. */
export const orExit = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
};
