import { decodeValue, encodeValue } from './codec.ts';
import { contextBridgeFor } from './context-bridge.ts';
import type { FromPage, ToPage } from './page-messages.ts';

export interface ShimOptions {
  /** The CDP binding that carries a string from the page to the main process. */
  binding: string;
  /** The symbol under which the main process finds the way back; random, so that no page code knows it. */
  door: string;
  process: { platform: string; arch: string; versions: Record<string, string | undefined>; argv: string[] };
}
interface Codec {
  encodeValue: typeof encodeValue;
  decodeValue: typeof decodeValue;
  contextBridgeFor: typeof contextBridgeFor;
}
type Preload = (require: (id: string) => unknown, module: object, exports: object, process: object) => void;
type Listener = (event: object, ...args: unknown[]) => void;

/**
 * Runs in every document before its own scripts. Gives the top frame's preload its `require('electron')` and takes
 * `window.open` from every frame. Injected as source text: it may use its parameters and the page's globals only.
 */
function shim(options: ShimOptions, codec: Codec, preload: Preload): void {
  const post = Reflect.get(globalThis, options.binding) as (text: string) => void;
  Reflect.deleteProperty(globalThis, options.binding);
  const tell = (message: FromPage): void => post(JSON.stringify(message));
  // Synchronously null, as it is when the app denies; if the app allows it opens a window of its own.
  window.open = (url = '', name = '', features = '') => {
    tell({ kind: 'open', url: new URL(url, document.baseURI).href, name: String(name), features: String(features) });
    return null;
  };
  // Electron runs no preload in sub-frames (nodeIntegrationInSubFrames: false).
  if (window.top !== window) return;

  const strict = <T extends object>(name: string, object: T): T =>
    new Proxy(object, {
      get(target, key) {
        if (typeof key === 'symbol' || key in target || key === 'then') return Reflect.get(target, key);
        throw new Error(`electron stand-in: ${name}.${key} is not implemented`);
      },
    });

  const listeners = new Map<string, Listener[]>();
  const replies = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  const add = (channel: string, listener: Listener): object => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
    return ipcRenderer;
  };
  const remove = (channel: string, listener: Listener): object => {
    const left = [...(listeners.get(channel) ?? [])];
    const at = left.lastIndexOf(listener);
    if (at >= 0) left.splice(at, 1);
    listeners.set(channel, left);
    return ipcRenderer;
  };
  const ipcRenderer = {
    send: (channel: string, ...args: unknown[]): void => tell({ kind: 'send', channel, args: codec.encodeValue(args) }),
    invoke: async (channel: string, ...args: unknown[]): Promise<unknown> => {
      const encoded = codec.encodeValue(args);
      lastId += 1;
      const id = lastId;
      const reply = new Promise((resolve, reject) => replies.set(id, { resolve, reject }));
      tell({ kind: 'invoke', id, channel, args: encoded });
      return reply.catch((error: Error) => {
        throw new Error(`Error invoking remote method '${channel}': ${error.message}`);
      });
    },
    on: add,
    addListener: add,
    off: remove,
    removeListener: remove,
    once: (channel: string, listener: Listener): object => {
      const once: Listener = (...args) => {
        remove(channel, once);
        listener(...args);
      };
      return add(channel, once);
    },
    removeAllListeners: (channel: string): object => {
      listeners.delete(channel);
      return ipcRenderer;
    },
    listenerCount: (channel: string): number => listeners.get(channel)?.length ?? 0,
  };

  const receive = (message: ToPage): void => {
    switch (message.kind) {
      case 'event': {
        const args = codec.decodeValue(message.args) as unknown[];
        for (const listener of listeners.get(message.channel) ?? []) {
          try {
            listener({ sender: ipcRenderer, ports: [] }, ...args);
          } catch (error) {
            reportError(error);
          }
        }
        return;
      }
      case 'reply':
        replies.get(message.id)?.resolve(codec.decodeValue(message.value));
        break;
      case 'failure':
        replies.get(message.id)?.reject(new Error(message.message));
        break;
    }
    replies.delete(message.id);
  };
  Object.defineProperty(globalThis, Symbol.for(options.door), { value: receive });

  const electron = strict('electron', {
    ipcRenderer: strict('ipcRenderer', ipcRenderer),
    contextBridge: strict('contextBridge', codec.contextBridgeFor(window)),
  });
  const require = (id: string): unknown => {
    if (id === 'electron' || id === 'electron/renderer') return electron;
    throw new Error(`module not found: ${id}`);
  };
  const module = { exports: {} };
  const process = { ...options.process, type: 'renderer', sandboxed: true, contextIsolated: true, env: {} };
  try {
    preload(require, module, module.exports, process);
  } catch (error) {
    console.error('Unable to load preload script:', error);
    tell({ kind: 'preload-error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** The page script for one window. @param preload source of a CommonJS bundle; '' for a window without one. */
export const preloadShim = (options: ShimOptions, preload: string): string => {
  const codec = `{encodeValue:${encodeValue},decodeValue:${decodeValue},contextBridgeFor:${contextBridgeFor}}`;
  const wrapped = `function (require, module, exports, process) {${preload}\n}`;
  return `(${shim})(${JSON.stringify(options)},${codec},${wrapped});`;
};
