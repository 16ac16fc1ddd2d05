import type { Command } from '#contract/domain/command-args.ts';
import type { EntityName } from '#contract/domain/entities.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { ProblemCode } from '#contract/wire/errors.ts';
import type { Scope } from './scope.ts';

/** A parsed command with everything the server needs to decide on it. */
export type Submission = {
  readonly command: Command;
  readonly actor: Actor;
  /** What the sender may see and touch; null for the server itself (intake, operator commands). */
  readonly scope: Scope | null;
  /** Device time, ISO: display and history only, never order. */
  readonly occurredAt: string;
  readonly clockOffsetMs?: number;
  /** The shipment version the sender looked at; a decision made on another version is lost. */
  readonly expectedVersion?: number;
  /** What to do with a fact that comes after the shipment moved on: stations keep it, `PATCH` refuses it. */
  readonly late: 'keep' | 'refuse';
  /** The lead whose PIN was verified for this command, where a receiver needs one. */
  readonly approvedBy?: Actor;
  /** `unproven`: a document's bytes are only claimed (a station's word); it must name a hash the server has seen. */
  readonly bytes?: 'unproven';
};

/** A row as one command left it. */
export type Written = {
  readonly entity: EntityName;
  readonly id: string;
  readonly row: Record<string, unknown>;
  readonly seq: number;
};

export type Outcome = {
  readonly verdict: 'applied' | 'noop' | 'superseded' | 'rejected' | 'conflict';
  readonly code?: ProblemCode;
  readonly message?: string;
  /** The shipment as it is after this; null when the command is not about one or it may not be seen. */
  readonly shipment: Shipment | null;
  /** Last seq written, or the head when nothing was. */
  readonly seq: number;
  readonly written: readonly Written[];
};
