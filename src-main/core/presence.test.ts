import { describe, expect, it } from 'vitest';
import type { Viewer } from '#contract/wire/presence.ts';
import type { AwaitedStation } from '#contract/wire/station-report.ts';
import type { Ack, UpEvent, UpPayload } from '#contract/wire/up.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { unreachable } from './link-fault.ts';
import { Presence } from './presence.ts';

const AT = '2026-11-23T09:00:00.000Z';
const viewer = (name: string, socketId = `${name}-1`): Viewer => ({
  userId: name,
  userName: name,
  socketId,
  since: AT,
});

const dock = (station: string): AwaitedStation => ({ station, userName: 'Mara', state: 'unsent', since: AT });
const waiting = (shipmentId: string, ...waitingFor: AwaitedStation[]) => ({
  type: 'shipment:waiting' as const,
  shipmentId,
  waitingFor,
  timestamp: AT,
});

const start = () => {
  const clock = new FakeClock();
  const world = {
    clock,
    up: true,
    viewers: [viewer('me', 'mine'), viewer('ivo')],
    waitingFor: [] as AwaitedStation[],
    asked: [] as string[],
    changed: [] as string[],
    fails: false,
  };
  const request = async <E extends UpEvent>(event: E, payload: UpPayload[E]): Promise<Ack<E>> => {
    world.asked.push(`${event} ${(payload as { shipmentId: string }).shipmentId}`);
    if (world.fails) throw unreachable('down');
    const { viewers, waitingFor } = world;
    return { ok: true, shipmentId: 's1', viewers, viewersCount: viewers.length, waitingFor } as unknown as Ack<E>;
  };
  const presence = new Presence({
    clock,
    socket: { request, isConnected: () => world.up },
    userId: () => 'me',
    onChanged: (id) => world.changed.push(id),
  });
  presence.connected('mine');
  const came = (name: string, socketId = `${name}-1`) =>
    presence.heard({
      type: 'user:viewing',
      userId: name,
      userName: name,
      socketId,
      shipmentId: 's1',
      viewersCount: 2,
      timestamp: AT,
    });
  const went = (name: string, socketId = `${name}-1`) =>
    presence.heard({
      type: 'user:disconnected',
      userId: name,
      userName: name,
      socketId,
      shipmentId: 's1',
      viewersCount: 1,
      timestamp: AT,
    });
  const typing = (name: string, isTyping: boolean) =>
    presence.heard({ type: 'user:typing', userId: name, userName: name, shipmentId: 's1', isTyping, timestamp: AT });
  const names = () => presence.viewers('s1').map(({ userName }) => userName);
  return Object.assign(world, { presence, came, went, typing, names });
};

