import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

const THIS_MACHINE = new BlockList();
THIS_MACHINE.addSubnet('127.0.0.0', 8);
THIS_MACHINE.addAddress('::1', 'ipv6');

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Some proxies, IIS among them, say the port too: with it every connection would be somebody else. */
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/;
/** Characters of the longest address there is, with brackets and a port. */
const LONGEST = 53;

const withoutPort = (told: string): string => {
  const [, ipv6, ipv4] = WITH_PORT.exec(told) ?? [];
  return ipv6 ?? ipv4 ?? told;
};

/** The first four of the eight groups of an IPv6 address: who has one address has all that begin with these. */
const firstGroups = (address: string): string => {
  const [head = '', tail = ''] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const left = 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: Math.max(0, left) }, () => '0'), ...tail];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
};

const network = (address: string): string => {
  const bare = address.replace(/%.*$/, '');
  const ipv4 = IPV4_IN_IPV6.exec(bare)?.[1];
  if (ipv4 !== undefined) return ipv4;
  return isIPv6(bare) ? firstGroups(bare) : bare;
};

/**
 * The address a request counts for; of IPv6 the /64. What comes from this machine comes from the operator's own proxy, whose word
 * on whom it speaks for is taken: the last in its list, which it saw itself. Anybody else could write there what they like. Null for
 * what comes from this machine and speaks for nobody: a proxy that says nothing stands for everybody, and may not lock them all out.
 */
export const callerAddress = ({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string | null => {
  const { remoteAddress: peer = '' } = socket;
  if (!THIS_MACHINE.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4')) return network(peer);
  const told = String(headers['x-forwarded-for'] ?? '').split(',');
  const last = told.at(-1)?.trim().slice(0, LONGEST) ?? '';
  return last === '' ? null : network(withoutPort(last));
};
