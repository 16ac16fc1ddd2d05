import { describe, expect, it } from 'vitest';
import type { Frame } from '#contract/wire/sync.ts';
import { startEngine as start } from '../engine-for-tests.ts';
import { settled } from './fake-clock.ts';
import { type FakeServer, shipmentRow } from './fake-server.ts';
import { LinkFault } from './link-fault.ts';
import { StoreFault } from './store-fault.ts';

describe('SyncEngine over the socket', () => {
  it('takes a snapshot when it has nothing, then is live', async () => {
    const { server, engine, hello, said, rebuilt, same } = start();
    server.put(shipmentRow('a'));
    server.put(shipmentRow('b'));
    await engine.catchUp(hello);
    expect(said).toEqual([null, 2]);
    expect(rebuilt).toHaveLength(1);
    same();
  });

  it('catches up page by page', async () => {
    const { server, engine, hello, said, applied, same } = start();
    await engine.catchUp(hello);
    for (let n = 0; n < 25; n += 1) server.put(shipmentRow(`s${n}`));
    server.pageSize = 10;
    said.length = 0;
    await engine.catchUp(hello);
    expect(said).toEqual([0, 10, 20]);
    expect(applied.filter(({ changes }) => changes.length > 0)).toHaveLength(3);
    same();
  });

  it('applies pushed frames, once each, whatever comes twice or late', async () => {
    const { server, engine, hello, applied, same } = start();
    await engine.catchUp(hello);
    applied.length = 0;
    server.put(shipmentRow('a'));
    const first = server.frame(0);
    server.put(shipmentRow('b'));
    const both = server.frame(0);
    await engine.receive(first);
    await engine.receive(first);
    await engine.receive(both);
    await engine.receive(first);
    await engine.receive(both);
    same();
    expect(applied.filter(({ changes }) => changes.length > 0).map(({ to }) => to)).toEqual([1, 2]);
  });

  it('does not let an overlapping frame undo what came after its rows', async () => {
    const { server, engine, hello, cache } = start();
    await engine.catchUp(hello);
    server.put(shipmentRow('a', { trailer: 'old' }));
    server.put(shipmentRow('a', { trailer: 'new' }));
    await engine.receive(server.frame(0));
    server.put(shipmentRow('b'));
    await engine.receive(server.frame(0));
    expect((await cache.shipments(['a'])).get('a')?.trailer).toBe('new');
  });

  it('pulls from its cursor when a frame is missing, and applies nothing over the gap', async () => {
    const { server, engine, hello, said, noted, same } = start();
    await engine.catchUp(hello);
    said.length = 0;
    noted.length = 0;
    server.put(shipmentRow('a'));
    const at = server.head;
    server.put(shipmentRow('b'));
    await engine.receive(server.frame(at));
    expect(said).toEqual([0]);
    expect(noted.map(({ from, to }) => [from, to])).toEqual([[0, 2]]);
    same();
  });

  it('waits with frames that come while it says hello', async () => {
    const { server, engine, hello, applied, same } = start();
    await engine.catchUp(hello);
    server.put(shipmentRow('a'));
    let answer = (): void => undefined;
    const slow = async (cursor: Parameters<typeof hello>[0]) => {
      const reply = server.hello(cursor);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return reply;
    };
    const catching = engine.catchUp(slow);
    await settled();
    server.put(shipmentRow('b'));
    const receiving = engine.receive(server.frame(1));
    await settled();
    expect(applied.filter(({ changes }) => changes.length > 0)).toHaveLength(0);
    answer();
    await Promise.all([catching, receiving]);
    expect(applied.filter(({ changes }) => changes.length > 0).map(({ to }) => to)).toEqual([1, 2]);
    same();
  });

  it('holds a bounded number of frames and pulls the rest', async () => {
    const { server, engine, hello, said, same } = start();
    await engine.catchUp(hello);
    let answer = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let first = true;
    const catching = engine.catchUp(async (cursor) => {
      if (first) await gate;
      first = false;
      return hello(cursor);
    });
    await settled();
    const receiving: Promise<void>[] = [];
    for (let n = 0; n < 400; n += 1) {
      server.put(shipmentRow(`s${n}`));
      receiving.push(engine.receive(server.frame(n, 1)));
    }
    answer();
    await Promise.all([catching, ...receiving]);
    // One hello, one pull for all that was not held.
    expect(said).toEqual([null, 0, 0, 400]);
    same();
  });

  it('rebuilds when the server has another history, keeping the old rows until then', async () => {
    const { server, engine, hello, cache, same } = start();
    server.put(shipmentRow('a'));
    await engine.catchUp(hello);
    server.restore(0, 'epoch-2');
    server.put(shipmentRow('z'));
    await engine.receive(server.frame(0));
    expect(cache.rebuilds).toBe(2);
    same();
  });

  it('notices a restored backup by its chain, though epoch and length are the same', async () => {
    const { server, engine, hello, cache, same } = start();
    server.put(shipmentRow('a'));
    server.put(shipmentRow('lost'));
    await engine.catchUp(hello);
    server.restore(1);
    server.put(shipmentRow('other'));
    await engine.receive(server.frame(2, 0));
    expect(cache.rebuilds).toBe(2);
    same();
  });

  it('rebuilds when its view changed, and ignores frames of another view', async () => {
    const { server, engine, hello, cache } = start();
    await engine.catchUp(hello);
    server.group = 'staff:W2';
    server.put(shipmentRow('a'));
    await engine.receive(server.frame(0));
    expect(cache.rebuilds).toBe(2);
    expect(engine.position()?.group).toBe('staff:W2');
  });

  it('sets a corrupt cache aside and fills a new one', async () => {
    const { server, engine, hello, cache, same } = start();
    await engine.catchUp(hello);
    server.put(shipmentRow('a'));
    cache.fault = new StoreFault('corrupt', 'damaged');
    await engine.receive(server.frame(0));
    expect(cache.setAsides).toBe(1);
    same();
  });

  it('gives up on a server that never agrees, so that the back-off takes over', async () => {
    const { server, engine } = start();
    const never = async () => ({ ...server.hello(null), state: 'snapshot' as const });
    await expect(engine.catchUp(never)).rejects.toBeInstanceOf(LinkFault);
    await engine.catchUp(async (cursor) => server.hello(cursor));
    const stuck = async (cursor: Parameters<FakeServer['hello']>[0]) => ({
      ...server.hello(cursor),
      state: 'catchup' as const,
    });
    await expect(engine.catchUp(stuck)).rejects.toThrow('leads nowhere');
  });

  it('does not ask a socket that is gone', async () => {
    const { server, engine, hello, said } = start();
    await engine.catchUp(hello);
    engine.socketGone();
    said.length = 0;
    server.put(shipmentRow('a'));
    server.put(shipmentRow('b'));
    await engine.receive(server.frame(1));
    expect(said).toEqual([]);
    expect(engine.position()?.cursor.seq).toBe(0);
  });

  it('says with every empty frame up to when it is complete', async () => {
    const { server, engine, hello, applied } = start();
    await engine.catchUp(hello);
    engine.setServerClock(() => Date.parse('2026-11-23T12:00:00.000Z'));
    applied.length = 0;
    await engine.receive(server.frame(0));
    expect(applied).toHaveLength(1);
    expect(engine.position()?.syncedAt).toBe('2026-11-23T12:00:00.000Z');
  });
});

