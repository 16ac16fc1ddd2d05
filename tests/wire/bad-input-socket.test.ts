import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { DEEP, expectSurvived, FORGERIES, raw, speak, TRICKY, type Vitals, vitals } from './hostile-client.ts';
import { type Ask, announce, asking, connect, entering, LEAD, RECEIVER, say, signed } from './outside-client.ts';

// The attack on the socket: how it is opened, what is said on it, how fast, how much, and in which order.

let server: ServerProcess;
let ask: Ask;
let before: Vitals;
let id: string;
let token: string;
/** Somebody who does nothing wrong and must not notice any of it. */
let bystander: Socket;
let bystanderLeft = false;

const enter = entering(() => server);

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
  before = await vitals(ask);
  id = String((await announce(ask, { carrier: 'CANARY' })).id);
  token = await signed(server.secret, LEAD);
  bystander = await connect(server.url, await signed(server.secret, RECEIVER));
  bystander.once('disconnect', () => {
    bystanderLeft = true;
  });
  await say(bystander, 'join:shipment', { shipmentId: id });
});
afterAll(async () => {
  bystander?.close();
  await server?.stop();
});

describe('the handshake', () => {
  it.each(FORGERIES)('with a token of %s is refused', async (_what, forged) => {
    const { packets } = await speak(server, [], { auth: { token: forged(server.secret) } });
    expect(packets).toEqual([expect.stringMatching(/^44\{.*"code":"token_invalid"/)]);
  });

  it.each([
    [{}, 'not_signed_in'],
    [{ token: null }, 'not_signed_in'],
    [{ token: '' }, 'not_signed_in'],
    [{ Token: 'x', jwt: 'x', authorization: 'Bearer x' }, 'not_signed_in'],
    ['{"__proto__":{"token":"x"}}', 'not_signed_in'],
    ['7', 'not_signed_in'],
    ['', 'not_signed_in'],
    [{ token: 7 }, 'token_invalid'],
    [{ token: true }, 'token_invalid'],
    [{ token: [] }, 'token_invalid'],
    [{ token: {} }, 'token_invalid'],
    [{ token: 'x'.repeat(1_000_000) }, 'token_invalid'],
  ])('with auth of %j is refused', async (auth, code) => {
    const { packets } = await speak(server, [], { auth });
    expect(packets).toEqual([expect.stringMatching(new RegExp(`^44\\{.*"code":"${code}"`))]);
  });

  it.each(['null', '[]', '"x"', 'true', '{', '{"token":', `{"token":${DEEP}`, '\u0000'])(
    'with auth of %.30s is hung up on',
    async (auth) => {
      expect(await speak(server, [], { auth, wait: 0 })).toEqual({ packets: [], closed: true });
    },
  );

  it('does not look for tokens in odd places', async () => {
    const headers = { authorization: `Bearer ${token}`, cookie: `token=${token}` };
    const path = `/socket.io/?EIO=4&transport=polling&token=${token}&auth=${token}`;
    const opened = await ask(`GET ${path}`, { as: null, headers });
    const { sid } = JSON.parse(opened.text.slice(1)) as { sid: string };
    const session = `/socket.io/?EIO=4&transport=polling&sid=${sid}&token=${token}`;
    await ask(`POST ${session}`, { as: null, headers, body: '40' });
    expect((await ask(`GET ${session}`, { as: null, headers })).text).toContain('"code":"not_signed_in"');
  });

  it('comes before everything else', async () => {
    for (const packet of ['420["ping"]', `420["join:shipment",{"shipmentId":"${id}"}]`, '43[1]', '44{}', '45[]'])
      expect(await speak(server, [packet], { auth: null, wait: 0 })).toEqual({ packets: [], closed: true });
  });

  it.each([
    ['no query', ''],
    ['an old protocol', 'EIO=3&transport=polling'],
    ['a protocol of the prototype', 'EIO=__proto__&transport=polling'],
    ['an unknown transport', 'EIO=4&transport=__proto__'],
    ['a WebSocket without an upgrade', 'EIO=4&transport=websocket'],
    ['somebody’s session', 'EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA'],
    ['a session of the prototype', 'EIO=4&transport=polling&sid=__proto__'],
    ['two sessions', 'EIO=4&transport=polling&sid=a&sid=b'],
    ['a session like a path', 'EIO=4&transport=polling&sid=..%2f..%00'],
  ])('over polling with %s is refused', async (_what, query) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const body = method === 'GET' ? {} : { body: '40{}' };
      const { status, text } = await ask(`${method} /socket.io/?${query}`, { as: null, ...body });
      expect([400, 403, 404], text).toContain(status);
    }
  });

  it('of a page from elsewhere is refused', async () => {
    const { status, text } = await ask('GET /socket.io/?EIO=4&transport=polling', {
      as: null,
      headers: { origin: 'http://evil.example' },
    });
    expect([400, 403], text).toContain(status);
    expect(text).not.toContain('sid');
  });
});

