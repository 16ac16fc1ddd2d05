import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Coverage, HistoryView, InboxItem, StationSettings } from '#contract/bridge/view.ts';
import type { EntityName, ShipmentDetail } from '#contract/domain/entities.ts';
import type { Capacity, DockDoor, Supplier, Warehouse } from '#contract/domain/places.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import type { DownPayload, GuideEvent } from '#contract/wire/down.ts';
import type { ProblemCode } from '#contract/wire/errors.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import type { StationReport } from '#contract/wire/station-report.ts';
import type {
  Cursor,
  Frame,
  HelloReply,
  Mutation,
  PushReply,
  SnapshotLine,
  SnapshotRow,
  Verdict,
} from '#contract/wire/sync.ts';
import type { Ack, UpEvent, UpPayload } from '#contract/wire/up.ts';
import type { Bookmark, Parting } from './bookmarks.ts';
import type { Taken, Waiting } from './notify-policy.ts';

// Everything the rules need from the world. `link/`, `store/` and `shell/` implement these; tests bring their own.

export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since 1970 by this device's clock; may jump. */
  now(): number;
  /** Milliseconds that never go backwards, for measuring how long something lasted. */
  elapsed(): number;
  setTimer(delayMs: number, run: () => void): Cancel;
}

/** A number in [0, 1). */
export type Random = () => number;
/** A fresh UUIDv7. */
export type NewId = () => string;
/** SHA-256 of the text, hex. */
export type Hash = (text: string) => string;
/** One line for the log file. Never a token, an address or the contents of work. */
export type Log = (event: string, facts?: Readonly<Record<string, string | number | boolean | null>>) => void;

// --- store -----------------------------------------------------------------------------------------------------------

/** How far the cache has come. `group` is the visibility class the rows were read for. */
export type Position = { readonly cursor: Cursor; readonly group: string; readonly syncedAt: string | null };

export type Places = {
  readonly warehouses: readonly Warehouse[];
  readonly doors: readonly DockDoor[];
  readonly suppliers: readonly Supplier[];
  readonly capacities: readonly Capacity[];
};

/** Of each row of a shipment the change it is from, by `entity:id`. */
export type RowSeqs = ReadonlyMap<string, number>;

export type Requested = { readonly seq: number; readonly inspection: Inspection };

/** One cache file. Rows and position are written in one transaction, or not at all. */
export interface CacheWriter {
  position(): Position | null;
  /** Applies the changes after the cursor and moves it to `frame.to`. The caller has compared frame and cursor. */
  apply(frame: Frame, syncedAt: string | null): Promise<void>;
}

/** A cache being filled beside the one in use. */
export interface CacheRebuild extends CacheWriter {
  addRows(rows: readonly SnapshotRow[]): Promise<void>;
  setPosition(position: Position): Promise<void>;
  /** Puts this cache in the place of the old one, atomically. */
  swap(): Promise<void>;
  /** Ends the filling. `isReadable`: what came may still be shown while the cache in use is empty; otherwise it goes at once. */
  abandon(isReadable: boolean): Promise<void>;
}

/** While the cache in use has no position, all that reads sees the one being filled as soon as there are rows in it. */
export interface Cache extends CacheWriter {
  /** How much of what this person may see is here to be read. */
  coverage(): Coverage;
  /** Notes that nothing was missing at this instant; written now and then, as nothing depends on it. */
  touch(syncedAt: string): void;
  beginRebuild(): Promise<CacheRebuild>;
  /** Whose view these rows are: an opaque key of server and permissions. */
  scope(): string | null;
  /** The rows stay, and are of `scope` from now on. */
  handOver(scope: string): Promise<void>;
  /** Starts an empty cache for `scope`; the old file goes. */
  reset(scope: string): Promise<void>;
  /** Starts an empty cache for the same scope; the old file goes. */
  clear(): Promise<void>;
  /** True once a read or write has shown that only another file helps. */
  isDamaged(): boolean;
  /** Keeps the damaged file under another name and starts empty. */
  setAside(): Promise<void>;
  /** Shipments in work, and those that ended at or after the instant. */
  board(endedSince: string): Promise<Shipment[]>;
  shipments(ids: readonly string[]): Promise<Map<string, Shipment>>;
  /** A shipment with all that hangs on it, and how new each of these rows is; all read in one moment. */
  detail(id: string): Promise<{ readonly detail: ShipmentDetail; readonly seqs: RowSeqs } | null>;
  rows(entity: EntityName, ids: readonly string[]): Promise<Map<string, Record<string, unknown>>>;
  places(): Promise<Places>;
  /** Inspections that nobody has taken yet, with the number of the change that last wrote each, ascending. */
  requested(): Promise<Requested[]>;
  /** About how many rows there are; no fewer. */
  countRows(): Promise<number>;
  /** At most `limit` shipments in which every word of the text occurs, those in work first. */
  search(text: string, limit: number): Promise<Shipment[]>;
  history(shipmentId: string): Promise<HistoryView | null>;
  keepHistory(shipmentId: string, history: readonly HistoryEntry[], fetchedAt: string): Promise<void>;
}

