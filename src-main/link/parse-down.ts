import { z } from 'zod';
import { ENTITIES } from '#contract/domain/entities.ts';
import { DOWN, type DownPayload, type GuideEvent } from '#contract/wire/down.ts';
import { PROBLEMS, problemCode, problemDocument } from '#contract/wire/errors.ts';
import { type HistoryEntry, historyReply } from '#contract/wire/http.ts';
import {
  type Change,
  change,
  type Frame,
  frame,
  type HelloReply,
  helloReply,
  type PushReply,
  pushReply,
  type SnapshotLine,
  snapshotEnd,
  snapshotHead,
  snapshotRow,
} from '#contract/wire/sync.ts';
import { type Ack, refusal, UP, type UpEvent } from '#contract/wire/up.ts';
import { foreign, LinkFault, unreachable } from '../core/link-fault.ts';
import type { Log } from '../core/ports.ts';
import { mapInSlices } from './in-slices.ts';

/** Rows a frame may carry: checked one by one, because a row that does not fit would otherwise sit in the cache for good. */
const rowFits = (change: Change): boolean =>
  change.op !== 'put' || (change.row?.id === change.id && ENTITIES[change.entity].safeParse(change.row).success);

const coded = z.looseObject({ code: z.string() }).refine(({ code }) => !problemCode.safeParse(code).success);

/** An answer nobody can read would be asked for again and again, and block all work behind it. */
const withKnownCodes = (payload: unknown): unknown => {
  const reply = z.looseObject({ verdicts: z.array(z.unknown()), stoppedBy: z.unknown().optional() }).safeParse(payload);
  if (!reply.success) return payload;
  const { verdicts, stoppedBy } = reply.data;
  const known = verdicts.map((each) =>
    coded.safeParse(each).success ? { ...(each as object), code: undefined } : each,
  );
  // What it stopped by is not known, so nothing is done about it but to wait.
  const stop = coded.safeParse(stoppedBy).success ? { ...(stoppedBy as object), code: 'internal' } : stoppedBy;
  return { ...reply.data, verdicts: known, stoppedBy: stop };
};

/** Frame and hello without a look at the changes: those of a page are checked after it, in slices. */
const pageEnvelope = frame.extend({ changes: z.array(z.unknown()) });
const helloEnvelope = helloReply.extend({ frame: pageEnvelope.nullable() });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Of a line that is a row the row itself is looked at by its own schema: to copy it key by key before that would be in vain. */
const snapshotEnvelope = z.discriminatedUnion('kind', [
  snapshotHead,
  snapshotRow.extend({ row: z.custom<Record<string, unknown>>(isObject) }),
  snapshotEnd,
]);
/** What was not copied may still bring a key that other copies would take for the prototype. */
const isOwn = (row: Record<string, unknown>): boolean => !Object.hasOwn(row, '__proto__');

/**
 * The one door: everything that comes from the network is checked here and trusted behind it. What does not fit is
 * dropped, counted and logged by name, never by content.
 */
export class DownDoor {
  readonly #log: Log;
  #dropped = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Messages and rows refused since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A pushed frame, or null: then the caller pulls, and nothing is lost. */
  pushedFrame(payload: unknown): Frame | null {
    const parsed = frame.safeParse(payload);
    if (parsed.success && parsed.data.changes.every(rowFits)) return parsed.data;
    this.#drop('frame');
    return null;
  }

  /** As `pushedFrame`, for one so large that checking it at once would hold up window and sockets. */
  async pushedInSlices(payload: unknown): Promise<Frame | null> {
    const envelope = pageEnvelope.safeParse(payload);
    if (!envelope.success) return this.pushedFrame(payload);
    const changes = await mapInSlices(envelope.data.changes, (each) => {
      const read = change.safeParse(each);
      return read.success && rowFits(read.data) ? read.data : null;
    });
    if (changes.length === envelope.data.changes.length) return { ...envelope.data, changes };
    this.#drop('frame');
    return null;
  }

