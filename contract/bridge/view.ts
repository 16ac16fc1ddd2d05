import type { CommandName } from '../domain/command-table.ts';
import type { ShipmentDetail } from '../domain/entities.ts';
import type { Capacity, DockDoor, Warehouse } from '../domain/places.ts';
import type { Role } from '../domain/roles.ts';
import type { Shipment } from '../domain/shipment.ts';
import type { ProblemCode } from '../wire/errors.ts';
import type { HistoryEntry } from '../wire/http.ts';
import type { Viewer } from '../wire/presence.ts';
import type { AwaitedStation } from '../wire/station-report.ts';
import type { ConnectionState } from './connection.ts';

// What the main process shows the renderer: a projection, cache ⊕ pending outbox, never the truth itself.

export type Session = {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly warehouses: readonly string[];
  readonly serverUrl: string;
  /** ISO instant at which the token ends. */
  readonly expiresAt: string;
};

/** A shipment with `pending`: work of this station on it that the server has not yet agreed to. */
export type BoardShipment = Shipment & { readonly pending: boolean };

/** One piece of unsent, unanswered or refused work. Nothing of it is ever deleted by code. */
export type WorkItem = {
  readonly n: number;
  readonly clientId: string;
  readonly type: CommandName;
  readonly shipmentId: string | null;
  readonly shipmentNumber: string | null;
  readonly occurredAt: string;
  readonly state: 'unsent' | 'sent' | 'needs_person' | 'handled';
  /** `station`: nobody's work, but what this station has to say about its own files, in `message`. */
  readonly from: 'person' | 'station';
  readonly code: ProblemCode | null;
  readonly message: string | null;
};

/** Something that concerns the signed-in person, once per seq; the toast, where there is one, points here. */
export type InboxItem = {
  readonly seq: number;
  readonly kind: 'status' | 'inspection' | 'rejection' | 'hold' | 'document' | 'announced' | 'digest';
  readonly shipmentId: string | null;
  readonly title: string;
  readonly body: string;
  readonly at: string;
  readonly seen: boolean;
  /** The inspection that somebody is asked to take; null where nothing is to be taken. */
  readonly inspectionId: string | null;
  /** Who has taken it, so that nobody else need; empty when it is not here to be taken any more, null while it waits. */
  readonly takenBy: string | null;
};

export type ThemeChoice = 'system' | 'light' | 'dark';

/** Settings of this station; the screen diagonal makes millimetres true. */
export type StationSettings = {
  readonly stationName: string;
  readonly doorId: string | null;
  /** Inches, measured corner to corner. */
  readonly screenInches: number;
  readonly theme: ThemeChoice;
  readonly sounds: boolean;
};

/**
 * How much of what this person may see is on this station.
 * - `none`: nothing yet · `part`: what is here is true, open work first, and the rest is still to come · `whole`
 */
export type Coverage = 'none' | 'part' | 'whole';

/** Why nothing can be saved at this station. */
export type JournalProblem = {
  /**
   * What the file with the unsent work failed of when the station started: `corrupt`: damaged, and another could not take its
   * place · `read_only`: it may not be written · `locked`: another program holds it · `full`: the disk has no room · `other`
   */
  readonly kind: 'corrupt' | 'read_only' | 'locked' | 'full' | 'other';
  /** Where that file lies, as IT would type it. */
  readonly folder: string;
};

export type StationView = {
  /** Grows with every push; a push with a smaller or equal number is ignored. */
  readonly rev: number;
  readonly connection: ConnectionState;
  /** Null until the station has been given a server and a token. */
  readonly session: Session | null;
  readonly settings: StationSettings;
  /** Server time up to which the rows are known to be complete; null before the first sync. */
  readonly syncedAt: string | null;
  readonly coverage: Coverage;
  /** Milliseconds this device's clock is ahead of the server; null until measured. */
  readonly clockOffsetMs: number | null;
  /** Null while work can be saved; does not change until the station is started again. */
  readonly journalProblem: JournalProblem | null;
  readonly shipments: readonly BoardShipment[];
  readonly warehouses: readonly Warehouse[];
  readonly doors: readonly DockDoor[];
  readonly capacities: readonly Capacity[];
  readonly unsent: number;
  readonly work: readonly WorkItem[];
  readonly inbox: readonly InboxItem[];
};

/** What changed since the last push; absent fields are as before. */
export type ViewPatch = { readonly rev: number } & Partial<
  Omit<StationView, 'rev' | 'shipments'> & {
    readonly shipments: {
      readonly put: readonly BoardShipment[];
      readonly gone: readonly string[];
      readonly reset?: boolean;
    };
  }
>;

/** One shipment with everything on it, as its screen shows it. */
export type ShipmentView = ShipmentDetail & {
  readonly pending: readonly WorkItem[];
  readonly viewers: readonly Viewer[];
  /** Names of the people typing right now, without the reader. */
  readonly typing: readonly string[];
  /** Stations that closing waits for; empty while that is not known. */
  readonly waitingFor: readonly AwaitedStation[];
};

export type HistoryView = {
  readonly history: readonly HistoryEntry[];
  /** When this copy was fetched; null when there is none and the server cannot be reached. */
  readonly fetchedAt: string | null;
  readonly stale: boolean;
};

export type Saved =
  | { readonly ok: true; readonly n: number }
  | {
      readonly ok: false;
      readonly code: ProblemCode | 'needs_the_server' | 'disk_full' | 'not_saved';
      readonly message: string;
    };

export type Configured =
  | { readonly ok: true; readonly session: Session }
  | {
      readonly ok: false;
      readonly code: ProblemCode | 'unreachable' | 'bad_address' | 'not_dockline';
      readonly message: string;
    };
