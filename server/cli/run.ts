import { ConfigError } from '../config.ts';
import { changeAccess } from './change-access.ts';
import { CommandLineError } from './command-line-error.ts';
import { defineWarehouse } from './define-warehouse.ts';
import { HELP } from './help.ts';
import { importFiles } from './import-files.ts';
import { printToken } from './print-token.ts';
import { serve } from './serve.ts';

type Env = NodeJS.ProcessEnv;

const COMMANDS: Readonly<Record<string, (args: string[], env: Env) => Promise<number>>> = {
  start: (_args, env) => serve(env),
  token: printToken,
  import: importFiles,
  warehouse: defineWarehouse,
  access: changeAccess,
  help: async () => {
    console.log(HELP);
    return 0;
  },
};

/** `EX_CONFIG` of sysexits.h: service managers know not to try again. */
const BAD_CONFIG = 78;

/** What to do about an address that cannot be listened at. */
const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there; set PORT to another number.',
  EADDRNOTAVAIL: 'This machine has no such address; set HOST to one of its own, or to 0.0.0.0 for all of them.',
  ENOTFOUND: 'This machine has no such address; set HOST to one of its own, or to 0.0.0.0 for all of them.',
  EACCES: 'This user may not listen there; set PORT to a number above 1023.',
};

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  const isAddress = syscall === 'listen' || syscall === 'bind' || syscall === 'getaddrinfo';
  const advice = isAddress && code !== undefined ? ADVICE[code] : undefined;
  return advice === undefined ? error.message : `${error.message}. ${advice}`;
};

/** Runs one operator command and returns the exit code; every failure is a sentence on stderr, never a stack. */
export const run = async ([name = 'start', ...args]: string[], env: Env): Promise<number> => {
  const isHelp = name === '--help' || name === '-h' || args.includes('--help');
  const command = Object.hasOwn(COMMANDS, isHelp ? 'help' : name) ? COMMANDS[isHelp ? 'help' : name] : undefined;
  try {
    if (command === undefined) throw new CommandLineError(`There is no command ${name}.`);
    return await command(args, env);
  } catch (error) {
    console.error(`dockline: ${explain(error)}`);
    if (error instanceof CommandLineError) console.error(`\n${HELP}`);
    return error instanceof ConfigError ? BAD_CONFIG : 1;
  }
};
