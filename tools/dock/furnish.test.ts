import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DockClient } from './dock-client.ts';
import { furnish } from './furnish.ts';
import { ADA } from './people.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(async () => {
  await server.stop();
  rmSync(server.dataDir, { recursive: true, force: true });
});

it('says how many shipments there are, the first time and again', async () => {
  const ada = await DockClient.signIn(server.url, ADA, server.secret);
  const first = await furnish(server);
  const there = await ada.shipments();
  expect(there.length).toBeGreaterThan(10);
  expect([first.shipments, first.refused]).toEqual([there.length, []]);
  expect((await furnish(server)).shipments).toBe(there.length);
  expect(await ada.shipments()).toHaveLength(there.length);
});
