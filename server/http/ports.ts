import type { IncomingMessage } from 'node:http';
import type { AsnWarning } from '#contract/wire/http.ts';
import type { Access, Overrule, Verify } from '../access.ts';
import type { AccessChange, ChangedAccess, Storage } from '../core/storage.ts';
import type { Rate } from '../core/token-bucket.ts';
import type { Turnstile } from '../core/turnstile.ts';
import type { ReceivePush } from '../receive-push.ts';
import type { TakeAnnouncements } from '../take-announcements.ts';
import type { TakeReport } from '../take-report.ts';
import type { ChangeWaiters } from './change-waiters.ts';
import type { DocumentStore } from './document-store.ts';
import type { Metrics } from './metrics.ts';
import type { SnapshotShelf } from './snapshot-shelf.ts';

export type TakenNotice = {
  readonly shipments: readonly { readonly id: string; readonly number: string; readonly lines: number }[];
  readonly warnings: readonly AsnWarning[];
};

/** Reads a ship notice and does what it says, as one transaction; throws `ProblemError` when it is refused. */
export type TakeNotice = (bytes: Uint8Array, access: Access) => Promise<TakenNotice>;

export type HttpLimits = {
  /** Requests a second, averaged over five: of one person, or of one address where nobody has to sign in. */
  readonly requestsPerSecond: number;
  /** Requests from one address that could not be signed in. */
  readonly strangersOfOne: Rate;
  /** Bytes of one document. */
  readonly documentBytes: number;
};

/** Changes what somebody may do and see; resolves when it is on disk and in effect. */
export type ChangeAccess = { readonly change: (change: AccessChange) => Promise<ChangedAccess> };

/** Everything the routes need from the rest of the server; they meet it in `create-server.ts`. */
export type HttpPorts = {
  readonly storage: Storage;
  readonly verify: Verify;
  /** The address that a request counts for; null for what comes from this machine and speaks for nobody. */
  readonly callerAddress: (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string | null;
  readonly accessChanges: Pick<Overrule, 'now'> & ChangeAccess;
  readonly takeNotice: TakeNotice;
  readonly takeAnnouncements: TakeAnnouncements;
  readonly receivePush: ReceivePush;
  readonly takeReport: TakeReport;
  readonly documents: DocumentStore;
  readonly waiters: ChangeWaiters;
  readonly snapshots: SnapshotShelf;
  /** For the heavy reading of those who come back. */
  readonly turnstiles: { readonly catchUp: Turnstile; readonly snapshots: Turnstile };
  readonly metrics: Metrics;
  readonly limits: HttpLimits;
  readonly allowedOrigins: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** UUIDv7. */
  readonly newId: () => string;
  /** False while the server starts or stops. */
  readonly isReady: () => boolean;
};
