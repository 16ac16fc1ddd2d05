import { PROBLEMS, ProblemError } from '#contract/wire/errors.ts';
import type { Verify } from '../access.ts';
import { groupOf } from '../core/scope.ts';
import { type Rate, TokenBucket } from '../core/token-bucket.ts';
import type { DockSocket, SocketData } from './dock-socket.ts';

export type EventRates = { readonly events: Rate; readonly typing: Rate; readonly reports: Rate };

/** An error whose `data` reaches the client's `connect_error`. */
const refusal = (error: unknown): Error & { data: object } => {
  const problem = error instanceof ProblemError ? error : new ProblemError('internal', PROBLEMS.internal.title);
  return Object.assign(new Error(problem.message), { data: { code: problem.code, message: problem.message } });
};

/** Middleware that lets in sockets with a valid token in `auth: { token }`, and says why not otherwise. */
export const signIn =
  (verify: Verify, rates: EventRates, now: () => number, onRefused: (code: string) => void) =>
  (socket: DockSocket, next: (error?: Error) => void): void => {
    verify(socket.handshake.auth.token)
      .then((access) => {
        const at = now();
        const data: SocketData = {
          access,
          group: groupOf(access.scope),
          events: new TokenBucket(rates.events, at),
          typing: new TokenBucket(rates.typing, at),
          reports: new TokenBucket(rates.reports, at),
          heardAt: at,
        };
        socket.data = data;
        // A token in memory is of no more use from here on, except to whoever reads a memory dump.
        socket.handshake.auth = {};
        next();
      })
      .catch((error: unknown) => {
        const refused = refusal(error);
        onRefused((refused.data as { code: string }).code);
        next(refused);
      });
  };
