import { z } from 'zod';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What the server reads from its environment, by the table in the README. */
export type Config = {
  readonly port: number;
  readonly host: string;
  readonly secret: string;
  readonly previousSecret: string | undefined;
  readonly dataDir: string;
  readonly allowedOrigins: readonly string[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly intakeCreate: boolean;
};

/** The environment does not make a server; `message` lists every reason, one a line, for the person who set it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const SHORTEST_PRODUCTION_SECRET = 32;

const origin = z.url({ protocol: /^https?$/, error: 'must be a list of origins such as http://localhost:3000' });

const origins = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim().replace(/\/+$/, '')))
  .transform((list) => list.filter((each) => each !== ''))
  .pipe(z.array(origin));

const yesOrNo = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be true or false' }))
  .transform((text) => text === 'true' || text === '1' || text === 'yes');

const port = z
  .string()
  .trim()
  .regex(/^\d+$/, 'must be a number from 0 to 65535')
  .transform(Number)
  .pipe(z.number().max(65_535, 'must be a number from 0 to 65535'));

const secretHelp = 'is required: it signs and checks every token. Make one with: openssl rand -base64 48';

const environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: port.default(5001),
  HOST: z.string().trim().min(1).default('127.0.0.1'),
  JWT_SECRET: z.string({ error: secretHelp }).min(1, secretHelp),
  JWT_SECRET_PREVIOUS: z.string().min(1).optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .undefined('is set, but this version keeps its data in SQLite in DATA_DIR only. Unset it; PostgreSQL comes later.')
    .optional(),
  REDIS_URL: z.undefined('is set, but this version runs as one node. Unset it; several nodes come later.').optional(),
  ALLOWED_ORIGINS: origins.default(['http://localhost:3000', 'http://localhost:5173']),
  FRONTEND_URL: origins.default([]),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  INTAKE_CREATE: yesOrNo.default(true),
});

/** An empty value is an unset one: that is what `PORT= npm run server` and most service managers mean. */
const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

/** Reads the server's variables; throws `ConfigError` naming every variable that does not fit. Never reads `process.env`. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const read = environment.safeParse(withoutEmpty(env));
  if (!read.success)
    throw new ConfigError(read.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`).join('\n'));
  const { data } = read;
  if (data.NODE_ENV === 'production') {
    for (const name of ['JWT_SECRET', 'JWT_SECRET_PREVIOUS'] as const) {
      const length = data[name]?.length ?? SHORTEST_PRODUCTION_SECRET;
      if (length < SHORTEST_PRODUCTION_SECRET)
        throw new ConfigError(
          `${name} has ${length} characters; with NODE_ENV=production it needs at least ${SHORTEST_PRODUCTION_SECRET}.`,
        );
    }
  }
  return {
    port: data.PORT,
    host: data.HOST,
    secret: data.JWT_SECRET,
    previousSecret: data.JWT_SECRET_PREVIOUS,
    dataDir: data.DATA_DIR,
    allowedOrigins: [...new Set([...data.ALLOWED_ORIGINS, ...data.FRONTEND_URL])],
    logLevel: data.LOG_LEVEL,
    intakeCreate: data.INTAKE_CREATE,
  };
};