describe('packets', () => {
  it.each<[string, (string | Uint8Array<ArrayBuffer>)[]]>([
    ['the client’s own disconnect', ['420["disconnect","x"]']],
    ['connect as an event', ['420["connect"]']],
    ['connect_error as an event', ['420["connect_error"]']],
    ['disconnecting as an event', ['420["disconnecting"]']],
    ['newListener as an event', ['420["newListener"]']],
    ['removeListener as an event', ['420["removeListener"]']],
    ['no event', ['420[]']],
    ['an event of null', ['420[null]']],
    ['an event that is an object', ['420[{}]']],
    ['an event that is a list', ['420[["ping"]]']],
    ['an event that is no list', ['420{"0":"ping"}']],
    ['half an event', ['420["ping"']],
    ['a negative acknowledgement', ['42-1["ping"]']],
    ['an event elsewhere', ['42/admin,0["ping"]']],
    ['a second sign-in', ['40{}']],
    ['an error of the server', ['44{"message":"x"}']],
    ['an unknown type', ['48[]']],
    ['no type', ['4']],
    ['nothing', ['']],
    ['no Engine.IO', ['99']],
    ['a ping, which is the server’s', ['2']],
    ['bytes nobody announced', [new Uint8Array(3)]],
    ['more attachments than are good', ['4511-0["sync:push",{"_placeholder":true,"num":0}]']],
    ['a billion attachments', ['451000000000-0["sync:push",{"_placeholder":true,"num":0}]']],
    ['negative attachments', ['45-1-0["sync:push",{"_placeholder":true,"num":0}]']],
    ['an attachment that is missing', ['451-0["sync:push",{"_placeholder":true,"num":9}]', new Uint8Array(3)]],
    [
      'an attachment in the prototype',
      ['451-0["sync:push",{"_placeholder":true,"num":"__proto__"}]', new Uint8Array(3)],
    ],
    ['text where bytes were announced', ['451-0["sync:push",{"_placeholder":true,"num":0}]', '420["ping"]']],
    ['attachments without end', [`451-0["sync:push",${DEEP}]`, new Uint8Array(3)]],
    ['five megabytes of text', ['x'.repeat(5_000_000)]],
    ['five megabytes in an event', [`420["ping","${'x'.repeat(5_000_000)}"]`]],
    ['five megabytes of bytes', [new Uint8Array(5_000_000)]],
  ])('%s ends the connection', async (_what, packets) => {
    expect(await speak(server, packets, { auth: { token }, wait: 0 })).toEqual({ packets: [], closed: true });
  });

  it.each([
    ['an unknown event', '["teleport",{}]', 'unknown_event'],
    ['the event Node throws', '["error","x"]', 'unknown_event'],
    ['an event of the prototype', '["__proto__",{}]', 'unknown_event'],
    ['an event every object has', '["constructor",{}]', 'unknown_event'],
    ['an event that is a number', '[7]', 'unknown_event'],
    ['an event of a megabyte', `["${'x'.repeat(1_000_000)}"]`, 'unknown_event'],
    ['an event of the server', `["shipment:updated",{"shipmentId":"x"}]`, 'unknown_event'],
    ['frames', '["sync:frame",{"from":0,"to":9,"changes":[]}]', 'unknown_event'],
    ['a room that is not for joining', '["join:group",{"group":"staff:*"}]', 'unknown_event'],
    ['a payload in the prototype', '["join:shipment",{"__proto__":{"shipmentId":"x"}}]', 'malformed'],
    ['a payload without end', `["join:shipment",{"shipmentId":${DEEP}}]`, 'malformed'],
    ['a hello without end', `["sync:hello",${DEEP}]`, 'malformed'],
    ['a push without end', `["sync:push",${DEEP}]`, 'malformed'],
    ['work without end', `["sync:push",{"mutations":[${DEEP}]}]`, 'malformed'],
    [
      'arguments without end',
      `["sync:push",{"mutations":[{"clientId":"12345678","n":1,"args":${DEEP}}]}]`,
      'malformed',
    ],
    ['two megabytes of work', `["sync:push",{"mutations":["${'x'.repeat(2_000_000)}"]}]`, 'too_large'],
    ['a million pieces', `["sync:push",{"mutations":[${'0,'.repeat(1_000_000)}0]}]`, 'too_large'],
    ['two megabytes of hello', `["sync:hello",{"app":"${'x'.repeat(2_000_000)}"}]`, 'too_large'],
    ['an id of two megabytes', `["join:shipment",{"shipmentId":"${'x'.repeat(2_000_000)}"}]`, 'malformed'],
    ['half a character', '["join:shipment",{"shipmentId":"\\ud800"}]', 'not_found'],
  ])('%s is refused in words', async (_what, event, code) => {
    const { packets, closed } = await speak(server, [`420${event}`], { auth: { token } });
    expect(closed).toBe(false);
    expect(packets).toEqual([
      expect.stringMatching(new RegExp(`^430\\[\\{"ok":false,"code":"${code}","message":"\\w.{9}`)),
    ]);
    expect(packets[0]?.length).toBeLessThan(1_000);
  });

  it('with ten attachments of four megabytes are refused before they cost anything', async () => {
    const places = Array.from({ length: 10 }, (_, num) => ({ _placeholder: true, num }));
    const bytes = places.map(() => new Uint8Array(4_000_000));
    const had = (await vitals(ask)).megabytes;
    const { packets } = await speak(server, [`4510-0["sync:push",{"mutations":${JSON.stringify(places)}}]`, ...bytes], {
      auth: { token },
      ms: 10_000,
    });
    expect(packets).toEqual([expect.stringContaining('"code":"malformed"')]);
    expect((await vitals(ask)).megabytes - had).toBeLessThan(200);
  });

  it.each([
    ['an acknowledgement nobody waits for', '4399["x"]'],
    ['an acknowledgement in bytes', '461-0[{"_placeholder":true,"num":0}]'],
    ['another place', `40/admin,{"token":"x"}`],
    ['a place of the prototype', '40/__proto__,{}'],
    ['a ping that wants no answer', '42["ping"]'],
    ['garbage that wants no answer', '42["error","x",{},[],null]'],
    ['an upgrade that is none', '5'],
    ['a pong too many', '3'],
  ])('%s changes nothing', async (_what, packet) => {
    const bytes = packet.startsWith('46') ? [new Uint8Array(1)] : [];
    const { packets } = await speak(server, [packet, ...bytes, '427["ping"]'], {
      auth: { token },
      wait: packet.startsWith('40/') ? 2 : 1,
    });
    expect(packets.at(-1)).toMatch(/^437\[\{"ok":true/);
    expect(packets.join()).not.toMatch(/sid/);
  });

  it('over polling are bounded too', async () => {
    const start = async (): Promise<string> => {
      const opened = await ask('GET /socket.io/?EIO=4&transport=polling', { as: null });
      return `/socket.io/?EIO=4&transport=polling&sid=${(JSON.parse(opened.text.slice(1)) as { sid: string }).sid}`;
    };
    const post = async (body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
      (await ask(`POST ${await start()}`, { as: null, body, headers })).status;
    expect(await post('x'.repeat(4_500_000)).catch(() => 413)).toBe(413);
    expect(await post(new Uint8Array(10), { 'content-type': 'application/octet-stream' })).toBe(400);
    const session = await start();
    await ask(`POST ${session}`, { as: null, body: 'no packet' });
    expect((await ask(`POST ${session}`, { as: null, body: '40{}' })).status).toBe(400);
  });
});

describe('payloads of every kind', () => {
  const KINDS: unknown[] = [
    undefined,
    null,
    true,
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53 + 2,
    '',
    'x',
    [],
    [[]],
    {},
    { shipmentId: null },
    { shipmentId: 7 },
    { shipmentId: [] },
    { shipmentId: { $ne: null } },
    { shipmentId: '' },
    { shipmentId: 'x'.repeat(101) },
    { shipmentId: new Uint8Array(3) },
    new Uint8Array(3),
    new ArrayBuffer(3),
    [new Uint8Array(1), { x: new Uint8Array(1) }],
    { mutations: null },
    { mutations: {} },
    { mutations: [null] },
    { mutations: [[]] },
    { mutations: [new Uint8Array(2)] },
    { protocol: 1 },
    { protocol: 1, clientId: 7 },
    new Date(0),
    { clientId: 'x'.repeat(65), mutations: [{}] },
  ];

  it.each(['join:shipment', 'leave:shipment', 'typing:start', 'typing:stop', 'sync:hello', 'sync:push', 'sync:report'])(
    'are refused by %s',
    async (event) => {
      const [asked, mute] = [await enter(), await enter()];
      for (const payload of KINDS) {
        const answer = await say(asked, event, payload);
        expect(answer, JSON.stringify(payload)).toMatchObject({ ok: false, message: expect.any(String) });
        expect(['malformed', 'too_fast']).toContain(answer.code);
        mute.emit(event, payload);
        mute.emit(event, payload, 'no function', { ack: true });
      }
      expect(await say(asked, 'ping')).toMatchObject({ ok: true });
    },
  );

  it('go by without harm with a ping', async () => {
    const socket = await enter();
    for (const payload of KINDS) expect(await say(socket, 'ping', payload)).toMatchObject({ ok: true });
  });

  it.each(TRICKY)('join nothing by an id like %s', async (_what, shipmentId) => {
    const socket = await enter();
    for (const event of ['join:shipment', 'typing:start'])
      expect(['not_found', 'forbidden', 'malformed']).toContain((await say(socket, event, { shipmentId })).code);
    expect(await say(socket, 'leave:shipment', { shipmentId })).toMatchObject(
      shipmentId.length > 100 ? { ok: false } : { ok: true },
    );
  });
});

describe('who is too fast', () => {
  it('in opening connections leaves room for everybody else', async () => {
    const knock = 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n';
    const knocks = `${`${knock}\r\n`.repeat(500)}${knock}Connection: close\r\n\r\n`;
    const entered = new AbortController();
    const refused: number[] = [];
    const flood = async (): Promise<void> => {
      while (!entered.signal.aborted) {
        const { statuses } = await raw(server, knocks, { ms: 5_000 });
        refused.push(...statuses.filter((status) => status === 403));
      }
    };
    const floods = [flood(), flood(), flood(), flood()];
    try {
      await expect.poll(() => refused.length).toBeGreaterThan(1_000);
      for (let time = 0; time < 10; time++) expect(await say(await enter(), 'ping')).toMatchObject({ ok: true });
    } finally {
      entered.abort();
      await Promise.all(floods);
    }
  });

  it('is told so, and welcome again in a moment', async () => {
    const socket = await enter();
    const answers = await Promise.all(Array.from({ length: 400 }, () => say(socket, 'ping')));
    const refused = answers.filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(200);
    for (const answer of refused) expect(answer).toMatchObject({ ok: false, code: 'too_fast' });
    for (let at = 0; at < 20_000; at += 1) socket.emit('teleport', at);
    await expect.poll(() => say(socket, 'ping'), { timeout: 8_000, interval: 200 }).toMatchObject({ ok: true });
  });

  it('with typing has a smaller measure', async () => {
    const socket = await enter();
    await say(socket, 'join:shipment', { shipmentId: id });
    let told = 0;
    bystander.on('user:typing', () => (told += 1));
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => say(socket, at % 2 ? 'typing:stop' : 'typing:start', { shipmentId: id })),
    );
    expect(answers.filter(({ code }) => String(code) === 'too_fast').length).toBeGreaterThan(40);
    expect(told).toBeLessThan(20);
    bystander.off('user:typing');
  });
});

it('what a client makes up reaches nobody else', async () => {
  const heard: string[] = [];
  bystander.onAny((...event) => heard.push(JSON.stringify(event)));
  const liar = await enter();
  await say(liar, 'join:shipment', { shipmentId: id });
  const made = { shipmentId: id, status: 'FORGED', userName: 'FORGED', epoch: 'FORGED', from: 0, to: 1, changes: [] };
  for (const event of [
    'shipment:updated',
    'user:viewing',
    'user:typing',
    'sync:frame',
    'sync:upgrade',
    'document:uploaded',
  ])
    expect(await say(liar, event, { type: event, ...made })).toMatchObject({ ok: false, code: 'unknown_event' });
  await expect.poll(() => heard.join()).toContain(`"socketId":"${liar.id}"`);
  await say(bystander, 'ping');
  bystander.offAny();
  expect(heard.join()).not.toContain('FORGED');
});

it('is still the same server, at ease, and does its work', async () => {
  expect(bystanderLeft).toBe(false);
  expect(await say(bystander, 'ping')).toMatchObject({ ok: true });
  await expectSurvived(server, ask, before);
});

it('stops when it is told to, whatever was left hanging on it', async () => {
  const asked = Date.now();
  expect(await server.stop()).toBe(0);
  expect(Date.now() - asked).toBeLessThan(10_000);
});
