/** The command was not typed as it should be; the message says how, and the help follows it. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}
