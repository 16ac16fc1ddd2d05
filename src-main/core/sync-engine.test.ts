import { describe, expect, it } from 'vitest';
import type { Cursor, Frame, SnapshotLine } from '#contract/wire/sync.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { FakeServer, shipmentRow } from './fake-server.ts';
import { judgeFrame } from './judge-frame.ts';
import { LinkFault } from './link-fault.ts';
import { MemoryCache } from './memory-cache.ts';
import type { Position } from './ports.ts';
import { StoreFault } from './store-fault.ts';
import { SyncEngine } from './sync-engine.ts';

const POSITION: Position = { cursor: { epoch: 'e', seq: 10, chain: 'c10' }, group: 'g', syncedAt: null };
const frame = (from: number, to: number, more: Partial<Frame> = {}): Frame => ({
  epoch: 'e',
  group: 'g',
  from,
  to,
  chain: `c${to}`,
  head: to,
  changes: [],
  ...more,
});

describe('judgeFrame', () => {
  it.each([
    ['other epoch', frame(10, 11, { epoch: 'other' }), 'rebuild'],
    ['other chain at the cursor', frame(8, 10, { chain: 'x' }), 'rebuild'],
    ['other view', frame(10, 11, { group: 'other' }), 'foreign'],
    ['to before the cursor', frame(3, 9), 'dropped'],
    ['to at the cursor', frame(8, 10), 'dropped'],
    ['empty and at the cursor', frame(10, 10), 'dropped'],
    ['exactly next', frame(10, 12), 'applied'],
    ['overlapping', frame(5, 12), 'applied'],
    ['behind a gap', frame(11, 12), 'gap'],
  ])('%s', (_name, given, expected) => expect(judgeFrame(given, POSITION)).toBe(expected));

  it('asks for everything when there is nothing yet', () => expect(judgeFrame(frame(0, 1), null)).toBe('rebuild'));
});

const start = () => {
  const server = new FakeServer();
  const cache = new MemoryCache();
  const applied: Frame[] = [];
  const noted: Frame[] = [];
  const rebuilt: Position[] = [];
  /** Each time: seq before, seq after, whether of another history. */
  const swaps: [number | null, number, boolean][] = [];
  /** Rows left each time they were cleared. */
  const cleared: number[] = [];
  const said: (number | null)[] = [];
  /** Rows of a snapshot that could be read before it was whole; true where they were its first. */
  const arrived: [number, boolean][] = [];
  const world = {
    server,
    cache,
    applied,
    noted,
    rebuilt,
    swaps,
    cleared,
    said,
    arrived,
    note: async (each: Frame): Promise<void> => void noted.push(each),
    changes: async (cursor: Cursor): Promise<Frame> => server.changes(cursor),
    snapshot: () => server.snapshot() as AsyncIterable<SnapshotLine>,
  };
  const engine = new SyncEngine({
    cache,
    clock: new FakeClock(),
    log: () => undefined,
    http: {
      changes: (cursor) => world.changes(cursor),
      snapshot: () => world.snapshot(),
    },
    beforeApply: (each) => world.note(each),
    applied: async (each) => void applied.push(each),
    cleared: async () => void cleared.push(cache.file.rows.size),
    arrived: async (rows, isFirst) => void arrived.push([rows.length, isFirst]),
    beforeSwap: async ({ cursor }, isOther) =>
      void swaps.push([cache.file.at?.cursor.seq ?? null, cursor.seq, isOther]),
    rebuilt: async (position) => void rebuilt.push(position),
  });
  const hello = async (cursor: Parameters<FakeServer['hello']>[0]) => {
    said.push(cursor?.seq ?? null);
    return server.hello(cursor);
  };
  const same = (): void => {
    const mine = [...cache.file.rows].map(([key, { row }]) => [key, row]);
    const theirs = [...server.rows()].map(([key, { row }]) => [key, row]);
    expect(Object.fromEntries(mine)).toEqual(Object.fromEntries(theirs));
    expect(engine.position()?.cursor).toEqual(server.cursorAt(server.head));
  };
  return Object.assign(world, { engine, hello, same });
};

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

