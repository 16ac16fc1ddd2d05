// A station without its window, as a process of its own: `createStation` with real files and real links, asked over IPC.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pushes } from '#contract/bridge/channels.ts';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Clock } from '../../../src-main/core/ports.ts';
import { SettingsFile } from '../../../src-main/shell/settings-file.ts';
import { newId, sha256, systemClock } from '../../../src-main/shell/system-clock.ts';
import { createStation } from '../../../src-main/station.ts';
import type { Ask, Asks, StationSetup } from './station-process.ts';

const setup = JSON.parse(process.argv[2] ?? '{}') as StationSetup;
let skewMs = 0;
const clock: Clock = { ...systemClock, now: () => systemClock.now() + skewMs };
const states: { at: number; state: ConnectionState }[] = [];
const logged: string[] = [];

const log = (event: string, facts?: object): void => {
  logged.push(`${event} ${JSON.stringify(facts ?? {})}`);
  if (logged.length > 300) logged.shift();
};

/** The real file, without the keys of an operating system. */
const settings = new SettingsFile({
  file: join(setup.dir, 'settings.json'),
  cipher: { encrypt: async () => null, decrypt: async () => null },
  environment: { serverUrl: setup.serverUrl, token: setup.token, stationName: 'Test' },
  now: clock.now,
  log,
  onChange: () => undefined,
});

const station = createStation({
  dir: setup.dir,
  app: 'faults',
  clock,
  random: Math.random,
  newId,
  hash: sha256,
  log,
  settings,
  // On disk at once: a toast that was on the screen was on the screen, whatever becomes of this process.
  toasts: {
    show: (item) => appendFileSync(setup.toastFile, `${item.seq} ${item.kind}\n`),
    withdraw: () => undefined,
  },
  push: (channel, payload) => {
    if (channel !== 'view:changed') return;
    const { connection } = payload as Pushes['view:changed'];
    if (connection !== undefined) states.push({ at: Date.now(), state: connection });
  },
});

const answers: { [A in Ask]: (args: Asks[A]['args']) => Promise<Asks[A]['result']> } = {
  view: () => station.handlers['view:get'](),
  save: ({ type, args, base }) => station.handlers['work:save'](type, args, base),
  states: async () => states,
  log: async () => logged,
  retry: async () => {
    station.retryNow();
    return null;
  },
  skew: async ({ ms }) => {
    skewMs = ms;
    return null;
  },
  stop: async () => {
    await station.stop();
    return null;
  },
};

process.on('message', (message: { id: number; ask: Ask; args: never }) => {
  answers[message.ask](message.args).then(
    (result) => process.send?.({ id: message.id, result }),
    (error: unknown) => process.send?.({ id: message.id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

await station.start();
process.send?.({ id: 0, result: null });
