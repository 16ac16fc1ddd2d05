import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { callerAddress } from './caller-address.ts';

const from = (remoteAddress: string | undefined, forwarded?: string): string | null =>
  callerAddress({
    socket: { remoteAddress } as IncomingMessage['socket'],
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });

describe('the address that a request counts for', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['127.0.0.1', null],
    ['::1', null],
    [undefined, ''],
  ])('of %s is %s', (peer, address) => {
    expect(from(peer)).toBe(address);
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
    'behind a proxy at %s is what the proxy saw',
    (proxy) => {
      expect(from(proxy, '203.0.113.9')).toBe('203.0.113.9');
      expect(from(proxy, '10.1.1.1, 198.51.100.7 ,203.0.113.9')).toBe('203.0.113.9');
      expect(from(proxy, '2001:db8:1:2::77')).toBe('2001:db8:1:2');
    },
  );

  it.each([
    ['203.0.113.9:51234', '203.0.113.9'],
    ['[2001:db8:1:2::77]:443', '2001:db8:1:2'],
    ['[2001:db8:1:2::77]', '2001:db8:1:2'],
    ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
  ])('is the same whatever port the proxy saw it at: %s', (forwarded, address) => {
    expect(from('127.0.0.1', forwarded)).toBe(address);
  });

  it('is not what a stranger says it is', () => {
    expect(from('203.0.113.9', '198.51.100.7')).toBe('203.0.113.9');
    expect(from('10.0.0.5', '198.51.100.7')).toBe('10.0.0.5');
  });

  it.each(['', ' , ', 'unknown', 'x'.repeat(100_000), '::::', '1::2::3'])(
    'survives %.20s from a proxy',
    (forwarded) => {
      expect(from('127.0.0.1', forwarded)?.length ?? 0).toBeLessThan(60);
    },
  );
});