  /**
   * A page that was asked for. Asking again would bring the same, so a row that does not fit is left out and the rest
   * counts; a page whose frame cannot be read is a fault.
   */
  async page(payload: unknown): Promise<Frame> {
    return await this.#checked(this.#read(pageEnvelope, payload, 'page'));
  }

  /** Its page is one that was asked for. */
  async hello(payload: unknown): Promise<HelloReply> {
    const { frame: page, ...reply } = this.#read(helloEnvelope, payload, 'hello');
    return { ...reply, frame: page === null ? null : await this.#checked(page) };
  }

  /** Null for a row that does not fit. */
  snapshotLine(payload: unknown): SnapshotLine | null {
    const line = this.#read(snapshotEnvelope, payload, 'snapshot');
    if (line.kind !== 'row') return line;
    const { id, entity, row } = line;
    if (row.id === id && isOwn(row) && ENTITIES[entity].safeParse(row).success) return line;
    this.#drop(`snapshot ${line.entity}`);
    return null;
  }

  /** The view this station has from now on, null when that cannot be read. */
  scope(payload: unknown): string | null {
    const parsed = DOWN['sync:scope'].safeParse(payload);
    if (parsed.success) return parsed.data.group;
    this.#drop('sync:scope');
    return null;
  }

  /** A newer server refuses for reasons this version has no name for; its sentence says them all the same. */
  pushReply(payload: unknown): PushReply {
    return this.#read(pushReply, withKnownCodes(payload), 'push');
  }

  history(payload: unknown): HistoryEntry[] {
    return this.#read(historyReply, payload, 'history').history;
  }

  guide(event: GuideEvent, payload: unknown): DownPayload[GuideEvent] | null {
    const parsed = DOWN[event].safeParse(payload);
    if (parsed.success) return parsed.data;
    this.#drop(event);
    return null;
  }

  waiting(payload: unknown): DownPayload['shipment:waiting'] | null {
    const parsed = DOWN['shipment:waiting'].safeParse(payload);
    if (parsed.success) return parsed.data;
    this.#drop('shipment:waiting');
    return null;
  }

  /** An acknowledgement: what was agreed, or a refusal with its code. */
  async ack<E extends UpEvent>(event: E, payload: unknown): Promise<Ack<E>> {
    const refused = refusal.safeParse(payload);
    if (refused.success) return refused.data;
    const agreed = z.looseObject({ ok: z.literal(true) }).safeParse(payload);
    if (!agreed.success) {
      this.#drop(event);
      throw unreachable('The answer could not be read.');
    }
    const ok = await this.#agreed(event, payload);
    return { ok: true, ...(ok as object) } as Ack<E>;
  }

  async #agreed(event: UpEvent, payload: unknown): Promise<unknown> {
    if (event === 'sync:hello') return await this.hello(payload);
    if (event === 'sync:push') return this.pushReply(payload);
    return this.#read(UP[event].ok as z.ZodType, payload, event);
  }

  /** What a failed HTTP request says. Without a problem document of ours it is not our server. */
  problem(payload: unknown): LinkFault {
    const parsed = problemDocument.safeParse(payload);
    if (parsed.success) return new LinkFault(parsed.data.code, parsed.data.detail || PROBLEMS[parsed.data.code].title);
    return foreign();
  }

  #read<S extends z.ZodType>(schema: S, payload: unknown, what: string): z.output<S> {
    const parsed = schema.safeParse(payload);
    if (parsed.success) return parsed.data;
    this.#drop(what);
    throw unreachable('The answer could not be read.');
  }

  async #checked(page: z.output<typeof pageEnvelope>): Promise<Frame> {
    const changes = await mapInSlices(page.changes, (each) => {
      // Without its number or its id nobody knows what would be missing: the page is a fault.
      const read = this.#read(change, each, 'page');
      if (rowFits(read)) return read;
      this.#drop(`row ${read.entity}`);
      return null;
    });
    return { ...page, changes };
  }

  #drop(what: string): void {
    this.#dropped += 1;
    this.#log('down.dropped', { what, total: this.#dropped });
  }
}