describe('SyncEngine over HTTP', () => {
  it('polls the same frames into the same rows', async () => {
    const { server, engine, same } = start();
    server.put(shipmentRow('a'));
    await engine.poll(0);
    same();
    for (let n = 0; n < 25; n += 1) server.put(shipmentRow(`s${n}`));
    server.pageSize = 10;
    await engine.poll(25);
    same();
  });

  it('rebuilds when its position is not kept any more', async () => {
    const { server, engine, cache, same } = start();
    await engine.poll(0);
    for (let n = 0; n < 5; n += 1) server.put(shipmentRow(`s${n}`));
    server.floor = 3;
    await engine.poll(0);
    expect(cache.rebuilds).toBe(2);
    same();
  });

  it('takes a snapshot where more is missing than is worth paging through, as the server says over the socket', async () => {
    const world = start();
    const { server, engine, cache, same } = world;
    server.put(shipmentRow('a'));
    await engine.poll(0);
    server.put(shipmentRow('a', { trailer: 'later' }));
    let pages = 0;
    // The log is told to be longer than it is, until the snapshot is taken.
    world.changes = async (cursor) => {
      pages += 1;
      const page = server.changes(cursor);
      return cache.rebuilds === 1 ? { ...page, head: page.from + 50_001 } : page;
    };
    await engine.poll(0);
    expect([cache.rebuilds, pages]).toEqual([2, 1]);
    same();
    cache.countRows = async () => 200_000;
    cache.rebuilds = 1;
    for (let n = 0; n < 3; n += 1) server.put(shipmentRow(`s${n}`));
    server.pageSize = 1;
    world.changes = async (cursor) => {
      const page = server.changes(cursor);
      return { ...page, head: page.to < server.head ? page.from + 60_000 : page.head };
    };
    await engine.poll(0);
    expect(cache.rebuilds).toBe(1);
    same();
  });

  it('passes on that the server cannot be reached', async () => {
    const { server, engine } = start();
    await engine.poll(0);
    server.changes = () => {
      throw new LinkFault(null, 'down');
    };
    await expect(engine.poll(25)).rejects.toMatchObject({ code: null });
  });
});

