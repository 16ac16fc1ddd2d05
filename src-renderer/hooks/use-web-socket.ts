import { useCallback } from 'react';
import type { PageEvent } from '#contract/bridge/channels.ts';
import type { ShipmentView } from '#contract/bridge/view.ts';
import type { DownPayload, GuideEvent } from '#contract/wire/down.ts';
import type { Ack } from '#contract/wire/up.ts';
import { useStation, useStationApi } from '../state/station-context.tsx';

type On<E extends GuideEvent> = (callback: (event: DownPayload[E]) => void) => () => void;

/** The ten members the guide promises, typed by the contract's events. */
export type WebSocketHook = {
  /** True while changes are pushed to this station, over whichever transport. */
  readonly isConnected: boolean;
  /** Shipments this page has joined. */
  readonly activeShipments: readonly string[];
  /** Reads and joins a shipment; the main process joins again by itself after a lost connection. */
  joinShipment(shipmentId: string): Promise<ShipmentView | null>;
  leaveShipment(shipmentId: string): Promise<void>;
  readonly onShipmentUpdate: On<'shipment:updated'>;
  readonly onDocumentUpload: On<'document:uploaded'>;
  readonly onUserViewing: On<'user:viewing'>;
  readonly onUserDisconnected: On<'user:disconnected'>;
  readonly onWarehouseCapacityChange: On<'warehouse:capacity_updated'>;
  /** Sends presence, typing or a ping and answers the server's acknowledgement; data goes through `StationApi.save`. */
  emit(event: PageEvent, data?: Record<string, unknown>): Promise<Ack<PageEvent>>;
};

/** Listens to one kind of event; the socket itself lives in the main process and its events come over the bridge. */
const useOn = <E extends GuideEvent>(type: E): On<E> => {
  const station = useStationApi();
  return useCallback(
    (callback) => {
      const concerns = (event: DownPayload[GuideEvent]): event is DownPayload[E] => event.type === type;
      return station.onSocketEvent((event) => {
        if (concerns(event)) callback(event);
      });
    },
    [station, type],
  );
};

/** The guide's hook: the same ten members, every `on…` returning what ends the subscription. */
export const useWebSocket = (): WebSocketHook => {
  const station = useStationApi();
  return {
    isConnected: useStation((state) => state.connection.kind === 'live'),
    activeShipments: useStation((state) => state.joined),
    joinShipment: useStation((state) => state.join),
    leaveShipment: useStation((state) => state.leave),
    onShipmentUpdate: useOn('shipment:updated'),
    onDocumentUpload: useOn('document:uploaded'),
    onUserViewing: useOn('user:viewing'),
    onUserDisconnected: useOn('user:disconnected'),
    onWarehouseCapacityChange: useOn('warehouse:capacity_updated'),
    emit: useCallback((event: PageEvent, data = {}) => station.emit(event, data), [station]),
  };
};
