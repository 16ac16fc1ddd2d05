import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { COMMAND_ARGS } from '../domain/command-args.ts';
import { COMMAND_TABLE } from '../domain/command-table.ts';
import { ENTITIES } from '../domain/entities.ts';
import { DOWN } from './down.ts';
import { PROBLEMS, problemDocument } from './errors.ts';
import * as http from './http.ts';
import * as sync from './sync.ts';
import { tokenClaims } from './token.ts';
import { UP } from './up.ts';
import { OLDEST_SERVED_VERSION, PROTOCOL_VERSION } from './version.ts';

/**
 * Everything that crosses the network, as JSON Schema of what is read and what is written. When this hash changes, the
 * wire has changed: add a line to the history in `version.ts`, raise PROTOCOL_VERSION, keep serving the number before,
 * and put the new pair here. A number that no release has carried yet may still grow.
 */
const PINNED = { version: 2, fingerprint: '1bc7e698d67a5542' };

const describe = (schema: unknown, io: 'input' | 'output'): unknown => {
  if (schema instanceof z.ZodType) return z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  if (typeof schema === 'function') return 'function';
  if (Array.isArray(schema)) return schema.map((part) => describe(part, io));
  if (schema !== null && typeof schema === 'object') {
    return Object.fromEntries(
      Object.entries(schema)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => [key, describe(value, io)]),
    );
  }
  return schema;
};

const fingerprintOf = (wire: Record<string, unknown>): string =>
  createHash('sha256')
    .update(JSON.stringify([describe(wire, 'input'), describe(wire, 'output')]))
    .digest('hex')
    .slice(0, 16);

const codes = Object.fromEntries(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]));
const wire = {
  UP,
  DOWN,
  http: { ...http },
  sync: { ...sync },
  ENTITIES,
  COMMAND_ARGS,
  COMMAND_TABLE,
  codes,
  problemDocument,
  tokenClaims,
};

test('the wire is pinned to its version number', () => {
  expect(
    { version: PROTOCOL_VERSION, fingerprint: fingerprintOf(wire) },
    'The wire changed. Add a line to the history in contract/wire/version.ts, raise PROTOCOL_VERSION, keep the number before served, then pin the new pair in fingerprint.test.ts.',
  ).toEqual(PINNED);
});

test('the oldest served version is this one or the one before', () => {
  expect(OLDEST_SERVED_VERSION).toBeGreaterThanOrEqual(PROTOCOL_VERSION - 1);
  expect(OLDEST_SERVED_VERSION).toBeLessThanOrEqual(PROTOCOL_VERSION);
});

test.each([
  ['a renamed event', { ...wire, UP: { ...UP, 'join:ship': UP['join:shipment'] } }],
  ['a new field', { ...wire, sync: { ...sync, frame: sync.frame.extend({ extra: z.string() }) } }],
  ['a field made optional', { ...wire, sync: { ...sync, frame: sync.frame.partial({ head: true }) } }],
  ['another status for a code', { ...wire, codes: { ...codes, not_found: 410 } }],
  [
    'another role for a command',
    { ...wire, COMMAND_TABLE: { ...COMMAND_TABLE, assignDoor: { ...COMMAND_TABLE.assignDoor, who: ['receiver'] } } },
  ],
])('the fingerprint notices %s', (_what, changed) => {
  expect(fingerprintOf(changed)).not.toBe(fingerprintOf(wire));
});
