import type { ProblemCode } from '#contract/wire/errors.ts';
import { type HistoryEntry, health } from '#contract/wire/http.ts';
import type { StationReport } from '#contract/wire/station-report.ts';
import type { Cursor, Frame, Mutation, PushReply, SnapshotLine } from '#contract/wire/sync.ts';
import { foreign, isWorthRetrying, LinkFault, unreachable } from '../core/link-fault.ts';
import type { Clock, HttpPort } from '../core/ports.ts';
import { inSlices } from './in-slices.ts';
import type { DownDoor } from './parse-down.ts';
import { readLines } from './read-lines.ts';

const ANSWER_MS = 10_000;
const PROBE_MS = 5_000;
/** Tries in a row that bring nothing more of a snapshot, and the pause that grows from one to the next. */
const RESUMES = 3;
const RESUME_MS = 500;
/** Between two pieces of a snapshot. */
const STALL_MS = 15_000;
const SLOW_MS = 2_000;
/** Changes in one page: what can be read and checked without anybody noticing. */
const PAGE = 200;

export type PollLinkOptions = {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: () => string;
  readonly door: DownDoor;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** How long an answer took, and how far this device's clock is ahead of its date, which is in whole seconds. */
  readonly onDate?: (latencyMs: number, clockOffsetMs: number) => void;
};

/** How far a snapshot has come. */
type Got = { id: string | null; lines: number; skipped: number };

type Request = {
  readonly path: string;
  readonly timeoutMs: number;
  readonly accept?: string;
  readonly body?: unknown;
  readonly abort: AbortController;
  readonly isProbe?: boolean;
};

type Asked = Omit<Request, 'abort'> & Partial<Pick<Request, 'abort'>>;

const isKind = (response: Response, ...kinds: readonly string[]): boolean => {
  const type = response.headers.get('content-type') ?? '';
  return kinds.some((kind) => type.startsWith(kind));
};

/** The same log and the same work over plain HTTP: what remains when the socket cannot be had. */
export class PollLink implements HttpPort {
  readonly #options: PollLinkOptions;
  #waiting: AbortController | null = null;
  readonly #open = new Set<AbortController>();
  #closed = false;

  constructor(options: PollLinkOptions) {
    this.#options = options;
  }

  async changes({ epoch, seq, chain }: Cursor, waitSeconds: number): Promise<Frame> {
    const query = new URLSearchParams({ from: `${seq}`, epoch, chain, wait: `${waitSeconds}`, limit: `${PAGE}` });
    const abort = new AbortController();
    // A page for a rebuild, asked for meanwhile, is not what is waiting.
    if (waitSeconds > 0) this.#waiting = abort;
    const timeoutMs = waitSeconds * 1_000 + ANSWER_MS;
    return this.#options.door.page(await this.#json({ path: `/api/sync/changes?${query}`, timeoutMs, abort }));
  }

  cancelChanges(): void {
    this.#waiting?.abort();
    this.#waiting = null;
  }