describe('rebuilding', () => {
  it('keeps the old cache when the snapshot breaks off or is short, and begins again later', async () => {
    const world = start();
    const { server, engine, hello, cache, same } = world;
    server.put(shipmentRow('a'));
    await engine.catchUp(hello);
    const before = cache.file;
    server.restore(0, 'epoch-2');
    server.put(shipmentRow('b'));
    world.snapshot = async function* () {
      for await (const line of server.snapshot()) if (line.kind !== 'end') yield line;
    };
    await expect(engine.catchUp(hello)).rejects.toThrow('broke off');
    world.snapshot = async function* () {
      for await (const line of server.snapshot()) if (line.kind !== 'row') yield line;
    };
    await expect(engine.catchUp(hello)).rejects.toThrow('incomplete');
    expect(cache.file).toBe(before);
    world.snapshot = () => server.snapshot();
    await engine.catchUp(hello);
    same();
  });

  it('shows what has come of the first snapshot, and nothing of one that comes beside rows it has', async () => {
    const { server, engine, hello, arrived } = start();
    for (let n = 0; n < 600; n += 1) server.put(shipmentRow(`s${n}`));
    await engine.catchUp(hello);
    expect(arrived).toEqual([
      [20, true],
      [500, false],
    ]);
    server.restore(300, 'epoch-2');
    await engine.catchUp(hello);
    expect(arrived).toHaveLength(2);
  });

  it('keeps what has come when the snapshot broke off, and not when the view changed meanwhile', async () => {
    const world = start();
    const { server, engine, hello, cache, cleared, same } = world;
    for (let n = 0; n < 600; n += 1) server.put(shipmentRow(`s${n}`));
    world.snapshot = async function* () {
      for await (const line of server.snapshot()) if (line.kind !== 'end') yield line;
    };
    await expect(engine.catchUp(hello)).rejects.toThrow('broke off');
    expect([cache.coverage(), (await cache.board('')).length, cleared]).toEqual(['part', 520, []]);
    world.snapshot = () => server.snapshot();
    server.group = 'staff:W2';
    const changing = engine.scopeChanged('staff:W2');
    await changing;
    expect([cleared, engine.position()?.group]).toEqual([[0], 'staff:W2']);
    await engine.catchUp(hello);
    same();
  });

  it('shows nothing of what a disk did not take', async () => {
    const world = start();
    const { server, engine, hello, cache, cleared } = world;
    for (let n = 0; n < 600; n += 1) server.put(shipmentRow(`s${n}`));
    const begin = cache.beginRebuild.bind(cache);
    cache.beginRebuild = async () => {
      const rebuild = await begin();
      let writes = 0;
      const addRows: typeof rebuild.addRows = async (rows) => {
        writes += 1;
        if (writes > 1) throw new StoreFault('full', 'no room');
        await rebuild.addRows(rows);
      };
      return { ...rebuild, addRows };
    };
    await expect(engine.catchUp(hello)).rejects.toThrow('no room');
    expect([cache.coverage(), cleared]).toEqual(['none', [0]]);
  });

  it('is consistent although rows change, come and go while it is read', async () => {
    const world = start();
    const { server, engine, hello, same, rebuilt } = world;
    for (let n = 0; n < 20; n += 1) server.put(shipmentRow(`s${n}`));
    world.snapshot = async function* () {
      let lines = 0;
      for await (const line of server.snapshot()) {
        lines += 1;
        if (lines === 5) server.put(shipmentRow('s1', { trailer: 'late' }));
        if (lines === 8) server.put(shipmentRow('s19', { trailer: 'early' }));
        if (lines === 10) server.commit({ entity: 'shipment', id: 's2', op: 'del', row: null, shipmentId: 's2' });
        if (lines === 12) server.put(shipmentRow('new'));
        yield line;
      }
    };
    await engine.catchUp(hello);
    // Swapped in only when level with what had changed meanwhile.
    expect(rebuilt[0]?.cursor.seq).toBe(24);
    same();
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

describe('another view', () => {
  it('clears the rows before anything else, and they do not come back when the new ones cannot be had', async () => {
    const world = start();
    const { server, engine, hello, cache, cleared } = world;
    server.put(shipmentRow('secret'));
    await engine.catchUp(hello);
    server.group = 'staff:W2';
    world.snapshot = () => {
      throw new LinkFault(null, 'down');
    };
    await expect(engine.scopeChanged('staff:W2')).rejects.toBeInstanceOf(LinkFault);
    expect([cache.file.rows.size, cleared]).toEqual([0, [0]]);
  });

  it('found out by a hello or a poll clears them too', async () => {
    for (const way of ['hello', 'poll'] as const) {
      const world = start();
      const { server, engine, hello, cache, cleared } = world;
      server.put(shipmentRow('secret'));
      await engine.catchUp(hello);
      server.group = 'staff:W2';
      world.snapshot = () => {
        throw new LinkFault(null, 'down');
      };
      await expect(way === 'hello' ? engine.catchUp(hello) : engine.poll(0)).rejects.toBeInstanceOf(LinkFault);
      expect([cache.file.rows.size, cleared], way).toEqual([0, [0]]);
    }
  });

  it('that is the same as before is only a reason to ask', async () => {
    const { server, engine, hello, cleared, said, same } = start();
    server.put(shipmentRow('a'));
    await engine.catchUp(hello);
    said.length = 0;
    server.put(shipmentRow('b'));
    await engine.scopeChanged(server.group);
    expect([said, cleared]).toEqual([[1], []]);
    same();
  });
});

describe('a damaged cache', () => {
  it('is replaced when a reader found it, without any frame', async () => {
    const { server, engine, hello, cache, same } = start();
    server.put(shipmentRow('a'));
    await engine.catchUp(hello);
    cache.damaged = true;
    await engine.cacheDamaged();
    expect([cache.setAsides, cache.rebuilds]).toEqual([1, 2]);
    same();
    await engine.cacheDamaged();
    expect(cache.setAsides).toBe(1);
  });

  it('is not blamed for a journal that fails', async () => {
    const world = start();
    const { server, engine, hello, cache } = world;
    await engine.catchUp(hello);
    server.put(shipmentRow('a'));
    world.note = () => Promise.reject(new StoreFault('corrupt', 'the journal'));
    await expect(engine.receive(server.frame(0))).rejects.toMatchObject({ kind: 'corrupt' });
    expect([cache.setAsides, engine.position()?.cursor.seq]).toEqual([0, 0]);
  });
});

describe('what a rebuild is told of the history', () => {
  it('is another one after a fork, whichever way it was found out; else the same', async () => {
    for (const way of ['hello', 'poll', 'frame'] as const) {
      const { server, engine, hello, swaps } = start();
      for (const id of ['a', 'b', 'c']) server.put(shipmentRow(id));
      await engine.catchUp(hello);
      server.restore(1);
      server.put(shipmentRow('z'));
      server.put(shipmentRow('y'));
      if (way === 'hello') await engine.catchUp(hello);
      else if (way === 'poll') await engine.poll(0);
      else await engine.receive(server.frame(2));
      // Before the swap, so that being switched off in between repeats it.
      expect(swaps.at(-1), way).toEqual([3, 3, true]);
      server.floor = 2;
      server.group = 'staff:W2';
      await engine.catchUp(hello);
      expect(swaps.at(-1), way).toEqual([null, 3, false]);
    }
  });

  it('is the same for a position that is no longer kept, and a cache that was damaged', async () => {
    const { server, engine, hello, cache, swaps } = start();
    await engine.catchUp(hello);
    for (const id of ['a', 'b', 'c']) server.put(shipmentRow(id));
    server.floor = 2;
    await engine.poll(0);
    expect(swaps.at(-1)).toEqual([0, 3, false]);
    server.put(shipmentRow('d'));
    cache.fault = new StoreFault('corrupt', 'damaged');
    await engine.receive(server.frame(3));
    expect(swaps.at(-1)).toEqual([null, 4, false]);
  });
});
