// Baseline: a row update and a loop over plain `ws` connections. No rooms, no permissions, no log.

import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { WebSocketServer } from 'ws';
import { bodyOf, demoShipment } from './plain-row.ts';
import { report } from './server-messages.ts';

const db = new Database(join(mkdtempSync(join(tmpdir(), 'bench-ws-')), 'rows.db'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE shipment (id TEXT PRIMARY KEY, status TEXT, json TEXT)');
const update = db.prepare(
  'INSERT INTO shipment VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, json = excluded.json',
);

const server = createServer(async (request, reply) => {
  const { id, n } = await bodyOf(request);
  const shipment = demoShipment(id, n);
  update.run(id, shipment.status, JSON.stringify(shipment));
  const message = JSON.stringify({
    type: 'shipment:updated',
    shipmentId: id,
    status: shipment.status,
    shipment,
    timestamp: new Date().toISOString(),
    n,
  });
  for (const client of sockets.clients) client.send(message);
  reply.end('{}');
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  report(typeof address === 'object' && address !== null ? address.port : 0);
});