  /** Ends everything under way and to come; it rejects as unreachable. */
  close(): void {
    this.#closed = true;
    for (const abort of this.#open) abort.abort();
  }

  async push(clientId: string, mutations: readonly Mutation[]): Promise<PushReply> {
    const body = { clientId, mutations };
    return this.#options.door.pushReply(await this.#json({ path: '/api/sync/mutations', timeoutMs: ANSWER_MS, body }));
  }

  /** Answered without a body. */
  async report(report: StationReport): Promise<void> {
    await this.#ask({ path: '/api/sync/report', timeoutMs: ANSWER_MS, body: report }, async (response) => {
      // A captive portal says 200 to everything.
      if (response.status !== 204) throw foreign();
    });
  }

  /** Lines as they come; where the transfer breaks off, it goes on from there as long as the server still has that snapshot. */
  async *snapshot(): AsyncGenerator<SnapshotLine> {
    const got: Got = { id: null, lines: 0, skipped: 0 };
    for (let idle = 0; ; ) {
      const before = got.lines;
      try {
        yield* this.#snapshotPart(got);
        return;
      } catch (error) {
        idle = got.lines > before ? 0 : idle + 1;
        if (got.id === null || idle > RESUMES || this.#closed || !isWorthRetrying(error)) throw error;
      }
      if (idle > 0) await new Promise((resolve) => setTimeout(resolve, RESUME_MS * idle));
    }
  }

  async *#snapshotPart(got: Got): AsyncGenerator<SnapshotLine> {
    const abort = new AbortController();
    const accept = 'application/x-ndjson';
    const from = got.id === null ? '' : `?${new URLSearchParams({ snapshot: got.id, line: `${got.lines}` })}`;
    const request = { path: `/api/sync/snapshot${from}`, timeoutMs: STALL_MS, accept, abort };
    this.#open.add(abort);
    try {
      const response = await within(request, () => this.#send(request));
      if (response.body === null || !isKind(response, accept)) throw foreign();
      const breathe = inSlices();
      let known = 0;
      for await (const text of readLines(response.body, STALL_MS, abort)) {
        // A piece of the body is hundreds of rows, which come one after the other without a turn of the loop.
        await breathe();
        if (known > 0) {
          known -= 1;
          continue;
        }
        const line = this.#options.door.snapshotLine(parseJson(text));
        if (line?.kind === 'head') {
          // The server goes on at a joint of its own, at or before the line that was asked for.
          known = got.lines - line.line;
          if (from === '') yield line;
          // What is here already is no part of another snapshot: the caller begins anew.
          else if (line.snapshot !== got.id || known < 0) throw gone();
          got.id = line.snapshot;
          continue;
        }
        got.lines += 1;
        if (line === null) got.skipped += 1;
        // Rows that were left out at the door still count as having come.
        else yield line.kind === 'end' ? { ...line, rows: line.rows - got.skipped } : line;
        if (line?.kind === 'end') return;
      }
      throw unreachable('The snapshot broke off.');
    } finally {
      this.#open.delete(abort);
      abort.abort();
    }
  }

  async history(shipmentId: string): Promise<HistoryEntry[]> {
    const path = `/api/shipments/${encodeURIComponent(shipmentId)}/history`;
    return this.#options.door.history(await this.#json({ path, timeoutMs: ANSWER_MS }));
  }

  /** Resolves when a Dockline server answers, whatever it thinks of the token and whether or not it is ready. */
  async probe(): Promise<void> {
    const answer = await this.#json({ path: '/health', timeoutMs: PROBE_MS, isProbe: true });
    if (!health.safeParse(answer).success) throw foreign();
  }

  /** The code with which the server turns this token away, or null when it is accepted. */
  async refusesToken(): Promise<ProblemCode | null> {
    try {
      await this.#json({ path: '/api/shipments?limit=1', timeoutMs: ANSWER_MS });
      return null;
    } catch (error) {
      if (error instanceof LinkFault && error.code !== null) return error.code;
      throw error;
    }
  }

  #json(request: Asked): Promise<unknown> {
    return this.#ask(request, async (response) => {
      // A captive portal says 200 to everything, in HTML.
      if (!isKind(response, 'application/json')) throw foreign();
      return parseJson(await response.text());
    });
  }

  #ask<T>(request: Asked, read: (response: Response) => Promise<T>): Promise<T> {
    const whole: Request = { abort: new AbortController(), ...request };
    this.#open.add(whole.abort);
    return within(whole, async () => read(await this.#send(whole))).finally(() => {
      this.#open.delete(whole.abort);
      // A body nobody wanted to read (a captive portal's) must not keep its connection.
      whole.abort.abort();
    });
  }

  /** Only of answers that come at once: how long a poll was held says nothing of the way. */
  #date(response: Response, sentAt: number): void {
    const { clock, onDate } = this.#options;
    const date = Date.parse(response.headers.get('date') ?? '');
    if (clock === undefined || Number.isNaN(date)) return;
    const latency = clock.elapsed() - sentAt;
    // Cut to the second, so on average half a second earlier than it was.
    if (latency < SLOW_MS) onDate?.(latency, clock.now() - latency / 2 - (date + 500));
  }

  async #send(request: Request): Promise<Response> {
    const { url, token, door, clock, fetch = globalThis.fetch } = this.#options;
    const sentAt = clock?.elapsed() ?? 0;
    const { path, body, abort, accept = 'application/json', isProbe = false } = request;
    if (this.#closed) throw unreachable('This connection was ended.');
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      // Following a redirect would carry the token to wherever a portal points.
      redirect: 'manual',
      signal: abort.signal,
      headers: {
        accept,
        ...(isProbe ? {} : { authorization: `Bearer ${token()}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok || (isProbe && response.status === 503)) {
      this.#date(response, sentAt);
      return response;
    }
    const isOurs = isKind(response, 'application/problem+json', 'application/json');
    throw door.problem(isOurs ? parseJson(await response.text()) : null);
  }
}

/** Runs the request, body and all, within its time. Whatever goes wrong on the way is a `LinkFault`. */
const within = async <T>({ timeoutMs, abort }: Request, run: () => Promise<T>): Promise<T> => {
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    return await run();
  } catch (error) {
    throw error instanceof LinkFault ? error : unreachable('The server did not answer.');
  } finally {
    clearTimeout(timer);
  }
};

/** No use asking again: the server has another snapshot by now. */
const gone = (): LinkFault => new LinkFault('cursor_too_old', 'The snapshot is not kept any more.');

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw unreachable('The answer could not be read.');
  }
};
