import { beforeEach, describe, expect, it, vi } from 'vitest';
import { REQUEST_CHANNELS } from '#contract/bridge/channels.ts';
import type { Handlers } from '../core/requests.ts';
import { openBridge } from './bridge.ts';

type Handle = (event: unknown, ...args: unknown[]) => Promise<unknown>;
const electron = vi.hoisted(() => ({ handles: new Map<string, unknown>() }));
vi.mock('electron', () => ({
  ipcMain: {
    handle: (channel: string, handle: unknown) => electron.handles.set(channel, handle),
    removeHandler: (channel: string) => electron.handles.delete(channel),
  },
}));

const mainFrame = { url: 'app://bundle/index.html' };
const sent: unknown[][] = [];
const contents = { mainFrame, send: (...args: unknown[]) => sent.push(args) };
const window = { isDestroyed: () => false, webContents: contents } as never;
const logged: string[] = [];
const asked: unknown[][] = [];

const open = (more: { window?: () => never; fails?: Error } = {}) => {
  const handlers = Object.fromEntries(
    REQUEST_CHANNELS.map((channel) => [
      channel,
      async (...args: unknown[]) => {
        asked.push([channel, ...args]);
        if (more.fails !== undefined) throw more.fails;
        return `answer of ${channel}`;
      },
    ]),
  ) as unknown as Handlers;
  return openBridge({
    window: more.window ?? (() => window),
    handlers,
    devUrl: null,
    log: (event, facts) => logged.push(`${event} ${facts?.channel}`),
  });
};
const ask = (channel: string, args: unknown[] = [], senderFrame: unknown = mainFrame) =>
  (electron.handles.get(channel) as Handle)({ senderFrame }, ...args);

beforeEach(() => {
  electron.handles.clear();
  for (const list of [sent, logged, asked]) list.length = 0;
});

describe('requests', () => {
  it('are answered on every channel of the map, and on no other', async () => {
    open();
    expect([...electron.handles.keys()].sort()).toEqual([...REQUEST_CHANNELS].sort());
    expect(await ask('shipment:open', ['s1'])).toBe('answer of shipment:open');
    expect(asked).toEqual([['shipment:open', 's1']]);
  });

  it.each([
    ['a frame that is gone', null],
    ['another frame', { url: 'app://bundle/index.html' }],
  ])('of %s are refused', async (_name, frame) => {
    open();
    await expect(ask('view:get', [], frame)).rejects.toThrow('may not ask');
    expect([asked, logged]).toEqual([[], ['bridge.stranger view:get']]);
  });

  it('of our frame on another page, or of a window that is gone, are refused', async () => {
    open();
    mainFrame.url = 'https://evil.example/';
    await expect(ask('view:get')).rejects.toThrow('may not ask');
    mainFrame.url = 'app://bundle/index.html';
    open({ window: () => null as never });
    await expect(ask('view:get')).rejects.toThrow('may not ask');
    open({ window: () => ({ ...(window as object), isDestroyed: () => true }) as never });
    await expect(ask('view:get')).rejects.toThrow('may not ask');
    expect(asked).toEqual([]);
  });

  it.each([
    ['too few', 'shipment:open', []],
    ['too many', 'shipment:open', ['s1', 's2']],
    ['of the wrong kind', 'shipment:open', [{ id: 's1' }]],
    ['an unknown command', 'work:save', ['dropTable', {}, null]],
    ['an event that is not the page’s', 'link:emit', ['sync:push', {}]],
    ['enormous', 'work:save', ['addNote', { text: 'x'.repeat(300_000) }, null]],
    ['an unknown setting value', 'settings:set', [{ theme: 'pink' }]],
  ])('with arguments %s are refused before a handler sees them', async (_name, channel, args) => {
    open();
    await expect(ask(channel, args)).rejects.toThrow('does not fit');
    expect(asked).toEqual([]);
  });

  it('drop what the map does not name', async () => {
    open();
    await ask('settings:set', [{ sounds: true, admin: true }]);
    expect(asked).toEqual([['settings:set', { sounds: true }]]);
  });

  it('that fail inside tell the page nothing of the inside', async () => {
    open({ fails: new Error('ENOENT /home/mara/.config/journal.db at Object.<anonymous>') });
    await expect(ask('view:get')).rejects.toThrow(/^The station could not do this/);
    expect(logged).toEqual(['bridge.failed view:get']);
  });

  it('are not answered any more when the bridge is taken down', () => {
    open().dispose();
    expect(electron.handles.size).toBe(0);
  });
});

describe('pushes', () => {
  it('go to the window while there is one', () => {
    open().push('screen:open', { shipmentId: 's1' });
    expect(sent).toEqual([['screen:open', { shipmentId: 's1' }]]);
    open({ window: () => null as never }).push('screen:open', { shipmentId: 's1' });
    open({ window: () => ({ ...(window as object), isDestroyed: () => true }) as never }).push('screen:open', {
      shipmentId: 's1',
    });
    expect(sent).toHaveLength(1);
  });

  it('for a screen wait until the page listens', async () => {
    const bridge = open();
    bridge.openScreen('s1');
    expect(sent).toEqual([]);
    await ask('view:get');
    await vi.waitFor(() => expect(sent).toEqual([['screen:open', { shipmentId: 's1' }]]));
    bridge.openScreen('s2');
    expect(sent).toHaveLength(2);
  });
});
