import { readConfig } from '../config.ts';
import { createServer } from '../create-server.ts';
import { stopWishes } from './stop-wishes.ts';

/** Listens until told to stop, finishes what is under way, and returns 0. Throws when it cannot start. */
export const serve = async (env: NodeJS.ProcessEnv): Promise<number> => {
  const { secret, previousSecret, port, host, ...config } = readConfig(env);
  const wishes = stopWishes(env.npm_lifecycle_event !== undefined);
  try {
    const options = { ...config, jwtSecret: secret, jwtSecretPrevious: previousSecret, processMetrics: true };
    const server = await createServer(options);
    try {
      await server.listen(port, host);
      server.log.info({ because: await wishes.first }, 'stopping');
    } finally {
      await server.close();
    }
  } finally {
    wishes.forget();
  }
  return 0;
};
