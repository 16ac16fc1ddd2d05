// Dockline itself, in a process of its own: the real factory, real storage with synchronous=FULL, real rooms and log.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '../../../server/create-server.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { report } from './server-messages.ts';

const { BENCH_DATA_DIR, BENCH_PORT = '0', BENCH_LIMITS = '{}', BENCH_LOG_LEVEL = 'silent' } = process.env;

const server = await createServer({
  dataDir: BENCH_DATA_DIR ?? mkdtempSync(join(tmpdir(), 'bench-dockline-')),
  jwtSecret: DEMO_SECRET,
  logLevel: BENCH_LOG_LEVEL,
  allowedOrigins: [],
  intakeCreate: true,
  limits: JSON.parse(BENCH_LIMITS),
});
const { port } = await server.listen(Number(BENCH_PORT), '127.0.0.1');
process.once('SIGTERM', () => void server.close().then(() => process.exit()));
report(port);
