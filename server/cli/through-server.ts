import { signToken } from '../access.ts';
import { type Config, readConfig } from '../config.ts';
import { createServer } from '../create-server.ts';
import { DataDirInUse } from '../data-dir-lock.ts';

/** A server to talk to, signed in as the operator. */
export type ServerAccess = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

const MINUTES_15 = 900;

const operatorHeaders = async (secret: string): Promise<Record<string, string>> => {
  const exp = Math.floor(Date.now() / 1000) + MINUTES_15;
  const claims = { sub: 'operator', name: 'Operator', role: 'admin' as const, warehouses: ['*'], exp };
  return { authorization: `Bearer ${await signToken(claims, secret)}` };
};

/**
 * Does something through the server of this data folder: the one that runs, else one that is started for the purpose, on the
 * loopback. One way in for operators and clients, and a running server never finds its data changed behind its back.
 */
export const throughServer = async <T>(
  env: NodeJS.ProcessEnv,
  work: (server: ServerAccess) => Promise<T>,
): Promise<T> => {
  const config: Config = readConfig(env);
  const headers = await operatorHeaders(config.secret);
  try {
    const { secret: jwtSecret, dataDir, intakeCreate } = config;
    const server = await createServer({ jwtSecret, dataDir, intakeCreate, logLevel: 'error' });
    try {
      const { url } = await server.listen(0, '127.0.0.1');
      return await work({ url, headers });
    } finally {
      await server.close();
    }
  } catch (error) {
    if (!(error instanceof DataDirInUse) || error.url === null) throw error;
    return work({ url: error.url, headers });
  }
};

/** The sentence of a problem document, or the status when it is none. */
export const sentenceOf = async (reply: Response): Promise<string> => {
  const problem = (await reply.json().catch(() => null)) as { detail?: unknown } | null;
  return typeof problem?.detail === 'string' ? problem.detail : `the server answered ${reply.status}`;
};
