import { describe, expect, it } from 'vitest';
import type { SnapshotLine } from '#contract/wire/sync.ts';
import { startEngine as start } from '../engine-for-tests.ts';
import { type FakeServer, shipmentRow } from './fake-server.ts';
import { LinkFault } from './link-fault.ts';
import { StoreFault } from './store-fault.ts';

const fill = (server: FakeServer, shipments: number): void => {
  for (let n = 0; n < shipments; n += 1) server.put(shipmentRow(`s${n}`));
};
/** The server's snapshot, in which all lines of one kind are missing. */
const without = (server: FakeServer, kind: SnapshotLine['kind']) =>
  async function* (): AsyncGenerator<SnapshotLine> {
    for await (const line of server.snapshot()) if (line.kind !== kind) yield line;
  };

describe('rebuilding', () => {
  it('keeps the old cache when the snapshot breaks off or is short, and begins again later', async () => {
    const world = start();
    const { server, engine, hello, cache, same } = world;
    server.put(shipmentRow('a'));
    await engine.catchUp(hello);
    const before = cache.file;
    server.restore(0, 'epoch-2');
    server.put(shipmentRow('b'));
    world.snapshot = without(server, 'end');
    await expect(engine.catchUp(hello)).rejects.toThrow('broke off');
    world.snapshot = without(server, 'row');
    await expect(engine.catchUp(hello)).rejects.toThrow('incomplete');
    expect(cache.file).toBe(before);
    world.snapshot = () => server.snapshot();
    await engine.catchUp(hello);
    same();
  });

  it('shows what has come of the first snapshot, and nothing of one that comes beside rows it has', async () => {
    const { server, engine, hello, arrived } = start();
    fill(server, 600);
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
    fill(server, 600);
    world.snapshot = without(server, 'end');
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
    fill(server, 600);
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
    fill(server, 20);
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

describe('another view', () => {
  type World = ReturnType<typeof start>;
  it.each<[string, (world: World) => Promise<void>]>([
    ['the server', ({ engine }) => engine.scopeChanged('staff:W2')],
    ['a hello', ({ engine, hello }) => engine.catchUp(hello)],
    ['a poll', ({ engine }) => engine.poll(0)],
  ])('that %s tells of clears the rows, whether or not new ones come', async (_by, learn) => {
    const world = start();
    const { server, engine, hello, cache, cleared } = world;
    server.put(shipmentRow('secret'));
    await engine.catchUp(hello);
    server.group = 'staff:W2';
    world.snapshot = () => {
      throw new LinkFault(null, 'down');
    };
    await expect(learn(world)).rejects.toBeInstanceOf(LinkFault);
    expect([cache.file.rows.size, cleared]).toEqual([0, [0]]);
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

describe('rows that go', () => {
  it('are there to say how far they came before they are fetched anew, whatever for', async () => {
    for (const way of ['hello', 'poll', 'frame'] as const) {
      const { server, engine, hello, losses } = start();
      for (const id of ['a', 'b', 'c']) server.put(shipmentRow(id));
      await engine.catchUp(hello);
      server.restore(1);
      server.put(shipmentRow('z'));
      server.put(shipmentRow('y'));
      losses.length = 0;
      if (way === 'hello') await engine.catchUp(hello);
      else if (way === 'poll') await engine.poll(0);
      else await engine.receive(server.frame(2));
      expect(losses, way).toEqual([3]);
    }
  });

  it('are so, too, when they are cleared for another view, or were damaged', async () => {
    const { server, engine, hello, cache, losses } = start();
    server.put(shipmentRow('a'));
    await engine.catchUp(hello);
    losses.length = 0;
    server.group = 'staff:W2';
    await engine.catchUp(hello);
    expect(losses).toEqual([1, null]);
    losses.length = 0;
    cache.fault = new StoreFault('corrupt', 'damaged');
    server.put(shipmentRow('d'));
    await engine.receive(server.frame(1));
    expect(losses).toEqual([1, null]);
  });

  it('go, and come, even if nothing can be written', async () => {
    const { server, engine, hello, cache, ports } = start();
    server.put(shipmentRow('a'));
    await engine.catchUp(hello);
    ports.beforeLoss = () => Promise.reject(new StoreFault('full', 'no room'));
    server.group = 'staff:W2';
    await engine.catchUp(hello);
    expect([cache.file.rows.size, cache.position()?.group]).toEqual([1, 'staff:W2']);
  });
});
