import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { PushChannel, Pushes, RequestArgs, RequestChannel, RequestResults } from '#contract/bridge/channels.ts';
import type { StationApi } from '#contract/bridge/station-api.ts';

// The trust boundary: each method named, nothing generic, and no Electron object ever reaches the page.

const ask = <C extends RequestChannel>(channel: C, ...args: RequestArgs[C]): Promise<RequestResults[C]> =>
  ipcRenderer.invoke(channel, ...args);

const listen = <C extends PushChannel>(channel: C, listener: (payload: Pushes[C]) => void): (() => void) => {
  const handle = (_event: IpcRendererEvent, payload: Pushes[C]): void => listener(payload);
  ipcRenderer.on(channel, handle);
  return () => {
    ipcRenderer.removeListener(channel, handle);
  };
};

const station = {
  getView: () => ask('view:get'),
  onViewChanged: (listener) => listen('view:changed', listener),
  openShipment: (shipmentId) => ask('shipment:open', shipmentId),
  leaveShipment: (shipmentId) => ask('shipment:leave', shipmentId),
  onShipmentChanged: (listener) => listen('shipment:changed', listener),
  getHistory: (shipmentId) => ask('shipment:history', shipmentId),
  search: (text) => ask('shipment:search', text),
  save: (type, args, base) => ask('work:save', type, { ...args }, base),
  markHandled: (clientId, n) => ask('work:handled', clientId, n),
  setTyping: (shipmentId, isTyping) => ask('typing:set', shipmentId, isTyping),
  retryNow: () => ask('link:retry'),
  emit: (event, payload) => ask('link:emit', event, payload),
  onSocketEvent: (listener) => listen('socket:event', listener),
  configure: (server) => ask('station:configure', server),
  signOut: () => ask('station:sign-out'),
  setSettings: (change) => ask('settings:set', change),
  markSeen: (seqs) => ask('inbox:seen', [...seqs]),
  onScreenOpen: (listener) => listen('screen:open', listener),
  onAlert: (listener) => listen('inbox:alert', listener),
} satisfies StationApi;

contextBridge.exposeInMainWorld('station', station);
