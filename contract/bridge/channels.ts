import { z } from 'zod';
import { COMMAND_NAMES, type CommandName } from '../domain/command-table.ts';
import { id, shortText } from '../domain/fields.ts';
import type { DownPayload, GuideEvent } from '../wire/down.ts';
import type { Ack, UpEvent } from '../wire/up.ts';
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

// The one IPC signature map. Requests go from the page to main and are answered; pushes go from main to the page.
// Main parses every argument list with the schema named here before a handler sees it.

/** Events a page may send on the socket itself: presence, typing and a ping; data goes through the outbox. */
export const PAGE_EVENTS = [
  'join:shipment',
  'leave:shipment',
  'ping',
  'typing:start',
  'typing:stop',
] as const satisfies readonly UpEvent[];
export type PageEvent = (typeof PAGE_EVENTS)[number];

export const settingsChange = z
  .object({
    stationName: shortText.min(1),
    doorId: id.nullable(),
    screenInches: z.number().min(5).max(100),
    theme: z.enum(['system', 'light', 'dark']),
    sounds: z.boolean(),
  })
  .partial();

export const serverAddress = z.object({
  serverUrl: z.string().trim().min(1).max(500),
  token: z.string().trim().min(1).max(8000),
});

export const REQUESTS = {
  'view:get': z.tuple([]),
  'shipment:open': z.tuple([id]),
  'shipment:leave': z.tuple([id]),
  'shipment:history': z.tuple([id]),
  'shipment:search': z.tuple([z.string().max(100)]),
  'work:save': z.tuple([
    z.enum(COMMAND_NAMES as [CommandName, ...CommandName[]]),
    z.record(z.string(), z.unknown()),
    z.object({ id, version: z.int().min(1) }).nullable(),
  ]),
  'work:handled': z.tuple([z.string().max(64), z.int().min(1)]),
  'typing:set': z.tuple([id, z.boolean()]),
  'link:retry': z.tuple([]),
  'link:emit': z.tuple([z.enum(PAGE_EVENTS), z.record(z.string(), z.unknown())]),
  'station:configure': z.tuple([serverAddress]),
  'station:sign-out': z.tuple([]),
  'settings:set': z.tuple([settingsChange]),
  'inbox:seen': z.tuple([z.array(z.int().min(1)).max(1000)]),
} as const;

export type RequestChannel = keyof typeof REQUESTS;
export const REQUEST_CHANNELS = Object.keys(REQUESTS) as RequestChannel[];
export type RequestArgs = { [C in RequestChannel]: z.infer<(typeof REQUESTS)[C]> };

export type RequestResults = {
  'view:get': StationView;
  'shipment:open': ShipmentView | null;
  'shipment:leave': null;
  'shipment:history': HistoryView;
  'shipment:search': readonly BoardShipment[];
  'work:save': Saved;
  'work:handled': null;
  'typing:set': null;
  'link:retry': null;
  'link:emit': Ack<PageEvent>;
  'station:configure': Configured;
  'station:sign-out': null;
  'settings:set': null;
  'inbox:seen': null;
};

export type Pushes = {
  'view:changed': ViewPatch;
  'shipment:changed': ShipmentView;
  /** An event of the guide, as it came over the socket. */
  'socket:event': DownPayload[GuideEvent];
  /** Somebody asked for a shipment's screen outside the page: a clicked notification. */
  'screen:open': { readonly shipmentId: string };
  /** Something new in the inbox, to be shown and sounded inside the app. */
  'inbox:alert': InboxItem;
};
export type PushChannel = keyof Pushes;
