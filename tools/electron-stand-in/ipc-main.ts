import { EventEmitter } from 'node:events';
import { StandInEvent } from './event.ts';
import { strict } from './strict.ts';

type Handler = Parameters<Electron.IpcMain['handle']>[1];
type Surface = Pick<Electron.IpcMain, 'handle' | 'handleOnce' | 'removeHandler'>;

/** The listeners of one scope: the whole app, one WebContents or one frame. `on` and the like are EventEmitter's. */
export class IpcMainImpl extends EventEmitter implements Surface {
  readonly #handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    if (typeof handler !== 'function')
      throw new TypeError(`Expected handler to be a function, but found type '${typeof handler}'`);
    this.#handlers.set(channel, handler);
  }

  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (...args) => {
      this.removeHandler(channel);
      return handler(...args) as unknown;
    });
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  handlerOf(channel: string): Handler | undefined {
    return this.#handlers.get(channel);
  }
}

export const ipcMainImpl = new IpcMainImpl();

export const ipcScope = (name: string): { scope: IpcMainImpl; facade: Electron.IpcMain } => {
  const scope = new IpcMainImpl();
  return { scope, facade: strict(name, scope) as unknown as Electron.IpcMain };
};

export interface Sender {
  contents: Electron.WebContents;
  frame: Electron.WebFrameMain;
  reply(channel: string, ...args: unknown[]): void;
  /** Narrowest first: the frame's, the WebContents', the app's. */
  scopes: IpcMainImpl[];
}

const eventFrom = ({ contents, frame, reply }: Sender): Electron.IpcMainEvent => {
  const event = new StandInEvent({
    type: 'frame',
    sender: contents,
    frameId: frame.routingId,
    processId: frame.processId,
    ports: [],
    reply,
  });
  Object.defineProperty(event, 'senderFrame', { get: () => (frame.isDestroyed() ? null : frame), enumerable: true });
  return event as unknown as Electron.IpcMainEvent;
};

/** `ipcRenderer.send`: every scope's listeners hear it. */
export const dispatchSend = (sender: Sender, channel: string, args: unknown[]): void => {
  const event = eventFrom(sender);
  for (const scope of sender.scopes) scope.emit(channel, event, ...args);
};

/**
 * `ipcRenderer.invoke`: the narrowest scope's handler answers it.
 * @throws whatever the handler throws, after printing it as Electron does; or that there is no handler.
 */
export const dispatchInvoke = async (sender: Sender, channel: string, args: unknown[]): Promise<unknown> => {
  try {
    const handler = sender.scopes.map((scope) => scope.handlerOf(channel)).find((found) => found !== undefined);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    return await (handler(eventFrom(sender), ...args) as unknown);
  } catch (error) {
    console.error(`Error occurred in handler for '${channel}':`, error);
    throw error;
  }
};
