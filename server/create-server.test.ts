import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createServer } from './create-server.ts';
import { announce, type Dock, furnish, PEOPLE, SECRET, startDock, tokenFor } from './dock-for-tests.ts';

const docks: Dock[] = [];
const start = async (options: Parameters<typeof startDock>[0] = {}): Promise<Dock> => {
  const dock = await startDock(options);
  docks.push(dock);
  await furnish(dock);
  return dock;
};
afterEach(async () => {
  for (const dock of docks.splice(0)) await dock.close();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('stopping', () => {
  it('releases long polls at once', async () => {
    const dock = await start();
    const { head } = dock.server.storage.position();
    const poll = dock.ask(`/api/sync/changes?from=${head}&wait=25`);
    await pause(150);
    const started = performance.now();
    await dock.server.close();
    expect((await poll).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('hangs up on sockets so that they come back by themselves', async () => {
    const dock = await start();
    const socket = await dock.connect(PEOPLE.mara);
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await dock.server.close();
    // Not "io server disconnect", after which a client would stay away for good.
    expect(await gone).toBe('transport close');
  });

  it('finishes a request under way, and takes no new one', async () => {
    const dock = await start();
    const { id } = await announce(dock);
    const authorization = `Bearer ${await tokenFor(PEOPLE.lena)}`;
    const body = JSON.stringify({ status: 'arrived' });
    const { port } = new URL(dock.url);
    const slow = request({
      port,
      host: '127.0.0.1',
      method: 'PATCH',
      path: `/api/shipments/${id}/status`,
      headers: { authorization, 'content-type': 'application/json', 'content-length': body.length },
    });
    const answered = once(slow, 'response');
    slow.write(body.slice(0, 5));
    await pause(150);
    const closing = dock.server.close();
    await pause(100);
    const fresh = connectTcp(Number(port), '127.0.0.1');
    await expect(once(fresh, 'connect')).rejects.toThrow('ECONNREFUSED');
    slow.end(body.slice(5));
    const [reply] = await answered;
    expect(reply.statusCode).toBe(200);
    reply.resume();
    await closing;
  });

  it.each([
    ['/health', '"ready":false'],
    ['/api/shipments', '"code":"stopping"'],
  ])('says that it stops to a request for %s that was still on its way', async (path, said) => {
    const dock = await start();
    const socket = connectTcp(Number(new URL(dock.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n`);
    await pause(100);
    const closing = dock.server.close();
    socket.write('\r\n');
    await closing;
    expect(answer).toContain('HTTP/1.1 503');
    expect(answer).toContain(said);
    socket.destroy();
  });

  it('gives up on a request that never ends', async () => {
    const dock = await start({ limits: { drainMs: 300 } });
    const socket = connectTcp(Number(new URL(dock.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /api/asns HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nI');
    await pause(100);
    const started = performance.now();
    await dock.server.close();
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('finishes and acknowledges a push under way', async () => {
    const dock = await start();
    const { id } = await announce(dock);
    const socket = await dock.connect(PEOPLE.mara);
    const occurredAt = new Date().toISOString();
    const mutations = [{ clientId: 'station-1', n: 1, type: 'recordArrival', args: { shipmentId: id }, occurredAt }];
    const answer = socket
      .timeout(3000)
      .emitWithAck('sync:push', { mutations })
      .catch(() => ({ ok: 'no answer' }));
    await pause(5);
    await dock.server.close();
    const { ok } = await answer;
    const again = await start({ dataDir: dock.dataDir });
    const { body } = await again.ask<{ status: string }>(`/api/shipments/${id}`);
    // Either it was taken and acknowledged, or the station knows that it has to send it again.
    if (ok === true) expect(body.status).toBe('arrived');
    else expect(ok).toBe('no answer');
  });

  it('may be asked twice, and without ever having listened', async () => {
    const dock = await start();
    await Promise.all([dock.server.close(), dock.server.close()]);
    const { dataDir } = dock;
    const server = await createServer({ jwtSecret: SECRET, dataDir, logLevel: 'silent' });
    await server.close();
  });
});

describe('the data folder', () => {
  it('has one server at a time, which says where it is', async () => {
    const dock = await start();
    const second = createServer({ jwtSecret: SECRET, dataDir: dock.dataDir, logLevel: 'silent' });
    await expect(second).rejects.toMatchObject({ name: 'DataDirInUse', url: dock.url });
    expect((await dock.ask('/health')).status).toBe(200);
  });

  it('keeps everything for the next server', async () => {
    const dock = await start();
    const { id } = await announce(dock);
    const { epoch, head } = dock.server.storage.position();
    await dock.server.close();
    const next = await start({ dataDir: dock.dataDir });
    expect((await next.ask(`/api/shipments/${id}`)).status).toBe(200);
    // `start` furnishes again, which changes nothing.
    expect(next.server.storage.position()).toMatchObject({ epoch, head });
  });

  it('is free again when the server could not be built', async () => {
    const dock = await start();
    const { dataDir } = dock;
    await dock.server.close();
    // A file where the folder of the documents should be.
    await rm(join(dataDir, 'documents'), { recursive: true });
    await writeFile(join(dataDir, 'documents'), 'in the way');
    await expect(createServer({ jwtSecret: SECRET, dataDir, logLevel: 'silent' })).rejects.toThrow();
    await rm(join(dataDir, 'documents'));
    const next = await createServer({ jwtSecret: SECRET, dataDir, logLevel: 'silent' });
    await next.close();
  });

  it('is free again after a start that failed', async () => {
    const dock = await start();
    const { dataDir } = dock;
    await dock.server.close();
    const failed = await createServer({ jwtSecret: SECRET, dataDir, logLevel: 'silent' });
    await expect(failed.listen(0, '256.0.0.1')).rejects.toThrow();
    await failed.close();
    const next = await createServer({ jwtSecret: SECRET, dataDir, logLevel: 'silent' });
    await next.close();
  });
});

describe('two servers in one process', () => {
  it('share nothing', async () => {
    const [one, two] = [await start(), await start()];
    const { id } = await announce(one);
    expect((await two.ask(`/api/shipments/${id}`)).status).toBe(404);
    expect((await two.ask('/metrics')).text).not.toContain('/api/shipments"');
    await one.server.close();
    expect((await two.ask('/health')).status).toBe(200);
  });
});
