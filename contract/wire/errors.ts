import { z } from 'zod';

type Problem = { readonly status: number; readonly title: string; readonly retry: boolean };

/**
 * Every way a request can be refused: stable code, HTTP status, a sentence, and whether sending the same thing again can
 * help. Codes are public and never change their meaning; sentences may.
 */
export const PROBLEMS = {
  not_signed_in: { status: 401, title: 'No token was sent. Sign in and try again.', retry: false },
  token_invalid: { status: 401, title: 'The token is not valid here. Sign in again.', retry: false },
  token_expired: { status: 401, title: 'The token has expired. Sign in again.', retry: false },
  forbidden: { status: 403, title: 'Your role may not do this.', retry: false },
  lead_approval_needed: { status: 403, title: 'A lead has to approve this.', retry: false },
  not_found: { status: 404, title: 'There is nothing here that you may see.', retry: false },
  malformed: { status: 400, title: 'The request could not be read.', retry: false },
  invalid: { status: 422, title: 'Something in the request does not fit.', retry: false },
  unknown_event: { status: 400, title: 'The server does not know this event.', retry: false },
  illegal_step: { status: 409, title: 'This step does not follow from where the shipment is now.', retry: false },
  version_conflict: {
    status: 409,
    title: 'Somebody changed the shipment first. Look at it and decide again.',
    retry: false,
  },
  already_claimed: { status: 409, title: 'Somebody else has taken this inspection.', retry: false },
  already_exists: { status: 409, title: 'This already exists with other contents.', retry: false },
  blocked: { status: 409, title: 'Something still has to be done before this step.', retry: true },
  quantities_do_not_add_up: {
    status: 422,
    title: 'Accepted, rejected and held do not add up to inspected.',
    retry: false,
  },
  idempotency_conflict: { status: 409, title: 'This Idempotency-Key was used for a different request.', retry: false },
  identity_conflict: { status: 409, title: 'This station number is in use by another station.', retry: false },
  out_of_order: { status: 409, title: 'An earlier piece of work has not arrived yet.', retry: true },
  epoch_changed: { status: 409, title: 'The history was replaced. Take a new snapshot.', retry: false },
  cursor_ahead: { status: 409, title: 'The server is behind this position. Take a new snapshot.', retry: false },
  cursor_too_old: { status: 410, title: 'That position is no longer kept. Take a new snapshot.', retry: false },
  upgrade_required: { status: 426, title: 'This version is too old for the server. Install the update.', retry: false },
  too_large: { status: 413, title: 'This is larger than the server accepts.', retry: false },
  unsupported_type: { status: 415, title: 'The server does not accept this type of content.', retry: false },
  range_not_satisfiable: { status: 416, title: 'The document does not have those bytes.', retry: false },
  not_a_ship_notice: { status: 422, title: 'This is not a ship notice.', retry: false },
  notice_truncated: { status: 422, title: 'The ship notice is cut off.', retry: false },
  notice_over_limit: { status: 413, title: 'The ship notice is over the limits.', retry: false },
  unknown_warehouse: { status: 422, title: 'The server does not know this warehouse.', retry: false },
  unknown_supplier: { status: 422, title: 'The server does not know this supplier.', retry: false },
  too_fast: { status: 429, title: 'Too many requests. Wait a moment and try again.', retry: true },
  stopping: { status: 503, title: 'The server is stopping. Try again shortly.', retry: true },
  storage_full: { status: 507, title: 'The server has no room left. Nothing was saved.', retry: true },
  internal: { status: 500, title: 'The server failed. Nothing was saved.', retry: true },
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];
export const problemCode = z.enum(PROBLEM_CODES);

/** RFC 9457 problem document, as every failed HTTP request is answered (`application/problem+json`). */
export const problemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: problemCode,
  /** The shipment as it is now, with a lost decision or an illegal step. */
  shipment: z.unknown().optional(),
  /** Where it does not fit: path and sentence each. */
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type ProblemDocument = z.infer<typeof problemDocument>;

/** Thrown at the doors and turned into a problem document or a refusing acknowledgement. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly extra: Record<string, unknown>;

  constructor(code: ProblemCode, detail: string = PROBLEMS[code].title, extra: Record<string, unknown> = {}) {
    super(detail);
    this.name = 'ProblemError';
    this.code = code;
    this.extra = extra;
  }
}
