import type { EntityName, EntityRow } from '#contract/domain/entities.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { ProblemCode } from '#contract/wire/errors.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import type { AwaitedStation } from '#contract/wire/station-report.ts';
import type { InternalKind, InternalRows } from './state.ts';

/** What a decision may use besides state and submission. */
export type Given = {
  /** Server time, ISO. */
  readonly now: string;
  /** A new UUIDv7. */
  readonly newId: () => string;
  /** The same id for the same names, always: what a replay would make again. */
  readonly deriveId: (...names: readonly string[]) => string;
  /** Stations but the sender's own whose work on a shipment is still to come, or may be. */
  readonly waitingFor: (shipmentId: string) => readonly AwaitedStation[];
};

/** One replicated row as a command leaves it, with what decides who may see the change. */
export type Write = {
  readonly entity: EntityName;
  readonly id: string;
  readonly op: 'put' | 'del';
  readonly row: EntityRow[EntityName] | null;
  /** The row as it was; null when it is new. */
  readonly before: EntityRow[EntityName] | null;
  readonly shipmentId: string | null;
  readonly warehouseFrom: string | null;
  readonly warehouseTo: string | null;
  readonly supplierId: string | null;
};

export type InternalWrite = { [K in InternalKind]: { readonly kind: K; readonly row: InternalRows[K] } }[InternalKind];

/** A line of the permanent history; `seq` is added when the change gets its number. */
export type HistoryDraft = Omit<HistoryEntry, 'seq'> & { readonly shipmentId: string | null };

export type Ruling = {
  readonly verdict: 'applied' | 'noop' | 'superseded' | 'rejected' | 'conflict';
  readonly code?: ProblemCode;
  readonly message?: string;
  /** The shipment the ruling is about, as it is after it; never one the sender may not see. */
  readonly shipment: Shipment | null;
};

export type Decision = Ruling & {
  readonly actor: Actor;
  readonly writes: readonly Write[];
  readonly internals: readonly InternalWrite[];
  readonly history: HistoryDraft | null;
};

/** Thrown by a rule to end the decision with this ruling and nothing written: the one way out of nested rules. */
export class Ruled extends Error {
  readonly ruling: Ruling;

  constructor(ruling: Ruling) {
    super(ruling.message ?? ruling.verdict);
    this.name = 'Ruled';
    this.ruling = ruling;
  }
}

export const rejected = (code: ProblemCode, message: string): Ruled =>
  new Ruled({ verdict: 'rejected', code, message, shipment: null });

export const conflict = (code: ProblemCode, message: string, current: Shipment | null): Ruled =>
  new Ruled({ verdict: 'conflict', code, message, shipment: current });

/** It already is as wanted. */
export const noop = (current: Shipment | null): Ruled => new Ruled({ verdict: 'noop', shipment: current });
