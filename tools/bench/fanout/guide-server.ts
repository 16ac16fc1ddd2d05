// Baseline: the guide's design, written for this bench. A request handler updates the row and emits to a plain Socket.IO
// room, one room per shipment; every client has joined the rooms.

import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Server } from 'socket.io';
import { bodyOf, demoShipment } from './plain-row.ts';
import { report } from './server-messages.ts';

const db = new Database(join(mkdtempSync(join(tmpdir(), 'bench-guide-')), 'rows.db'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE shipment (id TEXT PRIMARY KEY, status TEXT, json TEXT)');
const update = db.prepare(
  'INSERT INTO shipment VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, json = excluded.json',
);

const server = createServer();
const io = new Server(server, { serveClient: false });
io.on('connection', (socket) => {
  socket.on('join:shipment', async ({ shipmentId }: { shipmentId: string }, ack?: (reply: unknown) => void) => {
    await socket.join(`shipment:${shipmentId}`);
    ack?.({ ok: true });
  });
});
server.on('request', async (request, reply) => {
  if (request.url?.startsWith('/socket.io') === true) return;
  const { id, n } = await bodyOf(request);
  const shipment = demoShipment(id, n);
  update.run(id, shipment.status, JSON.stringify(shipment));
  io.to(`shipment:${id}`).emit('shipment:updated', {
    type: 'shipment:updated',
    shipmentId: id,
    status: shipment.status,
    statusChangedAt: shipment.updatedAt,
    changedBy: 'lena',
    shipment,
    timestamp: new Date().toISOString(),
    n,
  });
  reply.end('{}');
});
server.listen(Number(process.env.BENCH_PORT ?? 0), '127.0.0.1', () => {
  const address = server.address();
  report(typeof address === 'object' && address !== null ? address.port : 0);
});
