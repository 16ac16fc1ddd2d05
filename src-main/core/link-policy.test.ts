import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { LinkFault, unreachable } from './link-fault.ts';
import { LinkPolicy } from './link-policy.ts';

type Gate = { resolve: () => void; reject: (error: unknown) => void };

/** A network whose every part a test sets up or down. */
const network = () => {
  const clock = new FakeClock();
  const states: ConnectionState[] = [];
  const calls: string[] = [];
  const polls: (Gate & { wait: number })[] = [];
  const world = {
    clock,
    states,
    calls,
    polls,
    socketWorks: false,
    catchUpFault: null as unknown,
    httpFault: null as unknown,
    probeFault: null as unknown,
    token: null as string | null,
    opensAt: [] as number[],
    transport: 'websocket' as 'websocket' | 'http',
    catchingUp: Promise.resolve() as Promise<void>,
    refusedWith: null as 'token_expired' | null,
  };
  const policy = new LinkPolicy({
    clock,
    random: () => 0.5,
    log: (event) => calls.push(event),
    socket: {
      open: () => {
        world.opensAt.push(clock.elapsed());
        queueMicrotask(() => {
          if (world.refusedWith !== null) policy.socketRefused(world.refusedWith);
          else if (world.socketWorks) policy.socketConnected(world.transport);
          else policy.socketDown('socket_unreachable');
        });
      },
      close: () => calls.push('close'),
      check: () => calls.push('check'),
    },
    catchUp: () => (world.catchUpFault === null ? world.catchingUp : Promise.reject(world.catchUpFault)),
    poll: (wait) => {
      if (world.httpFault !== null) return Promise.reject(world.httpFault);
      if (wait === 0) return Promise.resolve();
      return new Promise((resolve, reject) => polls.push({ resolve, reject, wait }));
    },
    cancelPoll: () => {
      calls.push('cancelPoll');
      for (const poll of polls.splice(0)) poll.reject(unreachable('cancelled'));
    },
    probe: () => (world.probeFault === null ? Promise.resolve() : Promise.reject(world.probeFault)),
    refreshToken: () => Promise.resolve(world.token),
    onState: (state) => states.push(state),
  });
  return Object.assign(world, { policy, kinds: () => states.map(({ kind }) => kind) });
};

