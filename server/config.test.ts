import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const JWT_SECRET = 'a secret';
const message = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('readConfig', () => {
  it('needs a secret and nothing else', () => {
    expect(readConfig({ JWT_SECRET })).toEqual({
      port: 5001,
      host: '127.0.0.1',
      secret: JWT_SECRET,
      previousSecret: undefined,
      dataDir: './data',
      allowedOrigins: ['http://localhost:3000', 'http://localhost:5173'],
      logLevel: 'info',
      intakeCreate: true,
    });
  });

  it.each([{}, { JWT_SECRET: '' }])('refuses to go without one (%j)', (env) => {
    expect(message(env)).toMatch(/^JWT_SECRET is required.*openssl rand/);
  });

  it('wants 32 characters in production, of the previous secret too', () => {
    expect(message({ JWT_SECRET: 'x'.repeat(31), NODE_ENV: 'production' })).toContain('JWT_SECRET has 31 characters');
    const long = 'x'.repeat(32);
    expect(message({ JWT_SECRET: long, JWT_SECRET_PREVIOUS: 'short', NODE_ENV: 'production' })).toContain('PREVIOUS');
    expect(readConfig({ JWT_SECRET: long, NODE_ENV: 'production' }).secret).toBe(long);
  });

  it.each([
    ['DATABASE_URL', 'postgres://db/dockline', 'SQLite'],
    ['REDIS_URL', 'redis://localhost', 'one node'],
    ['PORT', '5001x', 'number'],
    ['PORT', '65536', 'number'],
    ['LOG_LEVEL', 'loud', 'fatal, error'],
    ['INTAKE_CREATE', 'perhaps', 'true or false'],
    ['ALLOWED_ORIGINS', 'localhost', 'origins'],
    ['ALLOWED_ORIGINS', 'javascript:alert(1)', 'origins'],
  ])('refuses %s=%s with a sentence', (name, value, sentence) => {
    const said = message({ JWT_SECRET, [name]: value });
    expect(said).toContain(name);
    expect(said).toContain(sentence);
  });

  it('names everything that is wrong at once', () => {
    expect(message({ PORT: 'x', LOG_LEVEL: 'y' }).split('\n')).toHaveLength(3);
  });

  it('reads what is set, and takes empty for unset', () => {
    const env = {
      JWT_SECRET,
      PORT: '0',
      HOST: '0.0.0.0',
      DATA_DIR: '',
      DATABASE_URL: '',
      ALLOWED_ORIGINS: 'https://a.example/, http://b.example',
      FRONTEND_URL: 'https://app.example',
      INTAKE_CREATE: 'false',
      LOG_LEVEL: 'debug',
      JWT_SECRET_PREVIOUS: 'old',
    };
    expect(readConfig(env)).toEqual({
      port: 0,
      host: '0.0.0.0',
      secret: JWT_SECRET,
      previousSecret: 'old',
      dataDir: './data',
      allowedOrigins: ['https://a.example', 'http://b.example', 'https://app.example'],
      logLevel: 'debug',
      intakeCreate: false,
    });
  });
});
