import type { PushReply } from '#contract/wire/sync.ts';
import { LENA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { LightClient } from '../fanout/light-client.ts';

/** Milliseconds before a change whose fate is unknown is sent again. */
const AGAIN_MS = 100;

/** Somebody whose changes go on whatever happens to the server: each is sent until it is acknowledged, under the same number. */
export class SteadyLead {
  readonly #url: string;
  readonly #shipmentIds: readonly string[];
  readonly #clientId: string;
  #socket: LightClient | null = null;
  #n = 0;
  /** Seq of the last change acknowledged. */
  seq = 0;

  constructor(url: string, shipmentIds: readonly string[], clientId: string) {
    this.#url = url;
    this.#shipmentIds = shipmentIds;
    this.#clientId = clientId;
  }

  get acknowledged(): number {
    return this.#n;
  }

  /** Makes `perSecond` changes a second until told to end. */
  async run(perSecond: number, signal: AbortSignal): Promise<void> {
    const started = performance.now();
    for (let n = 1; !signal.aborted; n++) {
      const wait = started + (n * 1000) / perSecond - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
      await this.#change(signal);
    }
    this.#socket?.close();
    this.#socket = null;
  }

  async #change(signal: AbortSignal): Promise<void> {
    const n = this.#n + 1;
    const shipmentId = this.#shipmentIds[n % this.#shipmentIds.length];
    const occurredAt = new Date().toISOString();
    const args = { shipmentId, trailer: `53-${n}` };
    const push = {
      clientId: this.#clientId,
      mutations: [{ clientId: this.#clientId, n, type: 'amendShipment', args, occurredAt }],
    };
    while (!signal.aborted) {
      try {
        const token = await tokenFor(LENA, DEMO_SECRET);
        this.#socket ??= await LightClient.connect(this.#url, { token }, () => undefined);
        const reply = (await this.#socket.request('sync:push', push)) as PushReply;
        const verdict = reply.verdicts?.[0];
        if (verdict === undefined) throw new Error(JSON.stringify(reply));
        this.#n = n;
        this.seq = Math.max(this.seq, verdict.seq);
        return;
      } catch {
        this.#socket?.close();
        this.#socket = null;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }
}
