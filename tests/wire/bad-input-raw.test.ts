import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { expectSurvived, raw, type Vitals, vitals } from './hostile-client.ts';
import { type Ask, announce, asking, LEAD, signed } from './outside-client.ts';

// The attack below HTTP: bytes that two readers would read in two ways, or that are no HTTP at all.

let server: ServerProcess;
let ask: Ask;
let before: Vitals;
let id: string;

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
  before = await vitals(ask);
  id = String((await announce(ask)).id);
});
afterAll(async () => {
  await server?.stop();
});

describe('HTTP that can be read in two ways', () => {
  const inside = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';
  it.each([
    ['both lengths', `Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inside}`],
    ['both lengths the other way round', `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${inside}`],
    ['two lengths', `Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}${inside}`],
    ['a list of lengths', `Content-Length: 2, 2\r\n\r\n{}${inside}`],
    ['a length with a sign', `Content-Length: +2\r\n\r\n{}${inside}`],
    ['a negative length', `Content-Length: -2\r\n\r\n{}${inside}`],
    ['a length in hex', `Content-Length: 0x2\r\n\r\n{}${inside}`],
    ['an endless length', `Content-Length: 99999999999999999999999\r\n\r\n{}${inside}`],
    ['an unknown transfer coding', `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inside}`],
    ['chunked that is not last', `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inside}`],
    ['chunked twice', `Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inside}`],
    ['a space before the colon', `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inside}`],
    ['a tab that is none', `Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${inside}`],
    ['a chunk of no size', `Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n${inside}`],
    ['a chunk of negative size', `Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n${inside}`],
    ['a chunk of all memory', `Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}${inside}`],
    [
      'a chunk with a novel beside it',
      `Transfer-Encoding: chunked\r\n\r\n2;${'x'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n${inside}`,
    ],
    ['a folded header', `X: a\r\n b: c\r\nContent-Length: 2\r\n\r\n{}${inside}`],
    ['a NUL in a header', `X: a\0b\r\nContent-Length: 2\r\n\r\n{}${inside}`],
    ['a line that ends in LF only', `X: a\nContent-Length: 2\r\n\r\n{}${inside}`],
    ['a line that ends in CR only', `X: a\rContent-Length: 2\r\n\r\n{}${inside}`],
  ])('by %s is answered once, and the connection closed', async (_what, rest) => {
    const token = await signed(server.secret, LEAD);
    const head = `PATCH /api/shipments/${id}/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
    const { statuses, text, closed } = await raw(server, head + rest, { ms: 2_000 });
    expect([statuses, closed]).toEqual([[400], true]);
    expect(text).toContain('"code":"malformed"');
    expect(text).not.toContain('process_start_time');
  });

  it.each([
    ['another version', 'GET /health HTTP/9.9\r\nHost: x\r\n\r\n', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['TLS', `\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03${'\0'.repeat(500)}`, 400],
    ['a method nobody knows', 'BREW /health HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a small method', 'get /health HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a space in the address', 'GET /api/ship ments HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['bytes in the address', 'GET /api/shipments/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a NUL in the address', 'GET /api/shipments/\0 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n', 400],
    ['a strange expectation', 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: banana\r\n\r\n', 417],
    [
      'somebody else’s address',
      'GET http://evil.example/api/shipments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      401,
    ],
    ['a star', 'GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404],
  ])('%s is refused', async (_what, bytes, status) => {
    expect((await raw(server, bytes)).statuses).toEqual([status]);
  });

  it.each(['CONNECT evil.example:443', 'GET /api/shipments'])('%s is no way through', async (line) => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\n';
    const { statuses, closed } = await raw(server, `${line} HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`, { ms: 3_000 });
    expect([statuses, closed]).toEqual([[], true]);
  });
});

it('is still the same server, at ease, and does its work', async () => {
  await expectSurvived(server, ask, before);
});
