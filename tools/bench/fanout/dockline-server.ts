// Dockline itself, in a process of its own: the real factory, real storage with synchronous=FULL, real rooms and log.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '../../../server/create-server.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { report } from './server-messages.ts';

const server = await createServer({
  dataDir: mkdtempSync(join(tmpdir(), 'bench-dockline-')),
  jwtSecret: DEMO_SECRET,
  logLevel: 'silent',
  allowedOrigins: [],
  intakeCreate: true,
});
const { port } = await server.listen(0, '127.0.0.1');
report(port);