/** Whose work it is: one person at one server. Each owner has a station identity and numbering of its own. */
export type Owner = {
  readonly key: string;
  readonly userId: string;
  readonly userName: string;
  readonly role: string;
  /** Opaque key of the server. */
  readonly server: string;
};

export type Work = {
  readonly owner: string;
  readonly server: string;
  readonly userId: string;
  readonly userName: string;
  readonly role: string;
  readonly mutation: Mutation;
  readonly shipmentId: string | null;
  readonly shipmentNumber: string | null;
  /** `answered`: applied, but the cache has not passed `verdict.seq` yet. */
  readonly state: 'pending' | 'answered' | 'needs_person' | 'handled' | 'done';
  readonly verdict: Verdict | null;
  /** Epoch in which `verdict.seq` counts. */
  readonly verdictEpoch: string | null;
};

/** A piece of work before the journal has numbered it. */
export type NewWork = Omit<Mutation, 'clientId' | 'n'> & {
  readonly shipmentId: string | null;
  readonly shipmentNumber: string | null;
};

/** `row`: in which order it was last worked on. `next`: before which row there is more; null when that was all. */
export type WorkedOnce = {
  readonly works: readonly { readonly clientId: string; readonly shipmentId: string; readonly row: number }[];
  readonly next: number | null;
};

/** The file that is never lost. Every method that writes has written to the disk (`synchronous=FULL`) when it resolves. */
export interface Journal {
  /** Makes `owner` the one new work belongs to; takes `freshClientId` when this owner is new here. */
  setOwner(owner: Owner, freshClientId: string): Promise<string>;
  /** Numbers the work and stores it in one transaction. Rejects with a `StoreFault` when it could not be written. */
  append(ownerKey: string, work: NewWork, hash: string): Promise<Work>;
  /** All that is not `done`, oldest first, of every owner. */
  openWork(): Promise<Work[]>;
  storeVerdicts(clientId: string, verdicts: readonly Verdict[], epoch: string | null): Promise<Work[]>;
  markDone(clientId: string, ns: readonly number[]): Promise<void>;
  markHandled(clientId: string, n: number): Promise<void>;
  /**
   * Moves the owner's pending work from one client id to a fresh one and numbers it anew from 1, in one transaction. New work
   * follows it when it came from the id in use. Work numbered `refused` is left behind for a person with the given code.
   */
  renumber(ownerKey: string, clientId: string, freshClientId: string, refused: Refused | null): Promise<void>;
  /** Highest n with a verdict, 0 for none. */
  lastAnswered(clientId: string): Promise<number>;
  /** The last work the server has answered, of each client id the owner has had. */
  lastAnsweredWork(ownerKey: string): Promise<Work[]>;
  /** Shipments worked on at this server, each once for every client id, among `most` pieces of work before row `before`; null for the latest. */
  workedOn(server: string, before: number | null, most: number): Promise<WorkedOnce>;
  /**
   * Puts work after `afterN` that the server has answered back to pending, for a server that lost it. False when some is no
   * longer kept.
   */
  reopenAnswered(clientId: string, afterN: number): Promise<boolean>;
  /** Of the signed-in person, ascending: the last is how far their inbox has come; histories may have parted at those before. */
  bookmarks(): Promise<Bookmark[]>;
  /** Whether the signed-in person's inbox has looked at every change that the rows on this station hold. */
  isFollowing(): Promise<boolean>;
  /** Nobody else is following from then on. */
  setFollowing(isFollowing: boolean): Promise<void>;
  /**
   * Adds inbox rows and moves the last bookmark, in one transaction. Rows that are there already, whatever their history is called, are
   * left alone, except a digest, which grows; resolves with the others. With `parting`, what is of a lost history makes room first.
   */
  addInbox(upTo: Bookmark, items: readonly InboxItem[], parting?: Parting | null): Promise<InboxItem[]>;
  /** What items in the inbox ask somebody to take. */
  toTake(): Promise<Waiting[]>;
  /** Marks the items that ask for these as taken and seen, and those not shown yet as shown; resolves with the seqs of all of them. */
  markTaken(taken: readonly Taken[]): Promise<number[]>;
  unshown(): Promise<InboxItem[]>;
  markShown(seqs: readonly number[]): Promise<void>;
  markSeen(seqs: readonly number[]): Promise<void>;
  inbox(limit: number): Promise<InboxItem[]>;
  /** Drops answered work and seen inbox rows from before the instant; never anything a person has not dealt with. */
  prune(before: string): Promise<void>;
}

