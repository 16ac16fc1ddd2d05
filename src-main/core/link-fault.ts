import { PROBLEMS, type ProblemCode } from '#contract/wire/errors.ts';

/**
 * Why the server could not be asked, or what it refused.
 * - `unreachable`: no answer, or something answered that is not Dockline (a captive portal). What happened is unknown.
 * - `problem`: the server answered with a code of the table.
 */
export class LinkFault extends Error {
  readonly code: ProblemCode | null;
  /** Something answered that is not Dockline. */
  readonly isForeign: boolean;

  constructor(code: ProblemCode | null, message: string, isForeign = false) {
    super(message);
    this.name = 'LinkFault';
    this.code = code;
    this.isForeign = isForeign;
  }
}

export const unreachable = (message: string): LinkFault => new LinkFault(null, message);

/** A captive portal, a proxy's own page, another program on that port. */
export const foreign = (): LinkFault =>
  new LinkFault(null, 'Something answered, but it is not the Dockline server.', true);

const REFUSALS: ReadonlySet<ProblemCode> = new Set([
  'not_signed_in',
  'token_invalid',
  'token_expired',
  'forbidden',
  'upgrade_required',
]);

/** The code when the server turns this station away as a whole; trying again needs a new token or a new version. */
export const refusalOf = (error: unknown): ProblemCode | null =>
  error instanceof LinkFault && error.code !== null && REFUSALS.has(error.code) ? error.code : null;

const LOST_POSITION: ReadonlySet<ProblemCode> = new Set(['epoch_changed', 'cursor_ahead', 'cursor_too_old']);

/** True when the server cannot continue from the cursor it was given: a snapshot is due. */
export const isLostPosition = (error: unknown): boolean =>
  error instanceof LinkFault && error.code !== null && LOST_POSITION.has(error.code);

/** True when the server has another history than the cursor's, rather than the same from later on. */
export const isOtherHistory = (error: unknown): boolean =>
  error instanceof LinkFault && (error.code === 'epoch_changed' || error.code === 'cursor_ahead');

/** True when sending the same thing again can help. An unknown outcome can always be asked again. */
export const isWorthRetrying = (error: unknown): boolean =>
  !(error instanceof LinkFault) || error.code === null || PROBLEMS[error.code].retry;
