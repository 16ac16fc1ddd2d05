import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Session } from '#contract/bridge/view.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Role } from '#contract/domain/roles.ts';
import { planWork } from './plan-work.ts';

const NOW = '2026-11-23T09:00:00.000Z';
const LIVE: ConnectionState = { kind: 'live', transport: 'websocket', latencyMs: null };
const OFFLINE: ConnectionState = { kind: 'offline', since: NOW };

const as = (role: Role | null, connection: ConnectionState = LIVE) => ({
  session:
    role === null
      ? null
      : ({ userId: 'u', name: 'U', role, warehouses: [], serverUrl: 'x', expiresAt: NOW } satisfies Session),
  connection,
  now: NOW,
  clockOffsetMs: 12,
  newId: () => 'new-id',
});

const code = (type: CommandName, args: Record<string, unknown>, at: ReturnType<typeof as>) => {
  const plan = planWork(type, args, null, at);
  return plan.ok ? 'ok' : plan.code;
};

describe('planWork', () => {
  it('plans work with what was looked at, when, and how wrong the clock is', () => {
    expect(
      planWork('recordArrival', { shipmentId: 's1', trailer: ' T9 ' }, { id: 's1', version: 3 }, as('receiver')),
    ).toEqual({
      ok: true,
      work: {
        type: 'recordArrival',
        args: { shipmentId: 's1', trailer: 'T9' },
        base: { id: 's1', version: 3 },
        occurredAt: NOW,
        clockOffsetMs: 12,
        shipmentId: 's1',
      },
    });
  });

  it('takes facts and provisional work offline, and refuses decisions there', () => {
    expect(code('recordArrival', { shipmentId: 's1' }, as('receiver', OFFLINE))).toBe('ok');
    expect(code('completeCount', { shipmentId: 's1' }, as('receiver', OFFLINE))).toBe('ok');
    const decision = planWork('closeShipment', { shipmentId: 's1' }, null, as('lead', OFFLINE));
    expect(decision).toMatchObject({
      ok: false,
      code: 'needs_the_server',
      message: expect.stringMatching(/Nothing was saved.*try again/s),
    });
    for (const connection of [
      { kind: 'connecting', attempt: 1, since: NOW },
      { kind: 'refused', code: 'token_expired' },
    ] as const) {
      expect(code('closeShipment', { shipmentId: 's1' }, as('lead', connection))).toBe('needs_the_server');
    }
    expect(
      code('closeShipment', { shipmentId: 's1' }, as('lead', { kind: 'polling', reason: 'socket_silent', since: NOW })),
    ).toBe('ok');
  });

  it('says who may, and what does not fit', () => {
    expect(planWork('closeShipment', { shipmentId: 's1' }, null, as('receiver'))).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('lead'),
    });
    expect(code('recordArrival', { shipmentId: 's1' }, as(null))).toBe('not_signed_in');
    expect(planWork('setCount', { shipmentId: 's1', lineId: 'l', counted: '-1' }, null, as('receiver'))).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('counted'),
    });
    expect(code('recordArrival', {}, as('receiver'))).toBe('invalid');
    const long = {
      shipmentId: 's1',
      warehouseId: 'W',
      lines: Array.from({ length: 5_000 }, () => ({ quantity: '1', description: 'x'.repeat(60) })),
    };
    expect(code('announceShipment', long, as('lead'))).toBe('too_large');
  });

  it('wants a lead’s PIN from a receiver who refuses a shipment', () => {
    const args = { shipmentId: 's1', reason: 'wet' };
    expect(code('refuseShipment', args, as('receiver'))).toBe('lead_approval_needed');
    expect(code('refuseShipment', { ...args, leadPin: '1234' }, as('receiver'))).toBe('ok');
    expect(code('refuseShipment', args, as('lead'))).toBe('ok');
  });

  it('gives an announcement an id of its own, so that it can be sent twice', () => {
    expect(planWork('announceShipment', { warehouseId: 'W' }, null, as('lead'))).toMatchObject({
      work: { shipmentId: 'new-id', args: { shipmentId: 'new-id' } },
    });
    expect(planWork('announceShipment', { warehouseId: 'W', shipmentId: 'mine' }, null, as('lead'))).toMatchObject({
      work: { shipmentId: 'mine' },
    });
  });
});
