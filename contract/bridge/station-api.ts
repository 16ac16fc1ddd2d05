import type { z } from 'zod';
import type { CommandInput } from '../domain/command-args.ts';
import type { CommandName } from '../domain/command-table.ts';
import type { DownPayload, GuideEvent } from '../wire/down.ts';
import type { Ack } from '../wire/up.ts';
import type { PageEvent, Pushes, settingsChange } from './channels.ts';
import type {
  BoardShipment,
  Configured,
  HistoryView,
  InboxItem,
  Saved,
  ShipmentView,
  StationView,
  ViewPatch,
} from './view.ts';

type Unsubscribe = () => void;
type Base = { readonly id: string; readonly version: number } | null;

/** All that the renderer knows of the world. Every `on…` returns the function that ends the subscription. */
export interface StationApi {
  getView(): Promise<StationView>;
  onViewChanged(listener: (patch: ViewPatch) => void): Unsubscribe;
  /** Reads a shipment and joins it: others see this person viewing until `leaveShipment`. Null when it is not known here. */
  openShipment(shipmentId: string): Promise<ShipmentView | null>;
  leaveShipment(shipmentId: string): Promise<null>;
  onShipmentChanged(listener: (shipment: ShipmentView) => void): Unsubscribe;
  getHistory(shipmentId: string): Promise<HistoryView>;
  /** At most 200 shipments of everything cached, open or not. */
  search(text: string): Promise<readonly BoardShipment[]>;
  /** Resolves when the work is on this station's disk; `base` is what the person was looking at. */
  save<N extends CommandName>(type: N, args: CommandInput[N], base: Base): Promise<Saved>;
  /** Notes that a person has dealt with refused work; it stays in the journal. */
  markHandled(clientId: string, n: number): Promise<null>;
  setTyping(shipmentId: string, isTyping: boolean): Promise<null>;
  retryNow(): Promise<null>;
  emit(event: PageEvent, payload: Record<string, unknown>): Promise<Ack<PageEvent>>;
  onSocketEvent(listener: (event: DownPayload[GuideEvent]) => void): Unsubscribe;
  configure(server: { serverUrl: string; token: string }): Promise<Configured>;
  signOut(): Promise<null>;
  setSettings(change: z.infer<typeof settingsChange>): Promise<null>;
  markSeen(seqs: readonly number[]): Promise<null>;
  onScreenOpen(listener: (target: Pushes['screen:open']) => void): Unsubscribe;
  onAlert(listener: (item: InboxItem) => void): Unsubscribe;
}
