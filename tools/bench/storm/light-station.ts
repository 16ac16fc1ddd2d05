import type { RawData } from 'ws';
import type { Cursor, Frame, HelloReply } from '#contract/wire/sync.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { unreachable } from '../../../src-main/core/link-fault.ts';
import { LinkPolicy } from '../../../src-main/core/link-policy.ts';
import { systemClock } from '../../../src-main/shell/system-clock.ts';
import { eventOf, LightClient } from '../fanout/light-client.ts';

/** The station's own limits for a connection and for a hello. */
const CONNECT_MS = 12_000;
const HELLO_MS = 15_000;

/**
 * All stations of a group are sent the same bytes, so one process that stands for a thousand reads them once: as many machines
 * would each read their own.
 */
class FrameReader {
  #last: { readonly data: Buffer; readonly frame: Frame | null } | null = null;

  read(data: RawData): Frame | null {
    if (!Buffer.isBuffer(data)) return null;
    if (this.#last?.data.equals(data) !== true) {
      const [name, payload] = eventOf(String(data));
      this.#last = { data, frame: name === 'sync:frame' ? (payload as Frame) : null };
    }
    return this.#last.frame;
  }
}

export type StormSight = {
  /** A WebSocket was opened and signed in. */
  readonly connected: (at: number) => void;
  /** The station is live: its cursor is at the head of the server that answered. */
  readonly live: (at: number) => void;
};

/**
 * A station without rows: the real policy of when to connect, when to poll and when to wait, the real order of hello, pages and
 * frames, and a cursor. Whatever does not fit the cursor counts as a gap.
 */
export class LightStation {
  readonly #url: string;
  readonly #token: string;
  readonly #clientId: string;
  readonly #sight: StormSight;
  readonly #policy: LinkPolicy;
  static readonly #reader = new FrameReader();
  #client: LightClient | null = null;
  /** Which try of the socket this is; what an earlier one still brings is dropped. */
  #try = 0;
  #polling: AbortController | null = null;
  #cursor: Cursor;
  #early: Frame[] | null = null;
  gaps = 0;

  constructor(url: string, token: string, clientId: string, cursor: Cursor, sight: StormSight) {
    this.#url = url;
    this.#token = token;
    this.#clientId = clientId;
    this.#cursor = cursor;
    this.#sight = sight;
    this.#policy = new LinkPolicy({
      clock: systemClock,
      random: Math.random,
      log: () => undefined,
      socket: { open: () => void this.#open(), close: () => this.#close(), check: () => undefined },
      catchUp: () => this.#catchUp(),
      poll: (waitSeconds) => this.#poll(waitSeconds),
      cancelPoll: () => this.#polling?.abort(),
      probe: async () => {
        await fetch(`${this.#url}/health`).catch(() => Promise.reject(unreachable('down')));
      },
      refreshToken: async () => null,
      onState: ({ kind }) => {
        if (kind === 'live') this.#sight.live(performance.now());
      },
    });
  }

  get isLive(): boolean {
    return this.#policy.state.kind === 'live';
  }

  get seq(): number {
    return this.#cursor.seq;
  }

  start(): void {
    this.#policy.start();
  }

  stop(): void {
    this.#policy.stop();
  }

  async #open(): Promise<void> {
    this.#try += 1;
    const mine = this.#try;
    const isMine = (): boolean => mine === this.#try;
    const lost = (): void => {
      if (!isMine()) return;
      this.#close();
      this.#policy.socketDown('socket_unreachable');
    };
    const giveUp = setTimeout(lost, CONNECT_MS);
    try {
      const client = await LightClient.connect(
        this.#url,
        { token: this.#token },
        (data) => {
          const frame = LightStation.#reader.read(data);
          if (frame !== null && isMine()) this.#receive(frame);
        },
        lost,
      );
      if (!isMine()) return client.close();
      this.#client = client;
      this.#early = [];
      this.#sight.connected(performance.now());
      this.#policy.socketConnected('websocket');
    } catch {
      lost();
    } finally {
      clearTimeout(giveUp);
    }
  }

  #close(): void {
    this.#try += 1;
    this.#client?.close();
    this.#client = null;
  }

  async #catchUp(): Promise<void> {
    const client = this.#client;
    if (client === null) throw unreachable('closed');
    for (;;) {
      const hello = { protocol: PROTOCOL_VERSION, clientId: this.#clientId, cursor: this.#cursor, lastN: 0 };
      const timer = setTimeout(() => client.close(), HELLO_MS);
      const answer = client.request('sync:hello', hello).finally(() => clearTimeout(timer));
      const reply = (await answer.catch(() => Promise.reject(unreachable('closed')))) as { ok: boolean } & HelloReply;
      if (!reply.ok || reply.frame === null) throw new Error(`hello was answered with ${JSON.stringify(reply)}`);
      this.#apply(reply.frame);
      if (reply.state === 'live') break;
    }
    const early = this.#early ?? [];
    this.#early = null;
    for (const frame of early) this.#apply(frame);
  }

  #receive(frame: Frame): void {
    if (this.#early === null) this.#apply(frame);
    else this.#early.push(frame);
  }

  async #poll(waitSeconds: number): Promise<void> {
    const { epoch, seq, chain } = this.#cursor;
    const query = new URLSearchParams({ from: `${seq}`, epoch, chain, wait: `${waitSeconds}`, limit: '200' });
    this.#polling = new AbortController();
    try {
      const reply = await fetch(`${this.#url}/api/sync/changes?${query}`, {
        headers: { authorization: `Bearer ${this.#token}` },
        signal: this.#polling.signal,
      });
      if (!reply.ok) throw new Error(`${reply.status}`);
      this.#apply((await reply.json()) as Frame);
    } catch {
      throw unreachable('down');
    }
  }

  #apply(frame: Frame): void {
    if (frame.epoch !== this.#cursor.epoch) throw new Error('the server came back with another history');
    if (frame.to <= this.#cursor.seq) return;
    if (frame.from > this.#cursor.seq) {
      this.gaps += 1;
      return;
    }
    this.#cursor = { epoch: frame.epoch, seq: frame.to, chain: frame.chain };
  }
}
