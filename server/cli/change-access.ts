import { accessBody, accessReply } from '#contract/wire/http.ts';
import { CommandLineError } from './command-line-error.ts';
import { listOf, readArgs } from './read-args.ts';
import { sentenceOf, throughServer } from './through-server.ts';

const OPTIONS = {
  role: { type: 'string' },
  warehouses: { type: 'string' },
  supplier: { type: 'string' },
} as const;

/** `access USER --role ROLE --warehouses LIST [--supplier ID]`: from now on, whatever tokens issued until now say. */
export const changeAccess = async (args: string[], env: NodeJS.ProcessEnv): Promise<number> => {
  const { values, positionals } = readArgs(args, OPTIONS);
  const [userId, ...rest] = positionals;
  if (userId === undefined || rest.length > 0) throw new CommandLineError('Say the id of one user.');
  // Not all of them by default, as for a token: who forgets it here would give somebody more than they had.
  if (values.warehouses === undefined) throw new CommandLineError('--warehouses is required; * for all, "" for none.');
  const supplierId = values.supplier === undefined ? {} : { supplierId: values.supplier };
  const body = accessBody.safeParse({ role: values.role, warehouses: listOf(values.warehouses), ...supplierId });
  if (!body.success) {
    const flags: Readonly<Record<string, string>> = { supplierId: 'supplier' };
    const wrong = body.error.issues.map(
      ({ path, message }) => `--${flags[String(path[0])] ?? String(path[0])}: ${message}`,
    );
    throw new CommandLineError([...new Set(wrong)].join('\n'));
  }
  const changed = await throughServer(env, async ({ url, headers }) => {
    const reply = await fetch(`${url}/api/users/${encodeURIComponent(userId)}/access`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body.data),
    });
    if (!reply.ok) throw new Error(await sentenceOf(reply));
    return accessReply.parse(await reply.json());
  });
  const where = changed.warehouses.includes('*') ? 'all warehouses' : changed.warehouses.join(', ') || 'no warehouse';
  const whose = changed.supplierId === null ? '' : ` of ${changed.supplierId}`;
  console.log(
    `${changed.userId} is ${changed.role}${whose} for ${where}; this counts at once, also for tokens issued until now.`,
  );
  return 0;
};
