import type { Configured, Saved } from '#contract/bridge/view.ts';
import type { ProblemCode } from '#contract/wire/errors.ts';

type CodeOf<R> = R extends { readonly ok: false; readonly code: infer C } ? C : never;
/** Everything a save or a connection attempt can answer: the server's codes and this station's own. */
export type ErrorCode = ProblemCode | CodeOf<Saved> | CodeOf<Configured>;

/** What happened, what is safe, what to do. */
export type ErrorText = { readonly what: string; readonly safe: string; readonly act: string };

const KEPT = 'Your work is kept under “Not sent”.';
const UNTOUCHED = 'The shipment is as it was.';
const NOT_SENT = 'Nothing was sent.';
const SAVED_HERE = 'Your work is saved on this station.';
const REFRESHES = 'The station fetches everything anew by itself. Keep working.';

/** One entry for every code there is: the compiler refuses a missing one. */
export const ERROR_TEXT = {
  not_signed_in: { what: 'You are not signed in.', safe: SAVED_HERE, act: 'Connect again with your token.' },
  token_invalid: {
    what: 'The server does not accept this token.',
    safe: SAVED_HERE,
    act: 'Paste the whole token again, or ask IT for a new one.',
  },
  token_expired: { what: 'The token has ended.', safe: SAVED_HERE, act: 'Connect again with a new token.' },
  forbidden: { what: 'Your role may not do this.', safe: UNTOUCHED, act: 'Ask somebody whose role allows it.' },
  lead_approval_needed: { what: 'A lead has to approve this.', safe: KEPT, act: 'Ask a lead to do it.' },
  not_found: {
    what: 'The server does not have this, or you may not see it.',
    safe: KEPT,
    act: 'Go back to the board and open it again.',
  },
  malformed: { what: 'The server could not read this.', safe: KEPT, act: 'Tell IT; it is a fault of the app.' },
  invalid: { what: 'Something you entered does not fit.', safe: KEPT, act: 'Check the values and enter it again.' },
  unknown_event: { what: 'The server does not know this kind of message.', safe: KEPT, act: 'Tell IT.' },
  illegal_step: {
    what: 'This step does not follow from where the shipment is now.',
    safe: KEPT,
    act: 'Look at its status and choose the next step again.',
  },
  version_conflict: {
    what: 'Somebody changed the shipment first.',
    safe: `Their change stands. ${KEPT}`,
    act: 'Look at the shipment as it is now and decide again.',
  },
  already_claimed: {
    what: 'Somebody else has taken this inspection.',
    safe: 'It is being looked after.',
    act: 'Take another one.',
  },
  already_exists: {
    what: 'This exists already with other contents.',
    safe: KEPT,
    act: 'Open what exists and compare.',
  },
  blocked: {
    what: 'Something has to be done first.',
    safe: UNTOUCHED,
    act: 'See the “Blocked by” line of the shipment; choosing the step again shows what is in the way.',
  },
  quantities_do_not_add_up: {
    what: 'Accepted, rejected and held do not add up to inspected.',
    safe: 'The inspection is still open.',
    act: 'Correct the quantities and complete it again.',
  },
  idempotency_conflict: { what: 'This number was used for other work.', safe: KEPT, act: 'Tell IT.' },
  identity_conflict: {
    what: 'Another station uses this station’s number.',
    safe: SAVED_HERE,
    act: 'Tell IT: a station was copied instead of set up.',
  },
  out_of_order: {
    what: 'An earlier piece of work has not arrived yet.',
    safe: SAVED_HERE,
    act: 'Nothing to do: the station sends it again in order.',
  },
  epoch_changed: { what: 'The server’s history was replaced.', safe: SAVED_HERE, act: REFRESHES },
  cursor_ahead: { what: 'The server is behind this station.', safe: SAVED_HERE, act: REFRESHES },
  cursor_too_old: { what: 'This station was away for long.', safe: SAVED_HERE, act: REFRESHES },
  upgrade_required: {
    what: 'This version is too old for the server.',
    safe: SAVED_HERE,
    act: 'IT has to install the update; then the work is sent.',
  },
  too_large: { what: 'This is larger than the server accepts.', safe: KEPT, act: 'Make it smaller and try again.' },
  unsupported_type: { what: 'The server does not accept this type of file.', safe: KEPT, act: 'Use PDF or an image.' },
  range_not_satisfiable: { what: 'The document has no such part.', safe: UNTOUCHED, act: 'Open it again.' },
  not_a_ship_notice: { what: 'This is not a ship notice.', safe: NOT_SENT, act: 'Ask the sender for the right file.' },
  notice_truncated: { what: 'The ship notice is cut off.', safe: NOT_SENT, act: 'Ask the sender to send it again.' },
  notice_over_limit: { what: 'The ship notice is too large.', safe: NOT_SENT, act: 'Ask the sender to split it.' },
  unknown_warehouse: { what: 'The server does not know this warehouse.', safe: KEPT, act: 'Ask an administrator.' },
  unknown_supplier: { what: 'The server does not know this supplier.', safe: KEPT, act: 'Ask an administrator.' },
  too_fast: {
    what: 'The server asks to wait a moment.',
    safe: SAVED_HERE,
    act: 'Nothing to do: it is sent again by itself.',
  },
  stopping: { what: 'The server is restarting.', safe: SAVED_HERE, act: 'Nothing to do: it is sent again by itself.' },
  storage_full: {
    what: 'The server has no room left.',
    safe: SAVED_HERE,
    act: 'Tell IT; it is sent when there is room.',
  },
  internal: { what: 'The server failed.', safe: SAVED_HERE, act: 'It is sent again by itself. If it stays, tell IT.' },
  needs_the_server: {
    what: 'This cannot be decided without the server.',
    safe: `${UNTOUCHED} ${NOT_SENT}`,
    act: 'Do it when the station is connected again.',
  },
  disk_full: {
    what: 'This station’s disk is full, so the work was not saved.',
    safe: 'Everything saved before is still there.',
    act: 'Call IT now, and note this one on paper.',
  },
  not_saved: {
    what: 'The work could not be saved on this station.',
    safe: 'Everything saved before is still there.',
    act: 'Try again. If it fails again, call IT and note it on paper.',
  },
  unreachable: {
    what: 'No server answers at this address.',
    safe: 'Nothing was changed on this station.',
    act: 'Check the address and the network cable, then try again.',
  },
  bad_address: {
    what: 'This is not a server address.',
    safe: 'Nothing was changed on this station.',
    act: 'Enter it like https://dock.example.com.',
  },
  not_dockline: {
    what: 'Something answers at this address, but it is not a Dockline server.',
    safe: 'Nothing was changed on this station.',
    act: 'Check the address and the port.',
  },
} as const satisfies Record<ErrorCode, ErrorText>;
