import type { z } from 'zod';
import { PROBLEMS, ProblemError } from '#contract/wire/errors.ts';
import { UP, type UpEvent } from '#contract/wire/up.ts';
import { requireShape } from '../core/plain-json.ts';
import type { DockSocket, RealtimeLog, RealtimeMeter } from './dock-socket.ts';

/**
 * What one event does: gets the parsed payload, returns what is acknowledged beside `ok: true`, or gives it to `agree` itself when
 * the moment matters.
 */
type Handle<P> = (
  socket: DockSocket,
  payload: P,
  agree: (ok: object) => void,
) => object | undefined | Promise<object | undefined>;
export type Handlers = { readonly [E in UpEvent]: Handle<z.output<(typeof UP)[E]['payload']>> };

export type EventDoor = {
  readonly handlers: Handlers;
  /** Throws `too_fast`. */
  readonly admit: (socket: DockSocket, event: string) => void;
  readonly meter: RealtimeMeter;
  readonly log: RealtimeLog;
};

type Reply = (answer: object) => void;

const noReply: Reply = () => undefined;

/** Characters of JSON that one event may have; the connection itself takes more, so that this can be said instead of hung up. */
export const LONGEST_EVENT = 1024 * 1024;

const isKnown = (event: unknown): event is UpEvent => typeof event === 'string' && Object.hasOwn(UP, event);

/** Read by whoever answers them, with sentences of their own; the rest is small and read here. */
const READ_LATER: ReadonlySet<UpEvent> = new Set(['sync:push', 'sync:hello', 'sync:report']);

const parsed = (event: UpEvent, payload: unknown): unknown => {
  if (READ_LATER.has(event)) {
    requireShape(payload);
    if ((JSON.stringify(payload) ?? '').length > LONGEST_EVENT) throw new ProblemError('too_large');
    return payload;
  }
  const read = UP[event].payload.safeParse(payload);
  if (read.success) return read.data;
  const where = read.error.issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`).join('; ');
  throw new ProblemError('malformed', `The event could not be read (${where}).`);
};

const answer = async (
  door: EventDoor,
  socket: DockSocket,
  [event, payload]: readonly [unknown, unknown],
  agree: (ok: object) => void,
): Promise<void> => {
  door.admit(socket, isKnown(event) ? event : 'unknown');
  if (!isKnown(event)) throw new ProblemError('unknown_event');
  door.meter.eventReceived(event);
  // One handler per event by the table; TypeScript cannot follow a union through its key.
  const handle = door.handlers[event] as Handle<unknown>;
  const handled = handle(socket, parsed(event, payload), agree);
  const ok = handled instanceof Promise ? await handled : handled;
  if (ok !== undefined) agree(ok);
};

const refuse = (door: EventDoor, event: unknown, error: unknown): object => {
  const known = error instanceof ProblemError;
  if (!known) door.log.error({ err: error, event: isKnown(event) ? event : 'unknown' }, 'event failed');
  const code = known ? error.code : 'internal';
  door.meter.refused(code);
  return { ok: false, code, message: known ? error.message : PROBLEMS.internal.title };
};

/**
 * The one door through which everything a client sends comes in, whatever it is: unknown names, garbage, no acknowledgement
 * asked for. Every event that wants an answer gets one; nothing that is sent makes this reject.
 */
export const handleEvent = async (door: EventDoor, socket: DockSocket, packet: readonly unknown[]): Promise<void> => {
  const [event, ...args] = packet;
  const last = args.at(-1);
  const reply: Reply = typeof last === 'function' ? (last as Reply) : noReply;
  const payload = typeof args[0] === 'function' ? undefined : args[0];
  try {
    await answer(door, socket, [event, payload], (ok) => reply({ ok: true, ...ok }));
  } catch (error) {
    reply(refuse(door, event, error));
  }
};
