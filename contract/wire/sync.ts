import { z } from 'zod';
import { COMMAND_NAMES, type CommandName } from '../domain/command-table.ts';
import { entityName } from '../domain/entities.ts';
import { id, instant } from '../domain/fields.ts';
import { actor } from '../domain/roles.ts';
import { problemCode } from './errors.ts';

/** Position in a server's history. `chain` is an opaque running hash that tells a restored backup from the real thing. */
export const cursor = z.object({ epoch: z.string().min(1).max(64), seq: z.int().min(0), chain: z.string().max(64) });
export type Cursor = z.infer<typeof cursor>;

/** One committed change: the full image after it, who made it and when. */
export const change = z.object({
  seq: z.int().min(1),
  entity: entityName,
  id,
  /** `put` carries the row; `evict` says the row is no longer yours to see; `del` that it is gone. */
  op: z.enum(['put', 'evict', 'del']),
  row: z.record(z.string(), z.unknown()).nullable(),
  /** The shipment it belongs to; the row's own id for a shipment; null for places. */
  shipmentId: id.nullable(),
  command: z.enum(COMMAND_NAMES as [CommandName, ...CommandName[]]),
  actor,
  /**
   * Tag of the sending station, so that it knows its own work: the first 12 hex digits of the SHA-256 of its client id (which
   * itself is never shown to others). Null when no station sent it.
   */
  origin: z.string().max(32).nullable(),
  /** Device time: for display only. */
  occurredAt: instant,
  /** Server time of the commit. */
  recordedAt: instant,
});
export type Change = z.infer<typeof change>;

/** "Every change visible to this group in (from, to] is in `changes`." `chain` belongs to `to`. */
export const frame = z.object({
  epoch: z.string(),
  group: z.string(),
  from: z.int().min(0),
  to: z.int().min(0),
  chain: z.string(),
  /** Server's head when the frame was read: `to < head` means there is more to pull. */
  head: z.int().min(0),
  changes: z.array(change),
});
export type Frame = z.infer<typeof frame>;

/** A piece of work as the outbox keeps it. `n` counts 1, 2, 3… per client and never skips. */
export const mutation = z.object({
  clientId: z.string().min(8).max(64),
  n: z.int().min(1),
  type: z.enum(COMMAND_NAMES as [CommandName, ...CommandName[]]),
  args: z.record(z.string(), z.unknown()),
  /** What the sender looked at; `version` is the decision's expectedVersion. */
  base: z.object({ id, version: z.int().min(1) }).optional(),
  occurredAt: instant,
  /** Milliseconds the device clock was ahead of the server when last measured. */
  clockOffsetMs: z.int().optional(),
  /** The sender's own hash of the contents; the server computes its own to tell replays from clashes. */
  hash: z.string().max(128).optional(),
});
export type Mutation = z.infer<typeof mutation>;

export const MAX_PUSH = 50;

export const pushRequest = z.object({
  clientId: z.string().min(8).max(64).optional(),
  mutations: z.array(z.unknown()).min(1).max(MAX_PUSH),
});
export type PushRequest = z.infer<typeof pushRequest>;

/**
 * The server's answer to one mutation, the same on every replay.
 * - `applied` it took effect · `noop` it already was so · `superseded` the shipment had moved on; history keeps the fact
 * - `rejected` it may not be · `conflict` somebody decided first; `current` is the shipment now
 */
export const verdict = z.object({
  n: z.int().min(1),
  verdict: z.enum(['applied', 'noop', 'superseded', 'rejected', 'conflict']),
  /** Last seq it wrote; the position to have seen before it may leave the outbox. */
  seq: z.int().min(0),
  code: problemCode.optional(),
  message: z.string().optional(),
  current: z.record(z.string(), z.unknown()).optional(),
});
export type Verdict = z.infer<typeof verdict>;

/** `verdicts` answers a prefix of what was sent; with `stoppedBy` the rest was not looked at and is to be sent again. */
export const pushReply = z.object({
  verdicts: z.array(verdict),
  lastN: z.int().min(0),
  stoppedBy: z.object({ n: z.int(), code: problemCode, message: z.string(), expected: z.int().optional() }).optional(),
});
export type PushReply = z.infer<typeof pushReply>;

export const hello = z.object({
  protocol: z.int().min(0),
  clientId: z.string().min(8).max(64),
  cursor: cursor.nullable().default(null),
  app: z.string().max(50).optional(),
  /** Highest `n` whose verdict the station holds. */
  lastN: z.int().min(0).optional(),
});
export type Hello = z.input<typeof hello>;

/**
 * Answer to `sync:hello`. `frame` holds the next page after the given cursor. `live`: the page reaches the server's
 * position and the socket is in its group's room from this very moment; otherwise apply it and say hello again.
 * `snapshot`: the cursor cannot be continued; fetch `/api/sync/snapshot`, then say hello again.
 */
export const helloReply = z.object({
  protocol: z.int(),
  epoch: z.string(),
  head: z.int().min(0),
  group: z.string(),
  state: z.enum(['live', 'catchup', 'snapshot']),
  reason: z.enum(['no_cursor', 'epoch_changed', 'fork', 'cursor_too_old', 'too_far_behind']).optional(),
  frame: frame.nullable(),
  lastN: z.int().min(0),
  serverTime: instant,
});
export type HelloReply = z.infer<typeof helloReply>;

/**
 * Lines of the NDJSON snapshot: one head, rows (open work first), one end. When the transfer breaks off, ask again with
 * `?snapshot=<snapshot>&line=<lines after the head so far>`: the reply's head says from which line it goes on, or names another
 * snapshot, and then everything starts anew.
 */
export const snapshotHead = z.object({
  kind: z.literal('head'),
  protocol: z.int(),
  epoch: z.string(),
  seq: z.int().min(0),
  chain: z.string(),
  group: z.string(),
  /** Null from a server that cannot go on where a transfer broke off. */
  snapshot: z.string().max(64).nullable().default(null),
  /** Lines of this snapshot that are left out before the first one that follows. */
  line: z.int().min(0).default(0),
});
export const snapshotRow = z.object({
  kind: z.literal('row'),
  entity: entityName,
  id,
  seq: z.int().min(0),
  shipmentId: id.nullable(),
  row: z.record(z.string(), z.unknown()),
});
export const snapshotEnd = z.object({
  kind: z.literal('end'),
  rows: z.int().min(0),
  /** The snapshot is consistent once changes up to this seq have been applied on top of it. */
  seq: z.int().min(0),
});
export const snapshotLine = z.discriminatedUnion('kind', [snapshotHead, snapshotRow, snapshotEnd]);
export type SnapshotLine = z.infer<typeof snapshotLine>;
export type SnapshotRow = z.infer<typeof snapshotRow>;
