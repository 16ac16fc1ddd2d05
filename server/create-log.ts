import { type Logger, pino } from 'pino';

/** Tokens, PINs and contents are never logged: what may carry one is cut out wherever it stands. */
const SECRETS = ['token', 'authorization', 'leadPin', 'pin', 'password', 'args', 'body', 'headers'];
const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Lines of JSON on stdout, or wherever `to` says. */
export const createLog = (level: string, to?: { write(line: string): void }): Logger => {
  const options = { level, redact: { paths, remove: true }, base: { app: 'dockline' } };
  return to === undefined ? pino(options) : pino(options, to);
};
