import { tokenClaims } from '#contract/wire/token.ts';
import { signToken } from '../access.ts';
import { readConfig } from '../config.ts';
import { CommandLineError } from './command-line-error.ts';
import { listOf, readArgs } from './read-args.ts';

const DAY_S = 86_400;

const OPTIONS = {
  name: { type: 'string' },
  role: { type: 'string' },
  warehouses: { type: 'string', default: '*' },
  supplier: { type: 'string' },
  days: { type: 'string', default: '30' },
  sub: { type: 'string' },
} as const;

/** Prints a token and nothing else, so that it can be captured: `TOKEN=$(npm run -s server -- token …)`. */
export const printToken = async (args: string[], env: NodeJS.ProcessEnv): Promise<number> => {
  const { values } = readArgs(args, OPTIONS);
  const days = Number(values.days);
  if (!(days > 0 && days <= 3650)) throw new CommandLineError('--days is a number above 0, at most 3650.');
  const claims = tokenClaims.safeParse({
    sub: values.sub ?? values.name?.trim().toLowerCase().replace(/\s+/g, '-'),
    name: values.name,
    role: values.role,
    warehouses: listOf(values.warehouses),
    supplierId: values.supplier,
    exp: Math.floor(Date.now() / 1000 + days * DAY_S),
    iat: Date.now() / 1000,
  });
  if (!claims.success) {
    const flags: Readonly<Record<string, string>> = { sub: 'name', supplierId: 'supplier' };
    const wrong = claims.error.issues.map(({ path, message }) => {
      const field = String(path[0]);
      return `--${flags[field] ?? field}: ${message}`;
    });
    throw new CommandLineError([...new Set(wrong)].join('\n'));
  }
  console.log(await signToken(claims.data, readConfig(env).secret));
  return 0;
};
