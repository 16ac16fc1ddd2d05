import { readConfig } from '../config.ts';
import { createServer } from '../create-server.ts';

/** One Ctrl-C reaches the server twice when npm passes on what the terminal sent to both; that is no second wish. */
const SAME_WISH_MS = 300;

/** The first SIGTERM or Ctrl-C; a second one ends the process on the spot. */
const untilToldToStop = (onStopping: (signal: string) => void): Promise<void> =>
  new Promise((resolve) => {
    let toldAt: number | null = null;
    const stop = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      if (toldAt !== null) {
        if (now - toldAt > SAME_WISH_MS) process.exit(1);
        return;
      }
      toldAt = now;
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
    await server.listen(port, host);
    await untilToldToStop((signal) => server.log.info({ signal }, 'stopping'));
  } finally {
    await server.close();
  }
  return 0;
};