describe('Presence', () => {
  it('knows the others at a shipment, without itself', async () => {
    const { presence, names, came, went, changed } = start();
    presence.open('s1');
    await settled();
    expect(names()).toEqual(['ivo']);
    came('lena');
    came('me', 'mine');
    expect(names()).toEqual(['ivo', 'lena']);
    came('lena');
    expect(names()).toEqual(['ivo', 'lena']);
    went('ivo');
    expect(names()).toEqual(['lena']);
    expect(changed.length).toBeGreaterThanOrEqual(3);
  });

  it('counts one’s own other station as somebody', async () => {
    const { presence, names, came } = start();
    presence.open('s1');
    await settled();
    came('me', 'my other station');
    expect(names()).toEqual(['ivo', 'me']);
  });

  it('does not forget who came or went while the answer was on its way', async () => {
    const { presence, names, came, went } = start();
    presence.open('s1');
    came('lena');
    went('ivo');
    await settled();
    expect(names()).toEqual(['lena']);
  });

  it('joins again after every reconnect, and sees nobody meanwhile', async () => {
    const world = start();
    world.presence.open('s1');
    await settled();
    world.presence.disconnected();
    expect(world.names()).toEqual([]);
    world.asked.length = 0;
    world.presence.connected('mine-2');
    await settled();
    expect(world.asked).toEqual(['join:shipment s1']);
    expect(world.names()).toEqual(['me', 'ivo']);
  });

  it('opens while there is no socket, and joins when there is one', async () => {
    const world = start();
    world.up = false;
    world.presence.open('s1');
    await settled();
    expect(world.asked).toEqual([]);
    world.up = true;
    world.presence.connected('mine');
    await settled();
    expect(world.names()).toEqual(['ivo']);
  });

  it('leaves, and does not come back', async () => {
    const { presence, asked, names, came } = start();
    presence.open('s1');
    await settled();
    presence.leave('s1');
    presence.leave('s1');
    await settled();
    expect(asked).toEqual(['join:shipment s1', 'leave:shipment s1']);
    came('lena');
    presence.connected('mine-2');
    expect(names()).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it('keeps quiet when nobody answers', async () => {
    const world = start();
    world.fails = true;
    world.presence.open('s1');
    await settled();
    expect(world.names()).toEqual([]);
  });

  it('shows who types, without oneself, until they stop, leave or are forgotten', async () => {
    const { presence, clock, typing, went, came } = start();
    presence.open('s1');
    await settled();
    typing('me', true);
    typing('ivo', true);
    typing('ivo', true);
    expect(presence.typing('s1')).toEqual(['ivo']);
    typing('ivo', false);
    expect(presence.typing('s1')).toEqual([]);
    typing('ivo', true);
    await clock.advance(6_000);
    expect(presence.typing('s1')).toEqual([]);
    came('lena');
    typing('lena', true);
    went('lena');
    expect(presence.typing('s1')).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it('hears nothing of shipments that are not open', () => {
    const { came, typing, changed } = start();
    came('ivo');
    typing('ivo', true);
    expect(changed).toEqual([]);
  });

  it('knows which stations a shipment waits for, from the answer to the join and from what it is told since', async () => {
    const world = start();
    world.waitingFor = [dock('1')];
    world.presence.open('s1');
    expect(world.presence.waitingFor('s1')).toEqual([]);
    await settled();
    expect(world.presence.waitingFor('s1')).toEqual([dock('1')]);
    world.changed.length = 0;
    world.presence.waits(waiting('s1', dock('2'), dock('3')));
    expect(world.presence.waitingFor('s1')).toEqual([dock('2'), dock('3')]);
    world.presence.waits(waiting('other', dock('4')));
    expect(world.changed).toEqual(['s1']);
    expect(world.presence.waitingFor('other')).toEqual([]);
    world.presence.waits(waiting('s1'));
    expect(world.presence.waitingFor('s1')).toEqual([]);
  });

  it('believes what it was told while the answer to the join was on its way', async () => {
    const world = start();
    world.waitingFor = [dock('1')];
    world.presence.open('s1');
    world.presence.waits(waiting('s1'));
    await settled();
    expect(world.presence.waitingFor('s1')).toEqual([]);
    world.presence.open('s1');
    await settled();
    expect(world.presence.waitingFor('s1')).toEqual([dock('1')]);
  });

  it('does not know which stations a shipment waits for without a socket', async () => {
    const world = start();
    world.waitingFor = [dock('1')];
    world.presence.open('s1');
    await settled();
    world.up = false;
    world.presence.disconnected();
    expect(world.presence.waitingFor('s1')).toEqual([]);
    world.up = true;
    world.presence.connected('mine-2');
    await settled();
    expect(world.presence.waitingFor('s1')).toEqual([dock('1')]);
  });

  it('goes away whole on signing out', async () => {
    const { presence, asked } = start();
    presence.open('s1');
    presence.open('s2');
    await settled();
    presence.leaveAll();
    expect(presence.openIds()).toEqual([]);
    expect(asked.filter((each) => each.startsWith('leave'))).toHaveLength(2);
  });
});
