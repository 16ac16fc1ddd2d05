import { ProblemError } from '#contract/wire/errors.ts';
import { isFarBehind } from '#contract/wire/far-behind.ts';
import { type Cursor, type Frame, type HelloReply, hello } from '#contract/wire/sync.ts';
import { OLDEST_SERVED_VERSION, PROTOCOL_VERSION } from '#contract/wire/version.ts';
import type { Group } from '../core/scope.ts';
import type { Storage } from '../core/storage.ts';
import type { Turnstile } from '../core/turnstile.ts';

type Reason = NonNullable<HelloReply['reason']>;

export type HelloPorts = {
  readonly storage: Storage;
  /** Where those wait who are many changes behind. */
  readonly catchUps: Pick<Turnstile, 'pass'>;
  readonly now: () => number;
  /** `Tailer.admit`: joins, and says true, when nothing after `to` can have been missed. */
  readonly admit: (to: number) => boolean;
  /** The client's wire is no longer served; it is told before it is refused. */
  readonly sayUpgrade: () => void;
};

/** Changes that are read without standing in line. */
const NEARLY_LEVEL = 100;
/** Changes of one page: more take a station longer to read than its screen may stand still. */
const PAGE = 200;
/** Reads of one hello: the tailer may run ahead of a read once or twice, but a client must not wait for ever. */
const MOST_READS = 3;

/** Why history cannot be continued from this cursor, or null when it can. */
const breakIn = async (storage: Storage, group: Group, cursor: Cursor | null): Promise<Reason | null> => {
  if (cursor === null) return 'no_cursor';
  const { epoch, head, floor } = storage.position();
  if (cursor.epoch !== epoch) return 'epoch_changed';
  if (cursor.seq > head) return 'fork';
  if (cursor.seq < floor) return 'cursor_too_old';
  // A restored backup has the same epoch; the chain tells it from the history that the client knows.
  if ((await storage.chainAt(cursor.seq)) !== cursor.chain) return 'fork';
  return (await isFarBehind(head - cursor.seq, () => storage.countRows(group))) ? 'too_far_behind' : null;
};

/** The reply when the position is known; `frame` null means a snapshot is needed. */
const replyOf = (ports: HelloPorts, group: Group, lastN: number, frame: Frame | null, isLive: boolean): HelloReply => {
  const { epoch, head } = ports.storage.position();
  return {
    protocol: PROTOCOL_VERSION,
    epoch,
    head,
    group: group.id,
    state: frame === null ? 'snapshot' : isLive ? 'live' : 'catchup',
    frame,
    lastN,
    serverTime: new Date(ports.now()).toISOString(),
  };
};

/**
 * Answers `sync:hello` through `reply`, once; throws `malformed` or `upgrade_required` instead. Going live happens without an
 * await between comparing positions, joining and replying: a change committed in between would be missed, and a frame emitted in
 * between would reach the client before it knows where it stands.
 */
export const answerHello = async (
  ports: HelloPorts,
  group: Group,
  payload: unknown,
  reply: (answer: HelloReply) => void,
): Promise<undefined> => {
  const parsed = hello.safeParse(payload);
  if (!parsed.success) {
    const where = parsed.error.issues
      .map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`)
      .join('; ');
    throw new ProblemError('malformed', `A hello is { protocol, clientId, cursor } (${where}).`);
  }
  const { protocol, clientId, cursor } = parsed.data;
  if (protocol < OLDEST_SERVED_VERSION) {
    ports.sayUpgrade();
    throw new ProblemError('upgrade_required');
  }
  const { storage, catchUps, admit } = ports;
  const [lastN, reason] = await Promise.all([storage.lastN(clientId), breakIn(storage, group, cursor)]);
  if (cursor === null || reason !== null) {
    reply({ ...replyOf(ports, group, lastN, null, false), reason: reason ?? 'no_cursor' });
    return;
  }
  for (let reads = 1; ; reads += 1) {
    const read = (): Promise<Frame> => storage.readFrame(group, cursor.seq, PAGE);
    const isNear = storage.position().head - cursor.seq <= NEARLY_LEVEL;
    const frame = await (isNear ? read() : catchUps.pass(read));
    const isPage = frame.to < frame.head && frame.changes.length > 0;
    const isLive = !isPage && admit(frame.to);
    if (!isLive && !isPage && reads < MOST_READS) continue;
    reply(replyOf(ports, group, lastN, frame, isLive));
    return;
  }
};
