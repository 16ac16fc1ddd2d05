import { readConfig } from '../config.ts';
import { createServer } from '../create-server.ts';

/** The first SIGTERM or Ctrl-C; a second one ends the process on the spot. */
const untilToldToStop = (onStopping: (signal: string) => void): Promise<void> =>
  new Promise((resolve) => {
    let told = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (told) process.exit(1);
      told = true;
      onStopping(signal);
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });

/** Listens until told to stop, finishes what is under way, and returns 0. Throws when it cannot start. */
export const serve = async (env: NodeJS.ProcessEnv): Promise<number> => {
  const { secret, previousSecret, port, host, ...config } = readConfig(env);
  const server = await createServer({
    ...config,
    jwtSecret: secret,
    jwtSecretPrevious: previousSecret,
    processMetrics: true,
  });
  try {
    const { url } = await server.listen(port, host);
    server.log.info({ url, dataDir: config.dataDir }, `Dockline listens at ${url}`);
    await untilToldToStop((signal) => server.log.info({ signal }, 'stopping'));
  } finally {
    await server.close();
  }
  return 0;
};
