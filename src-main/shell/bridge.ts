import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import {
  type PushChannel,
  type Pushes,
  REQUEST_CHANNELS,
  REQUESTS,
  type RequestArgs,
  type RequestChannel,
} from '#contract/bridge/channels.ts';
import type { Log } from '../core/ports.ts';
import type { Handlers } from '../core/requests.ts';
import { isOurPage } from './allowed-page.ts';

/** Characters of one request's arguments. */
const MAX_CHARS = 262_144;

export type BridgeOptions = {
  readonly window: () => BrowserWindow | null;
  readonly handlers: Handlers;
  readonly devUrl: string | null;
  readonly log: Log;
};

export type Bridge = {
  push<C extends PushChannel>(channel: C, payload: Pushes[C]): void;
  /** Shows a shipment's screen; waits for a page that is still starting. */
  openScreen(shipmentId: string): void;
  dispose(): void;
};

/** Only the main frame of our window, and only while it shows our page. Read at once: a frame may be gone a turn later. */
const isTrusted = ({ senderFrame }: IpcMainInvokeEvent, window: BrowserWindow | null, devUrl: string | null): boolean =>
  senderFrame !== null &&
  window !== null &&
  !window.isDestroyed() &&
  senderFrame === window.webContents.mainFrame &&
  isOurPage(senderFrame.url, devUrl);

/** The only place that listens to the page. Every request is checked for its sender and its arguments; every failure is a sentence. */
export const openBridge = ({ window, handlers, devUrl, log }: BridgeOptions): Bridge => {
  let pageAsked = false;
  let waiting: string | null = null;

  const push: Bridge['push'] = (channel, payload) => {
    const target = window();
    if (target !== null && !target.isDestroyed()) target.webContents.send(channel, payload);
  };

  const answer = async <C extends RequestChannel>(channel: C, args: unknown[]): Promise<unknown> => {
    const parsed = REQUESTS[channel].safeParse(args);
    if (!parsed.success || JSON.stringify(args).length > MAX_CHARS) {
      log('bridge.malformed', { channel });
      throw new Error('The request does not fit and was not carried out.');
    }
    try {
      return await handlers[channel](...(parsed.data as RequestArgs[C]));
    } catch (error) {
      // What went wrong inside is for the log; a stack or a path is nothing for a page.
      log('bridge.failed', { channel, message: error instanceof Error ? error.message : 'unknown' });
      throw new Error('The station could not do this. Try again; if it happens again, tell IT.');
    }
  };

  const opened = (): void => {
    pageAsked = true;
    if (waiting !== null) push('screen:open', { shipmentId: waiting });
    waiting = null;
  };

  for (const channel of REQUEST_CHANNELS) {
    ipcMain.handle(channel, async (event, ...args: unknown[]) => {
      if (!isTrusted(event, window(), devUrl)) {
        log('bridge.stranger', { channel });
        throw new Error('This page may not ask the station.');
      }
      const result = await answer(channel, args);
      // A page that has asked for the view has its listeners in place.
      if (channel === 'view:get') setTimeout(opened, 0);
      return result;
    });
  }

  return {
    push,
    openScreen: (shipmentId) => {
      if (pageAsked) push('screen:open', { shipmentId });
      else waiting = shipmentId;
    },
    dispose: () => {
      for (const channel of REQUEST_CHANNELS) ipcMain.removeHandler(channel);
    },
  };
};