describe('LinkPolicy', () => {
  it('goes live over the socket', async () => {
    const net = network();
    net.socketWorks = true;
    net.policy.start();
    await settled();
    expect(net.kinds()).toEqual(['connecting', 'live']);
    expect(net.policy.state).toEqual({ kind: 'live', transport: 'websocket', latencyMs: null });
  });

  it('knows of an upgrade that came while it was still catching up', async () => {
    const net = network();
    Object.assign(net, { socketWorks: true, transport: 'http' });
    let level = (): void => undefined;
    net.catchingUp = new Promise((resolve) => {
      level = resolve;
    });
    net.policy.start();
    await settled();
    net.policy.transportChanged('websocket');
    level();
    await settled();
    expect(net.policy.state).toMatchObject({ kind: 'live', transport: 'websocket' });
    expect(net.clock.timers).toBe(0);
  });

  it('tries for WebSocket again, less and less often, while it is live over HTTP', async () => {
    const net = network();
    Object.assign(net, { socketWorks: true, transport: 'http' });
    net.policy.start();
    await net.clock.advance(10 * 60_000);
    expect(net.opensAt.map((at) => at / 20_000)).toEqual([0, 1, 3, 7, 15]);
    expect(net.policy.state).toMatchObject({ kind: 'live', transport: 'http' });
    net.transport = 'websocket';
    await net.clock.advance(10 * 60_000);
    expect(net.policy.state).toMatchObject({ kind: 'live', transport: 'websocket' });
    const opened = net.opensAt.length;
    await net.clock.advance(5 * 60 * 60_000);
    expect(net.opensAt).toHaveLength(opened);
    net.policy.stop();
    expect(net.clock.timers).toBe(0);
  });

  it('knows the latency that was measured while it was still catching up', async () => {
    const net = network();
    net.socketWorks = true;
    net.policy.start();
    net.policy.latency(12);
    await settled();
    expect(net.policy.state).toMatchObject({ kind: 'live', latencyMs: 12 });
  });

  it('polls when only HTTP answers, keeps a long poll open, and goes live when the socket is back', async () => {
    const net = network();
    net.policy.start();
    await settled();
    expect(net.policy.state).toMatchObject({ kind: 'polling', reason: 'socket_unreachable' });
    expect(net.polls.map(({ wait }) => wait)).toEqual([25]);
    net.polls.splice(0)[0]!.resolve();
    await net.clock.advance(1_000);
    expect(net.polls).toHaveLength(1);
    net.socketWorks = true;
    await net.clock.advance(15_000);
    expect(net.policy.state.kind).toBe('live');
    expect(net.polls).toHaveLength(0);
    await net.clock.advance(60_000);
    expect(net.polls).toHaveLength(0);
  });

  it('asks at most once a second of a server that does not hold its polls', async () => {
    const net = network();
    net.policy.start();
    await settled();
    let answered = 0;
    for (let ms = 0; ms < 10_000; ms += 100) {
      for (const poll of net.polls.splice(0)) {
        answered += 1;
        poll.resolve();
      }
      await net.clock.advance(100);
    }
    expect(answered).toBeGreaterThanOrEqual(9);
    expect(answered).toBeLessThanOrEqual(11);
  });

  it('is offline when neither answers, and tries the socket for ever', async () => {
    const net = network();
    net.httpFault = unreachable('down');
    net.policy.start();
    await net.clock.advance(120_000);
    expect(net.kinds()).toEqual(['connecting', 'offline']);
    const gaps = net.opensAt.slice(1).map((at, index) => at - (net.opensAt[index] ?? 0));
    expect(gaps.slice(0, 6)).toEqual([500, 1000, 2000, 3000, 3000, 3000]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(6_000);
  });

  it('falls from polling to offline when HTTP goes too, and comes back by itself', async () => {
    const net = network();
    net.policy.start();
    await settled();
    net.httpFault = unreachable('down');
    net.polls.splice(0)[0]!.reject(unreachable('broke off'));
    await settled();
    expect(net.policy.state.kind).toBe('offline');
    net.httpFault = null;
    await net.clock.advance(15_000);
    expect(net.policy.state.kind).toBe('polling');
    expect(net.polls).toHaveLength(1);
  });

  it('takes a server that has too much to do for one to try again, not for one that refuses', async () => {
    const net = network();
    net.socketWorks = true;
    net.catchUpFault = new LinkFault('too_fast', 'Many stations are coming back at once.');
    net.httpFault = net.catchUpFault;
    net.policy.start();
    await settled();
    expect(net.kinds()).toEqual(['connecting', 'offline']);
    net.catchUpFault = null;
    await net.clock.advance(6_000);
    expect(net.kinds()).toEqual(['connecting', 'offline', 'live']);
  });

  it('finds out that HTTP went before the hanging poll times out', async () => {
    const net = network();
    net.policy.start();
    await settled();
    net.probeFault = unreachable('down');
    net.httpFault = unreachable('down');
    await net.clock.advance(2_000);
    expect(net.policy.state.kind).toBe('offline');
  });

  it('says that the socket went silent', async () => {
    const net = network();
    net.socketWorks = true;
    net.policy.start();
    await settled();
    net.socketWorks = false;
    net.policy.socketDown('socket_silent');
    await settled();
    expect(net.policy.state).toMatchObject({ kind: 'polling', reason: 'socket_silent' });
    expect(net.kinds()).toEqual(['connecting', 'live', 'connecting', 'polling']);
  });

  it('starts the back-off over only after ten seconds of being live', async () => {
    const net = network();
    net.httpFault = unreachable('down');
    net.policy.start();
    await net.clock.advance(8_000);
    net.socketWorks = true;
    await net.clock.advance(15_000);
    expect(net.policy.state.kind).toBe('live');
    net.socketWorks = false;
    const opened = net.opensAt.length;
    await net.clock.advance(20_000);
    net.policy.socketDown('socket_unreachable');
    const lostAt = net.clock.elapsed();
    await net.clock.advance(600);
    expect(net.opensAt.slice(opened)).toEqual([lostAt + 500]);
  });

  it('shows a refused token, and retries with a fresh one at once', async () => {
    const net = network();
    net.refusedWith = 'token_expired';
    net.policy.start();
    await settled();
    expect(net.policy.state).toEqual({ kind: 'refused', code: 'token_expired' });
    net.token = 'fresh';
    net.policy.retryNow();
    net.refusedWith = null;
    net.socketWorks = true;
    await settled();
    expect(net.policy.state.kind).toBe('live');
  });

  it('uses the refresh hook as soon as it is refused', async () => {
    const net = network();
    net.refusedWith = 'token_expired';
    net.token = 'fresh';
    net.policy.start();
    queueMicrotask(() =>
      queueMicrotask(() => {
        net.refusedWith = null;
        net.socketWorks = true;
      }),
    );
    await settled();
    expect(net.kinds()).toEqual(['connecting', 'refused', 'live']);
  });

  it('tries a refused token again slowly, and never gives it up', async () => {
    const net = network();
    net.refusedWith = 'token_expired';
    net.policy.start();
    await net.clock.advance(300_000);
    expect(net.kinds()).toEqual(['connecting', 'refused']);
    const gaps = net.opensAt.slice(1).map((at, index) => at - (net.opensAt[index] ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
  });

  it('takes a refusal over HTTP, or of the hello, for one', async () => {
    const net = network();
    net.httpFault = new LinkFault('token_invalid', 'no');
    net.policy.start();
    await settled();
    expect(net.policy.state).toEqual({ kind: 'refused', code: 'token_invalid' });
    const other = network();
    other.socketWorks = true;
    other.catchUpFault = new LinkFault('upgrade_required', 'old');
    other.policy.start();
    await settled();
    expect(other.policy.state).toEqual({ kind: 'refused', code: 'upgrade_required' });
  });

  it('counts a socket that connects but cannot catch up as down', async () => {
    const net = network();
    net.socketWorks = true;
    net.catchUpFault = unreachable('timeout');
    net.policy.start();
    await settled();
    expect(net.policy.state.kind).toBe('polling');
    expect(net.calls).toContain('close');
  });

  it('tries at once when somebody asks, and only checks a link that is live', async () => {
    const net = network();
    net.httpFault = unreachable('down');
    net.policy.start();
    await net.clock.advance(60_000);
    const opened = net.opensAt.length;
    net.socketWorks = true;
    net.policy.retryNow();
    expect(net.policy.state.kind).toBe('connecting');
    await settled();
    expect(net.opensAt).toHaveLength(opened + 1);
    expect(net.policy.state.kind).toBe('live');
    net.policy.retryNow();
    expect(net.calls.at(-1)).toBe('check');
  });

  it('does not stay live over a socket whose changes cannot be followed', async () => {
    const net = network();
    net.socketWorks = true;
    net.policy.start();
    await settled();
    net.socketWorks = false;
    net.policy.cannotFollow(unreachable('no answer to a hello'));
    await settled();
    expect(net.calls).toContain('close');
    expect(net.policy.state.kind).toBe('polling');
    const other = network();
    other.socketWorks = true;
    other.policy.start();
    await settled();
    other.policy.cannotFollow(new LinkFault('forbidden', 'no'));
    expect(other.policy.state).toEqual({ kind: 'refused', code: 'forbidden' });
    const stopped = network();
    stopped.policy.cannotFollow(unreachable('late'));
    expect(stopped.states).toEqual([]);
  });

  it('does nothing after stop', async () => {
    const net = network();
    net.policy.start();
    await settled();
    net.policy.stop();
    expect(net.policy.state.kind).toBe('offline');
    const opened = net.opensAt.length;
    net.policy.retryNow();
    await net.clock.advance(120_000);
    expect(net.opensAt).toHaveLength(opened);
    expect(net.clock.timers).toBe(0);
  });
});