/** A promise that a test lets go. */
const gate = <T>() => {
  let open = (_value: T): void => undefined;
  const passed = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, passed };
};

describe('an ended engine', () => {
  it('applies no page that was still on its way, and takes no snapshot for it', async () => {
    const world = start();
    const { server, engine, cache, rebuilt } = world;
    await engine.poll(0);
    server.put(shipmentRow('a'));
    const late = gate<Frame>();
    world.changes = () => late.passed;
    const polling = engine.poll(25);
    await settled();
    await engine.stop();
    // The next person's cache, with rows of another view to come.
    await cache.reset('theirs');
    late.open(server.frame(0));
    await expect(polling).rejects.toBeInstanceOf(LinkFault);
    expect([cache.file.rows.size, cache.position(), rebuilt.length]).toEqual([0, null, 1]);
    await expect(engine.receive(server.frame(0))).rejects.toBeInstanceOf(LinkFault);
    await expect(engine.pull()).rejects.toBeInstanceOf(LinkFault);
    expect(cache.file.rows.size).toBe(0);
  });
});

describe('several ways at once', () => {
  it('take one snapshot, however many found out that one is due', async () => {
    const { server, engine, cache } = start();
    server.put(shipmentRow('a'));
    await Promise.all([engine.poll(0), engine.poll(0), engine.poll(0)]);
    expect(cache.rebuilds).toBe(1);
    server.floor = 5;
    for (let n = 0; n < 6; n += 1) server.put(shipmentRow(`s${n}`));
    await Promise.all([engine.poll(0), engine.poll(0), engine.poll(0)]);
    expect(cache.rebuilds).toBe(2);
  });

  it('do not let an old answer to a poll undo a rebuild', async () => {
    const world = start();
    const { server, engine, hello, cache, same } = world;
    server.put(shipmentRow('a'));
    await engine.poll(0);
    const old = gate<Frame>();
    world.changes = () => old.passed;
    const polling = engine.poll(25);
    const stale = server.frame(1);
    server.restore(0, 'epoch-2');
    server.put(shipmentRow('z'));
    world.changes = async (cursor) => server.changes(cursor);
    await engine.catchUp(hello);
    expect(cache.rebuilds).toBe(2);
    old.open(stale);
    await polling;
    expect(cache.rebuilds).toBe(2);
    same();
  });

  it('do not let an old answer claim that nothing is missing', async () => {
    const { server, engine, hello } = start();
    server.put(shipmentRow('a'));
    const old = server.frame(0);
    engine.setServerClock(() => Date.parse('2026-11-23T08:00:00.000Z'));
    await engine.catchUp(hello);
    server.put(shipmentRow('b'));
    server.put(shipmentRow('c'));
    await engine.receive(server.frame(1, 1));
    engine.setServerClock(() => Date.parse('2026-11-23T12:00:00.000Z'));
    await engine.receive(old);
    expect(engine.position()).toMatchObject({ cursor: { seq: 2 }, syncedAt: '2026-11-23T08:00:00.000Z' });
  });

  it('ask once, however many frames could not be read', async () => {
    const { engine, hello, said } = start();
    await engine.catchUp(hello);
    said.length = 0;
    await Promise.all(Array.from({ length: 500 }, () => engine.pull()));
    expect(said.length).toBeLessThanOrEqual(2);
  });
});
