import { z } from 'zod';
import { id, instant } from '../domain/fields.ts';

const shipments = z.array(id).max(1000).default([]);

/** Milliseconds that a report counts which did not come over a socket that is still there: a station that polls repeats it in time. */
export const REPORT_LEASE_MS = 120_000;

/**
 * What a station has on its disk, so that nobody closes a shipment over work that is still to come. Each report takes the place of
 * what was said of the same clients before.
 */
export const stationReport = z.object({
  /** What the station is called, for the people who have to go there. */
  station: z.string().max(80).default(''),
  /** Of whoever is signed in there. What a station says of others does not change whose they are. */
  clientId: z.string().min(8).max(64).optional(),
  /** Everybody who works there, each by the client id under which their work is numbered. */
  clients: z
    .array(
      z.object({
        clientId: z.string().min(8).max(64),
        /** Shipments with facts and provisional work that have no verdict yet. */
        unsentOn: shipments,
        /** Shipments worked on there lately: should the station fall silent, it may have more to tell of these. */
        workedOn: shipments,
      }),
    )
    .min(1)
    .max(200),
  /** Nothing more is to be expected until it reports again: it is being shut down, and what is unsent is in this report. */
  leaving: z.boolean().default(false),
});
export type StationReport = z.infer<typeof stationReport>;

/**
 * A station that closing a shipment has to wait for. `unsent`: it has said so itself, at `since` · `unheard`: it has worked on the
 * shipment and was last heard of at `since`, so it may hold work that nobody knows of.
 */
export const awaitedStation = z.object({
  station: z.string(),
  userName: z.string(),
  state: z.enum(['unsent', 'unheard']),
  since: instant,
});
export type AwaitedStation = z.infer<typeof awaitedStation>;
