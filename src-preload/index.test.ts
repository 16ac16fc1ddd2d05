import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { REQUEST_CHANNELS, REQUESTS } from '#contract/bridge/channels.ts';
import type { StationApi } from '#contract/bridge/station-api.ts';

const fake = vi.hoisted(() => ({
  exposed: new Map<string, unknown>(),
  invoked: [] as unknown[][],
  listeners: new Map<string, ((...args: unknown[]) => void)[]>(),
}));
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, api: unknown) => fake.exposed.set(name, api) },
  ipcRenderer: {
    invoke: async (...args: unknown[]) => fake.invoked.push(args),
    on: (channel: string, listener: (...args: unknown[]) => void) =>
      fake.listeners.set(channel, [...(fake.listeners.get(channel) ?? []), listener]),
    removeListener: (channel: string, listener: unknown) =>
      fake.listeners.set(
        channel,
        (fake.listeners.get(channel) ?? []).filter((each) => each !== listener),
      ),
  },
}));
await import('./index.ts');
const station = fake.exposed.get('station') as StationApi;

it('exposes the station, whole and alone', () => {
  expect([...fake.exposed.keys()]).toEqual(['station']);
  expect(Object.keys(station).sort()).toEqual([
    'configure',
    'emit',
    'getHistory',
    'getView',
    'leaveShipment',
    'markHandled',
    'markSeen',
    'onAlert',
    'onScreenOpen',
    'onShipmentChanged',
    'onSocketEvent',
    'onViewChanged',
    'openShipment',
    'retryNow',
    'save',
    'search',
    'setSettings',
    'setTyping',
    'signOut',
  ]);
});

it('asks on every channel of the map with arguments that fit it', async () => {
  await station.getView();
  await station.openShipment('s1');
  await station.leaveShipment('s1');
  await station.getHistory('s1');
  await station.search('x');
  await station.save('addNote', { shipmentId: 's1', noteId: 'n1', text: 'leans' }, { id: 's1', version: 2 });
  await station.markHandled('client-1', 3);
  await station.setTyping('s1', true);
  await station.retryNow();
  await station.emit('ping', {});
  await station.configure({ serverUrl: 'http://x', token: 't' });
  await station.signOut();
  await station.setSettings({ sounds: false });
  await station.markSeen([4]);
  const channels = fake.invoked.map(([channel]) => channel as keyof typeof REQUESTS);
  expect([...channels].sort()).toEqual([...REQUEST_CHANNELS].sort());
  for (const [channel, ...args] of fake.invoked) {
    expect(REQUESTS[channel as keyof typeof REQUESTS].safeParse(args).success, String(channel)).toBe(true);
  }
});

it('passes pushes on without the event they came with, until unsubscribed', () => {
  const on = {
    'view:changed': station.onViewChanged,
    'shipment:changed': station.onShipmentChanged,
    'socket:event': station.onSocketEvent,
    'screen:open': station.onScreenOpen,
    'inbox:alert': station.onAlert,
  };
  for (const [channel, subscribe] of Object.entries(on)) {
    const heard: unknown[][] = [];
    const end = subscribe((...args: unknown[]) => void heard.push(args));
    for (const listener of fake.listeners.get(channel) ?? []) listener({ sender: 'electron' }, { payload: channel });
    expect(heard).toEqual([[{ payload: channel }]]);
    end();
    expect(fake.listeners.get(channel)).toEqual([]);
  }
});

it('is small enough to be read at a glance', () => {
  expect(readFileSync(new URL('./index.ts', import.meta.url), 'utf8').split('\n').length).toBeLessThanOrEqual(80);
});
