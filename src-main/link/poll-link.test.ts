import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shipmentRow } from '../core/fake-server.ts';
import { faultOf as fault, httpPeer, readAll as lines } from '../http-peer-for-tests.ts';
import { systemClock } from '../shell/system-clock.ts';
import { DownDoor } from './parse-down.ts';
import { PollLink } from './poll-link.ts';

const AT = '2026-11-23T08:00:00.000Z';
const CURSOR = { epoch: 'e', seq: 4, chain: 'c4' };
const FRAME = { epoch: 'e', group: 'g', from: 4, to: 4, chain: 'c4', head: 4, changes: [] };

const { peer, asked, dropped, begin, end, link, json, problem, portal } = httpPeer();

beforeEach(begin);
afterEach(end);

describe('changes', () => {
  it('asks from the cursor, with the token, and brings the frame', async () => {
    json(FRAME);
    expect(await link().changes(CURSOR, 25)).toEqual(FRAME);
    expect(asked).toMatchObject([
      { method: 'GET', path: '/api/sync/changes?from=4&epoch=e&chain=c4&wait=25&limit=200', token: 'Bearer my-token' },
    ]);
  });

  it('passes on what the server refuses, by its code', async () => {
    for (const [code, status] of [
      ['token_expired', 401],
      ['cursor_too_old', 410],
      ['epoch_changed', 409],
    ] as const) {
      problem(code, status);
      expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code, message: 'said so' });
    }
  });

  it('takes a captive portal, a proxy’s page and nonsense for no server', async () => {
    portal();
    expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code: null, isForeign: true });
    json({ hello: 'world' });
    expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code: null });
    json({ error: 'bad gateway' }, 502);
    expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code: null, isForeign: true });
    peer.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"epoch":');
    expect((await fault(() => link().changes(CURSOR, 0))).code).toBeNull();
    peer.answer = (_request, response) => response.writeHead(302, { location: 'http://portal.example/' }).end();
    expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code: null, isForeign: true });
    peer.answer = (request) => void request.socket.destroy();
    expect((await fault(() => link().changes(CURSOR, 0))).code).toBeNull();
    expect((await fault(() => link('http://127.0.0.1:1').changes(CURSOR, 0))).code).toBeNull();
  });

  it('can be ended while it waits', async () => {
    peer.answer = () => undefined;
    const waiting = link();
    const failed = fault(() => waiting.changes(CURSOR, 25));
    setTimeout(() => waiting.cancelChanges(), 20);
    expect((await failed).code).toBeNull();
  });

  it('leaves out a row that does not fit, because asking again would bring the same', async () => {
    const change = (id: string, row: object) => ({
      seq: 5,
      entity: 'shipment',
      id,
      op: 'put',
      row,
      shipmentId: id,
      command: 'amendShipment',
      actor: { id: 'a', name: 'A', role: 'lead' },
      origin: null,
      occurredAt: AT,
      recordedAt: AT,
    });
    json({
      ...FRAME,
      to: 7,
      head: 7,
      changes: [change('a', shipmentRow('a')), change('b', { id: 'b' }), change('c', shipmentRow('other'))],
    });
    expect((await link().changes(CURSOR, 0)).changes.map(({ id }) => id)).toEqual(['a']);
    expect(dropped).toEqual(['row shipment', 'row shipment']);
  });
});

describe('push, history and probe', () => {
  it('sends work as it is and reads the verdicts', async () => {
    const reply = { verdicts: [{ n: 1, verdict: 'applied', seq: 7 }], lastN: 1 };
    json(reply);
    const mutation = { clientId: 'client-1', n: 1, type: 'addNote', args: { text: 'ü' }, occurredAt: AT } as const;
    expect(await link().push('client-1', [mutation])).toEqual(reply);
    expect(asked).toMatchObject([{ method: 'POST', path: '/api/sync/mutations' }]);
    expect(JSON.parse(asked[0]!.body)).toEqual({ clientId: 'client-1', mutations: [mutation] });
  });

  it('tells what is unsent, and takes an answer without a body for a yes', async () => {
    const report = {
      station: 'Dock 3',
      clients: [{ clientId: 'client-1', unsentOn: ['s'], workedOn: [] }],
      leaving: false,
    };
    peer.answer = (_request, response) => response.writeHead(204).end();
    await link().report(report);
    expect(asked).toMatchObject([{ method: 'POST', path: '/api/sync/report', token: 'Bearer my-token' }]);
    expect(JSON.parse(asked[0]!.body)).toEqual(report);
    problem('not_found', 404);
    expect(await fault(() => link().report(report))).toMatchObject({ code: 'not_found' });
    portal();
    expect((await fault(() => link().report(report))).isForeign).toBe(true);
  });

  it('reads a history, whatever the id looks like', async () => {
    json({ history: [] });
    expect(await link().history('a/../b?c')).toEqual([]);
    expect(asked[0]?.path).toBe('/api/shipments/a%2F..%2Fb%3Fc/history');
  });

  it('knows a Dockline server, ready or not, and sends it no token to find out', async () => {
    json({ status: 'OK', ready: true });
    await link().probe();
    json({ status: 'STOPPING', ready: false }, 503);
    await link().probe();
    expect(asked.map(({ token }) => token)).toEqual([undefined, undefined]);
    json({ status: 'up' });
    expect((await fault(() => link().probe())).isForeign).toBe(true);
    portal();
    expect((await fault(() => link().probe())).isForeign).toBe(true);
  });
});

describe('closing', () => {
  const waits = () => {
    peer.answer = () => undefined;
  };
  const arrived = async () => {
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('ends a snapshot that has not begun to come, and asks nothing more', async () => {
    waits();
    const closing = link();
    const reading = fault(() => lines(closing.snapshot()));
    await arrived();
    const begun = performance.now();
    closing.close();
    expect((await reading).code).toBeNull();
    expect(performance.now() - begun).toBeLessThan(1_000);
    json(FRAME);
    await fault(() => closing.changes(CURSOR, 0));
    await fault(() => closing.push('client-0001', []));
    await fault(() => lines(closing.snapshot()));
    expect(asked).toHaveLength(1);
  });

  it('of the waiting poll leaves a page alone that is asked for meanwhile, and the other way round', async () => {
    waits();
    const both = link();
    const waiting = fault(() => both.changes(CURSOR, 25));
    await arrived();
    let page = 'open';
    const paging = both.changes(CURSOR, 0).then(
      () => (page = 'came'),
      () => (page = 'ended'),
    );
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    both.cancelChanges();
    await waiting;
    expect(page).toBe('open');
    both.close();
    await paging;
  });
});

describe('the clock', () => {
  it('is read off every quick answer, to the second', async () => {
    const heard: number[] = [];
    const clock = { ...systemClock, now: () => Date.now() + 3 * 60 * 60 * 1000 };
    const dated = new PollLink({
      url: peer.url,
      token: () => 'my-token',
      door: new DownDoor(() => undefined),
      clock,
      onDate: (latencyMs, offsetMs) => heard.push(latencyMs, offsetMs),
    });
    json({ status: 'OK', ready: true });
    await dated.probe();
    expect(heard).toHaveLength(2);
    expect(heard[0]).toBeLessThan(1_000);
    expect(Math.abs((heard[1] ?? 0) - 3 * 60 * 60 * 1000)).toBeLessThan(2_000);
    // How long it was held says nothing of how long the way was.
    const body = JSON.stringify(FRAME);
    peer.answer = (_request, response) =>
      void setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), 2_100);
    await dated.changes(CURSOR, 5);
    expect(heard).toHaveLength(2);
  });
});
