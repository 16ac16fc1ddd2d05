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

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE')
    return `${error.message}. Another program listens there; set PORT to another number.`;
  return error.message;
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
