import type { EntityName, EntityRow, ShipmentDetail } from '#contract/domain/entities.ts';
import type { Capacity } from '#contract/domain/places.ts';
import type { Actor, Role } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import type { Change, Frame, Mutation, PushReply, SnapshotRow } from '#contract/wire/sync.ts';
import type { Group, Scope } from './scope.ts';
import type { KeptReport } from './station-book.ts';
import type { Outcome, Submission } from './submission.ts';

export type Position = {
  readonly epoch: string;
  readonly head: number;
  readonly chain: string;
  readonly floor: number;
};

/** A change with what decides who may see it: the warehouse it left and entered, and the supplier it belongs to. */
export type RawChange = Change & {
  readonly warehouseFrom: string | null;
  readonly warehouseTo: string | null;
  readonly supplierId: string | null;
};

/** A row of a snapshot with the JSON of what the group may see of it: most are sent as they are stored, and never become objects. */
export type RowText = Omit<SnapshotRow, 'kind' | 'row'> & { readonly text: string };

export type ListFilter = {
  readonly warehouseId?: string | undefined;
  readonly status?: ShipmentStatus | undefined;
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
};

export type Sender = { readonly actor: Actor; readonly scope: Scope };

/**
 * How a kept answer is found again: one per user and key; `hash` is of the request, `sight` the id of the group for whose eyes the
 * answer is.
 */
export type IdempotencyKey = {
  readonly userId: string;
  readonly key: string;
  readonly hash: string;
  readonly sight: string;
};
export type KeptAnswer = { readonly status: number; readonly body: string; readonly contentType: string };
/** The request took effect, on these shipments, but there is no answer to give again: look at what it left. */
export type TookEffect = { readonly shipmentIds: readonly string[] };

/** What somebody may do and see whatever their token says; `warehouses` with `*` for all, as in a token. */
export type AccessChange = {
  readonly userId: string;
  readonly role: Role;
  readonly warehouses: readonly string[];
  readonly supplierId: string | null;
  /** Id of the admin who said so. */
  readonly changedBy: string;
};
export type ChangedAccess = AccessChange & { readonly changedAt: string };

/**
 * The truth, behind one port; the same suite of tests runs against every implementation. Writes are committed and on disk
 * (`synchronous=FULL`) when their promise resolves. Refusals by rule are outcomes, not exceptions; what is thrown is a
 * `ProblemError` (storage_full, too_large…) or a fault.
 */
export interface Storage {
  /** Current position; cheap, from memory. */
  position(): Position;
  /** Called after every commit that wrote changes, outside the transaction: the tailer's doorbell. */
  onCommit(listener: (head: number) => void): () => void;

  /**
   * Commands in one transaction, all or nothing: the first rejection or conflict undoes the rest. One outcome per command looked at.
   * With a `key`, the same transaction keeps that it took effect.
   */
  submit(submissions: readonly Submission[], key?: IdempotencyKey): Promise<Outcome[]>;
  /**
   * Mutations of one station, in order, exactly once in effect (ledger by client and `n`). Ends early with `stoppedBy`
   * (out_of_order, identity_conflict, malformed). `mutations` have been parsed; their `args` have not. `senderNow` says what the
   * sender may do by now: a large push goes in several commits, and rights may be changed between them.
   */
  push(sender: Sender, clientId: string, mutations: readonly Mutation[], senderNow?: () => Sender): Promise<PushReply>;
  /** Highest `n` with a verdict for this client; 0 when unknown. */
  lastN(clientId: string): Promise<number>;

  /** The only code that builds a frame: every change visible to `group` in (from, to] is in it; `to` ends a transaction. */
  readFrame(group: Group, from: number, limit?: number): Promise<Frame>;
  /** Raw changes after `from`, whole transactions, for the tailer's guide events; at most about `limit`. */
  readChanges(from: number, limit: number): Promise<{ readonly to: number; readonly changes: readonly RawChange[] }>;
  /** Chain at `seq`, or null when it is not kept: tells a fork from a gap. */
  chainAt(seq: number): Promise<string | null>;
  /** Rows visible to `group`, open work first, in pages; call with the last page's `next` until it is null. */
  snapshotPage(
    group: Group,
    after: string | null,
    limit: number,
  ): Promise<{ readonly rows: readonly RowText[]; readonly next: string | null }>;

  /** Rows of shipments and their parts that a group sees: how much a snapshot would hold. */
  countRows(group: Group): Promise<number>;

  findShipment(scope: Scope | null, id: string): Promise<Shipment | null>;
  findShipmentByNumber(supplierId: string | null, number: string): Promise<Shipment | null>;
  shipmentDetail(scope: Scope | null, id: string): Promise<ShipmentDetail | null>;
  listShipments(
    scope: Scope,
    filter: ListFilter,
  ): Promise<{ readonly shipments: readonly Shipment[]; readonly nextCursor: string | null }>;
  /** Whole history of a shipment, oldest first, as the scope may see it (not whether: ask `findShipment`); all of it without. */
  history(shipmentId: string, scope?: Scope | null): Promise<readonly HistoryEntry[]>;
  findRow<N extends EntityName>(entity: N, id: string): Promise<EntityRow[N] | null>;
  capacity(warehouseId: string): Promise<Capacity | null>;

  /** What is known of this very request; an answer only when it was made for the same eyes. */
  keptAnswer(key: IdempotencyKey): Promise<KeptAnswer | TookEffect | 'different_request' | null>;
  keepAnswer(key: IdempotencyKey, answer: KeptAnswer): Promise<void>;

  /** Keeps what somebody may do and see from now on. Changes of one person never go back in time. */
  setAccess(change: AccessChange): Promise<ChangedAccess>;
  /** The last change of everybody whose access was changed: few, to be kept in memory by whoever asks. */
  changedAccess(): Promise<readonly ChangedAccess[]>;

  /** Those of these shipments that a scope sees. */
  seenShipments(scope: Scope, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Keeps what stations say of the work on their disks, each report over the last of the same client. */
  keepReports(reports: readonly KeptReport[]): Promise<void>;
  /** What is kept of them, oldest first: few, to be held in memory by whoever asks. */
  keptReports(): Promise<readonly KeptReport[]>;

  /**
   * Removes what is past its time, in small steps between other work: kept answers after a day, verdicts after 90 days, log
   * beyond 30 days and a million changes. To be called now and then, an hour apart or so.
   */
  maintain(): Promise<void>;

  /** Answers what has been taken on, then closes; calling it again waits for the first. */
  close(): Promise<void>;
}
