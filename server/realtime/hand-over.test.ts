import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cursor, type Frame, frame as frameSchema } from '#contract/wire/sync.ts';
import type { Ack } from '#contract/wire/up.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { announce, type Dock, furnish, heard, PEOPLE, startDock } from '../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  const many = { perSecond: 100_000, burst: 100_000 };
  dock = await startDock({ limits: { events: many, requestsPerSecond: 100_000 } });
  await furnish(dock);
});
afterAll(() => dock.close());

type Hello = Ack<'sync:hello'>;
const clientId = 'station-of-the-hand-over';
const say = (socket: Socket, cursor: Cursor | null): Promise<Hello> =>
  socket.timeout(5000).emitWithAck('sync:hello', { protocol: PROTOCOL_VERSION, clientId, cursor });
const start = (): Cursor => ({ epoch: dock.server.storage.position().epoch, seq: 0, chain: '' });

/** A station that follows the rules for frames, and notes every gap instead of pulling. */
class Follower {
  readonly seqs: number[] = [];
  readonly gaps: string[] = [];
  to: number;

  constructor(to: number) {
    this.to = to;
  }

  take(frame: Frame): void {
    if (frame.to <= this.to) return;
    if (frame.from > this.to) this.gaps.push(`${frame.from} after ${this.to}`);
    this.seqs.push(...frame.changes.map(({ seq }) => seq).filter((seq) => seq > this.to));
    this.to = frame.to;
  }
}

/** Says hello until it is live, applying page and frame in the order they come in. */
const follow = async (socket: Socket, from: Cursor): Promise<Follower> => {
  const follower = new Follower(from.seq);
  socket.on('sync:frame', (frame: Frame) => follower.take(frameSchema.parse(frame)));
  let cursor = from;
  for (;;) {
    const reply = await new Promise<Hello>((resolve) => {
      const payload = { protocol: PROTOCOL_VERSION, clientId, cursor };
      // By callback: an await would let a frame that came right behind the reply go first.
      socket.emit('sync:hello', payload, (answer: Hello) => {
        if (answer.ok && answer.frame !== null) follower.take(answer.frame);
        resolve(answer);
      });
    });
    if (!reply.ok || reply.frame === null) throw new Error(`refused: ${JSON.stringify(reply)}`);
    if (reply.state === 'live') return follower;
    cursor = { epoch: reply.epoch, seq: reply.frame.to, chain: reply.frame.chain };
  }
};

describe('from catching up to live', () => {
  it('loses nothing and repeats nothing while changes keep coming', async () => {
    const genesis = await dock.server.storage.chainAt(0);
    const from = { ...start(), chain: genesis ?? '' };
    const before = dock.server.storage.position().head;
    let running = true;
    const writing = (async () => {
      while (running) await Promise.all([announce(dock), announce(dock, { supplierId: 'ZENITH' })]);
    })();
    const followers: Follower[] = [];
    for (let round = 0; round < 12; round += 1) {
      const sockets = await Promise.all([
        dock.connect(PEOPLE.lena),
        dock.connect(PEOPLE.mara),
        dock.connect(PEOPLE.lena),
      ]);
      followers.push(...(await Promise.all(sockets.map((socket) => follow(socket, from)))));
    }
    running = false;
    await writing;
    const { head } = dock.server.storage.position();
    expect(head).toBeGreaterThan(before + 20);
    const all = Array.from({ length: head }, (_, at) => at + 1);
    for (const follower of followers) {
      await expect.poll(() => follower.to, { timeout: 8000 }).toBe(head);
      expect(follower.gaps).toEqual([]);
      expect(follower.seqs).toEqual(all);
    }
  }, 30_000);

  it('is live at once with a fresh cursor, and hears the next change', async () => {
    const { epoch, head, chain } = dock.server.storage.position();
    const socket = await dock.connect(PEOPLE.mara);
    expect(await say(socket, { epoch, seq: head, chain })).toMatchObject({ ok: true, state: 'live', head });
    const coming = heard(socket, 'sync:frame');
    const { id } = await announce(dock);
    const frame = frameSchema.parse(await coming);
    expect(frame.from).toBe(head);
    expect(frame.changes.map(({ shipmentId }) => shipmentId)).toContain(id);
  });

  it('frames for a supplier hold nothing of another', async () => {
    const { epoch, head, chain } = dock.server.storage.position();
    const socket = await dock.connect(PEOPLE.acme);
    await say(socket, { epoch, seq: head, chain });
    const frames: Frame[] = [];
    socket.on('sync:frame', (frame: Frame) => frames.push(frame));
    await announce(dock, { supplierId: 'ZENITH', poNumber: 'PO-SECRET' });
    const { id } = await announce(dock, { poNumber: 'PO-MINE' });
    await expect.poll(() => JSON.stringify(frames)).toContain(id);
    expect(JSON.stringify(frames)).not.toContain('PO-SECRET');
  });

  it('sends no frames before hello, and none to one who needs a snapshot', async () => {
    const [silent, fresh] = [await dock.connect(PEOPLE.mara), await dock.connect(PEOPLE.mara)];
    expect(await say(fresh, null)).toMatchObject({ ok: true, state: 'snapshot', reason: 'no_cursor', frame: null });
    let frames = 0;
    for (const socket of [silent, fresh]) socket.on('sync:frame', () => (frames += 1));
    await announce(dock);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(frames).toBe(0);
  });

  it('tells a station of a wire no longer served to install the update', async () => {
    const socket = await dock.connect(PEOPLE.mara);
    const told = heard(socket, 'sync:upgrade');
    const refused = await socket.timeout(3000).emitWithAck('sync:hello', { protocol: 0, clientId, cursor: null });
    expect(refused).toMatchObject({ ok: false, code: 'upgrade_required' });
    expect(await told).toMatchObject({ protocol: PROTOCOL_VERSION });
  });

  it('takes work by push and shows it to everybody, with the sender’s tag', async () => {
    const { id } = await announce(dock);
    const { epoch, head, chain } = dock.server.storage.position();
    const [mara, ivo] = [await dock.connect(PEOPLE.mara), await dock.connect(PEOPLE.ivo)];
    await say(ivo, { epoch, seq: head, chain });
    const coming = heard(ivo, 'sync:frame');
    const station = 'station-that-pushes';
    const work = [
      {
        clientId: station,
        n: 1,
        type: 'recordArrival',
        args: { shipmentId: id },
        occurredAt: new Date().toISOString(),
      },
    ];
    const push = () => mara.timeout(3000).emitWithAck('sync:push', { mutations: work });
    const first = await push();
    expect(first).toMatchObject({ ok: true, lastN: 1, verdicts: [{ n: 1, verdict: 'applied' }] });
    const change = (await coming).changes.find(({ entity }) => entity === 'shipment');
    expect(change).toMatchObject({ command: 'recordArrival', actor: { name: 'Mara' }, row: { status: 'arrived' } });
    expect(change?.origin).not.toBe(station);
    expect(await push()).toEqual(first);
  });
});