export type Refused = { readonly n: number; readonly code: ProblemCode; readonly message: string };

/** Toasts of the system. Best effort: the inbox is what counts. */
export interface Toasts {
  show(item: InboxItem): void;
  /** Takes toasts off the screen that have become pointless; those that are gone already are left out. */
  withdraw(seqs: readonly number[]): void;
}

// --- device -----------------------------------------------------------------------------------------------------------

/** Where the settings of this device live; `server` holds what signs the station in. */
export interface SettingsStore {
  settings(): StationSettings;
  change(change: { [K in keyof StationSettings]?: StationSettings[K] | undefined }): Promise<StationSettings>;
  server(): Promise<{ readonly serverUrl: string; readonly token: string } | null>;
  saveServer(server: { readonly serverUrl: string; readonly token: string }): Promise<void>;
  forgetToken(): Promise<void>;
}

// --- link ------------------------------------------------------------------------------------------------------------

export type Transport = Extract<ConnectionState, { kind: 'live' }>['transport'];

/** What the socket tells. After `lost`, `failed` or `refused` it is closed and waits for the next `open`. */
export interface SocketListener {
  connected(transport: Transport, socketId: string): void;
  transportChanged(transport: Transport): void;
  /** It was open and is not any more; `silent`: nothing was heard for too long. */
  lost(why: 'closed' | 'silent'): void;
  /** It could not be opened. */
  failed(): void;
  refused(code: ProblemCode): void;
  frame(frame: Frame): void;
  /** Something that should have been a frame could not be read: a pull is due. */
  badFrame(): void;
  /** `group` is what it may see from now on, null when that could not be read. */
  scopeChanged(group: string | null): void;
  guide(event: DownPayload[GuideEvent]): void;
  /** Which stations a shipment waits for now: a matter of the link, not an event of the guide. */
  waiting(event: DownPayload['shipment:waiting']): void;
  /** Round trip of a ping in milliseconds, and how far this device's clock is ahead of the server. */
  measured(latencyMs: number, clockOffsetMs: number): void;
  /** As `measured`, to the second only, from an answer over HTTP. */
  dated(latencyMs: number, clockOffsetMs: number): void;
}

export interface SocketPort {
  /** One attempt, without retries of its own. Does nothing while open or opening. */
  open(): void;
  /** Silent: no listener call follows. */
  close(): void;
  isConnected(): boolean;
  /** Rejects with a `LinkFault` when not connected, or when no answer came in time: what happened is then unknown. */
  request<E extends UpEvent>(event: E, payload: UpPayload[E], timeoutMs: number): Promise<Ack<E>>;
  /** Asks the server for a sign of life now; a dead link is reported as `lost('silent')` soon after. */
  check(): void;
}

/** All of these reject with a `LinkFault`. */
export interface HttpPort {
  changes(cursor: Cursor, waitSeconds: number): Promise<Frame>;
  /** Ends a `changes` that is waiting; it rejects as unreachable. */
  cancelChanges(): void;
  push(clientId: string, mutations: readonly Mutation[]): Promise<PushReply>;
  report(report: StationReport): Promise<void>;
  snapshot(): AsyncIterable<SnapshotLine>;
  history(shipmentId: string): Promise<HistoryEntry[]>;
  probe(): Promise<void>;
}

/** Says hello over the socket. */
export type SayHello = (cursor: Cursor | null) => Promise<HelloReply>;
