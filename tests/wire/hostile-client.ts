import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'vitest';
import type { ServerProcess } from '../../tools/dock/server-process.ts';
import { type Answer, type Ask, announce, inOneHour } from './outside-client.ts';

// What an attacker has beside `outside-client.ts`: bytes that no library would send, and an eye on how the server bears it.

const b64 = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A JWT with exactly this header and payload (as text when text is given), whatever either says. */
export const forge = (header: unknown, payload: unknown, key: string, hash = 'sha256'): string => {
  const signed = `${b64(header)}.${b64(payload)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
};

const claims = () => ({ sub: 'eve', name: 'Eve', role: 'admin', warehouses: ['*'], exp: inOneHour() });
const HS256 = { alg: 'HS256', typ: 'JWT' };

type Forgery = [what: string, token: (secret: string) => string];

const FORGED_HEADERS: Forgery[] = [
  ...['none', 'None', 'NONE', 'nOnE', ''].map(
    (alg): Forgery => [`alg "${alg}" unsigned`, () => `${b64({ alg })}.${b64(claims())}.`],
  ),
  ['alg none, signed all the same', (secret) => forge({ alg: 'none' }, claims(), secret)],
  ['HS512 by the right secret', (secret) => forge({ alg: 'HS512' }, claims(), secret, 'sha512')],
  ['HS384 by the right secret', (secret) => forge({ alg: 'HS384' }, claims(), secret, 'sha384')],
  ['RS256 that is an HMAC', (secret) => forge({ alg: 'RS256' }, claims(), secret)],
  ['ES256 that is an HMAC', (secret) => forge({ alg: 'ES256' }, claims(), secret)],
  ['no alg', (secret) => forge({ typ: 'JWT' }, claims(), secret)],
  ['a list for an alg', (secret) => forge({ alg: ['HS256'] }, claims(), secret)],
  ['its own key inside', () => forge({ ...HS256, jwk: { kty: 'oct', k: b64('mine') } }, claims(), 'mine')],
  ['a key to fetch', () => forge({ ...HS256, jku: 'http://127.0.0.1:1/keys', kid: 'x' }, claims(), 'mine')],
  ['a kid that is a path', () => forge({ ...HS256, kid: '../../../../dev/null' }, claims(), '')],
  ['a kid that is SQL', () => forge({ ...HS256, kid: "x' UNION SELECT 'a" }, claims(), 'a')],
  ['a critical extension', (secret) => forge({ ...HS256, crit: ['exp'] }, claims(), secret)],
  ['a payload that is not encoded', (secret) => forge({ ...HS256, b64: false, crit: ['b64'] }, claims(), secret)],
  ['a header that is no JSON', (secret) => forge('{"alg":"HS256"', claims(), secret)],
  ['a header that is a list', (secret) => forge([HS256], claims(), secret)],
  ['an empty secret', () => forge(HS256, claims(), '')],
  ['its secret in base64', (secret) => forge(HS256, claims(), b64(secret))],
];

/** Signed properly, with payloads that are none. */
const FORGED_CLAIMS: Forgery[] = (
  [
    ['nothing', {}],
    ['null', null],
    ['a list', [claims()]],
    ['a text', '"eve"'],
    ['no JSON', '{"sub":"eve"'],
    ['claims in the prototype', `{"__proto__":${JSON.stringify(claims())}}`],
    ['claims in a constructor', { constructor: { prototype: claims() } }],
    ['exp in text', { ...claims(), exp: String(inOneHour()) }],
    ['exp null', { ...claims(), exp: null }],
    ['exp 1e400', JSON.stringify({ ...claims(), exp: 7 }).replace('"exp":7', '"exp":1e400')],
    ['exp beyond the integers', JSON.stringify({ ...claims(), exp: 7 }).replace('"exp":7', '"exp":9007199254740993')],
    ['exp with a fraction', { ...claims(), exp: inOneHour() + 0.5 }],
    ['exp in a list', { ...claims(), exp: [inOneHour()] }],
    ['nbf tomorrow', { ...claims(), nbf: inOneHour() + 86_400 }],
    ['nbf in text', { ...claims(), nbf: 'now' }],
    ['sub a number', { ...claims(), sub: 7 }],
    ['sub empty', { ...claims(), sub: '' }],
    ['sub a list', { ...claims(), sub: ['eve'] }],
    ['sub too long', { ...claims(), sub: 'e'.repeat(101) }],
    ['name a number', { ...claims(), name: 7 }],
    ['name blank', { ...claims(), name: '  ' }],
    ['role in capitals', { ...claims(), role: 'ADMIN' }],
    ['role in a list', { ...claims(), role: ['admin'] }],
    ['role intake, which is the server itself', { ...claims(), role: 'intake' }],
    ['role __proto__', { ...claims(), role: '__proto__' }],
    ['no role', { ...claims(), role: undefined }],
    ['warehouses in text', { ...claims(), warehouses: '*' }],
    ['warehouses null', { ...claims(), warehouses: null }],
    ['warehouses an object', { ...claims(), warehouses: { 0: '*', length: 1 } }],
    ['warehouses in lists', { ...claims(), warehouses: [['*']] }],
    ['warehouses of numbers', { ...claims(), warehouses: [1] }],
    ['warehouses without names', { ...claims(), warehouses: [''] }],
    ['a supplier of nothing', { ...claims(), role: 'supplier' }],
    ['a supplier of a number', { ...claims(), role: 'supplier', supplierId: 7 }],
    ['a supplier of any', { ...claims(), role: 'supplier', supplierId: ['ACME'] }],
  ] as const
).map(([what, payload]) => [what, (secret) => forge(HS256, payload, secret)]);

const good = (secret: string): string => forge(HS256, claims(), secret);
const FORGED_FORMS: Forgery[] = [
  ['no signature', (secret) => good(secret).replace(/[^.]*$/, '')],
  ['no dot before the signature', (secret) => good(secret).replace(/\.[^.]*$/, '')],
  ['half a signature', (secret) => good(secret).slice(0, -20)],
  [
    "another token's signature",
    (secret) => good(secret).replace(/[^.]*$/, forge(HS256, {}, secret).split('.')[2] ?? ''),
  ],
  ['a padded signature', (secret) => `${good(secret)}==`],
  ['five parts', (secret) => `${good(secret)}.${b64('x')}.${b64('y')}`],
  ['dots', () => '..'],
  ['a word', () => 'admin'],
  ['nine thousand characters', () => 'x'.repeat(9000)],
  ['a true token with more behind it', (secret) => `${good(secret)}.`],
  ['the secret', (secret) => secret],
];

/** Tokens that are all `token_invalid`, by what is wrong with them. */
export const FORGERIES: readonly Forgery[] = [...FORGED_HEADERS, ...FORGED_CLAIMS, ...FORGED_FORMS];

/** Lists in lists: more than recursion survives. */
export const DEEP = '['.repeat(100_000) + ']'.repeat(100_000);

/** Strings that mean something to some program between the wire and the disk; each behind a name that can be shown. */
export const TRICKY: readonly (readonly [shown: string, text: string])[] = [
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/etc/passwd',
  'file:///etc/passwd',
  '\u0000',
  'a\u0000b',
  '\u202egnp.exe',
  '\u2066\u2067\u2068',
  '\ufeff',
  '\ud83d\ude9a',
  "' OR '1'='1",
  "x'); DROP TABLE shipment; --",
  '%',
  '_',
  '*',
  '__proto__',
  'constructor',
  'toString',
  '$' + '{7*7}',
  '<script>alert(1)</script>',
  'CON',
  'x'.repeat(101),
  'x'.repeat(600),
  'x'.repeat(5000),
].map((text) => [JSON.stringify(text).slice(0, 30), text] as const);

export type RawAnswer = { /** Everything that came back. */ text: string; statuses: number[]; closed: boolean };

/** Writes bytes (Latin-1) as they are and collects what comes back, until the server hangs up or `ms` have passed. */
export const raw = (
  { port }: Pick<ServerProcess, 'port'>,
  bytes: string,
  { ms = 400, hangUp = false } = {},
): Promise<RawAnswer> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
      resolve({ text, statuses, closed });
    };
    const timer = setTimeout(() => done(false), ms);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => done(true));
    socket.write(bytes, 'latin1');
    if (hangUp) socket.end();
  });

export type Heard = { /** Packets after the greeting, pings left out. */ packets: string[]; closed: boolean };
type Spoken = {
  auth?: unknown /** Packets to wait for; none means until the server hangs up. */;
  wait?: number;
  ms?: number;
};

/** Sends Engine.IO packets over a WebSocket of its own: first the sign-in with `auth` (text as it is), then `packets`. */
export const speak = (
  { url }: Pick<ServerProcess, 'url'>,
  packets: readonly (string | Uint8Array<ArrayBuffer>)[],
  { auth, wait = 1, ms = 3_000 }: Spoken,
): Promise<Heard> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const heard: string[] = [];
    const done = (closed: boolean): void => {
      clearTimeout(timer);
      socket.close();
      resolve({ packets: heard, closed });
    };
    const timer = setTimeout(() => done(false), ms);
    const send = (): void => {
      for (const packet of packets) socket.send(packet);
    };
    socket.addEventListener('message', ({ data }) => {
      const packet = String(data);
      if (packet.startsWith('0')) {
        if (auth === null) send();
        else socket.send(`40${typeof auth === 'string' ? auth : JSON.stringify(auth)}`);
      } else if (packet.startsWith('40')) send();
      else if (packet !== '2') heard.push(packet);
      if (wait > 0 && heard.length >= wait) done(false);
    });
    socket.addEventListener('close', () => done(true));
    socket.addEventListener('error', () => undefined);
  });

/** Fails unless it is a problem document of one of these codes, and says nothing of how the server is made. */
export const expectRefused = (answer: Answer, ...codes: string[]): void => {
  const { status, body, text, headers } = answer;
  expect(codes, `${status} ${text.slice(0, 300)}`).toContain(body.code);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body.status).toBe(status);
  expect(status).toBeLessThan(500);
  expect(String(body.detail).length).toBeGreaterThan(0);
  expect(text.length).toBeLessThan(20_000);
  expect(text).not.toMatch(/node_modules|\.ts:|SQLITE|sqlite|at Object\.|RangeError|TypeError/);
};

export type Vitals = { startedAt: string; megabytes: number; text: string };

export const vitals = async (ask: Ask): Promise<Vitals> => {
  const { text, status } = await ask('GET /metrics', { as: null });
  expect(status).toBe(200);
  const figure = (name: string): string => text.match(new RegExp(`^${name} (\\S+)$`, 'm'))?.[1] ?? '';
  return {
    startedAt: figure('process_start_time_seconds'),
    megabytes: Number(figure('process_resident_memory_bytes')) / 2 ** 20,
    text,
  };
};

/** Fails unless the process of before is still there, at ease, had no fault of its own, told nobody's token, and does its work. */
export const expectSurvived = async (server: ServerProcess, ask: Ask, before: Vitals): Promise<void> => {
  const health = await ask('GET /health', { as: null });
  expect([health.status, health.body]).toEqual([200, { status: 'OK', ready: true }]);
  expect(process.kill(server.pid, 0)).toBe(true);
  const now = await vitals(ask);
  expect(now.startedAt).toBe(before.startedAt);
  expect(now.megabytes - before.megabytes).toBeLessThan(300);
  expect(now.text).not.toMatch(/errors_total\{code="internal"\}/);
  expect(server.output()).not.toMatch(/"level":[56]0/);
  expect(server.output()).not.toMatch(/eyJ|demo-secret/);
  const { id } = await announce(ask);
  const { body } = await ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'in_transit' } });
  expect(body).toMatchObject({ id, status: 'in_transit', version: 2 });
  expect((await ask(`GET /api/shipments/${id}`)).body).toMatchObject({ id, status: 'in_transit' });
};

/** The first work of a station that nobody has heard of. */
export const work = (args: unknown, more: object = {}) => ({
  clientId: randomUUID(),
  n: 1,
  type: 'recordArrival',
  args,
  occurredAt: '2026-11-24T08:00:00Z',
  ...more,
});
