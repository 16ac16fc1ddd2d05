import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMAND_ARGS } from './command-args.ts';
import {
  COMMAND_NAMES,
  COMMAND_TABLE,
  commandForStatus,
  commandRule,
  commandsTo,
  needsLeadApproval,
} from './command-table.ts';
import { ACTOR_ROLES } from './roles.ts';
import { isOpen, isPast, OPEN_STATUSES, SHIPMENT_STATUSES } from './status.ts';

const anyStatus = fc.constantFrom(...SHIPMENT_STATUSES);
const anyRole = fc.constantFrom(...ACTOR_ROLES);

describe('the table', () => {
  test('has arguments for every command and no others', () => {
    expect(Object.keys(COMMAND_ARGS).sort()).toEqual([...COMMAND_NAMES].sort());
  });

  test.each([
    ['recordArrival', 'fact', ['announced', 'in_transit'], 'arrived', ['receiver', 'lead']],
    ['assignDoor', 'decision', ['arrived'], 'at_door', ['lead']],
    ['reportAtDoor', 'fact', ['arrived'], 'at_door', ['receiver']],
    ['startUnloading', 'fact', ['at_door'], 'unloading', ['receiver', 'lead']],
    ['startCounting', 'fact', ['unloading'], 'counting', ['receiver', 'lead']],
    ['completeCount', 'provisional', ['counting'], 'received', ['receiver', 'lead']],
    ['closeShipment', 'decision', ['received'], 'closed', ['lead']],
    ['reopenShipment', 'decision', ['closed'], 'received', ['admin']],
    ['reopenCount', 'decision', ['received'], 'counting', ['lead']],
    ['cancelShipment', 'decision', ['announced', 'in_transit'], 'cancelled', ['lead', 'supplier', 'intake']],
  ] as const)('%s is a %s from %j to %s', (name, kind, from, to, who) => {
    expect(COMMAND_TABLE[name]).toMatchObject({ kind, from: [...from], to, who: [...who] });
  });

  test('releasing is a decision, placing a hold a fact: the safe direction is never contended', () => {
    expect(commandRule('placeHold').kind).toBe('fact');
    expect(commandRule('releaseHold').kind).toBe('decision');
  });

  test('nothing starts from a refused or cancelled shipment', () => {
    for (const name of COMMAND_NAMES) {
      expect(commandRule(name).from ?? [], name).not.toContain('refused');
      expect(commandRule(name).from ?? [], name).not.toContain('cancelled');
    }
  });

  test('only reopening leads out of closed', () => {
    expect(COMMAND_NAMES.filter((name) => commandRule(name).from?.includes('closed'))).toEqual(['reopenShipment']);
  });

  test('every status but the first can be reached, and every open one but received is left by a fact or provisional step', () => {
    const reached = new Set(COMMAND_NAMES.map((name) => commandRule(name).to));
    for (const status of SHIPMENT_STATUSES) expect(reached, status).toContain(status);
    for (const status of OPEN_STATUSES.filter((one) => one !== 'received')) {
      const leaving = COMMAND_NAMES.filter((name) => {
        const { from, to, kind } = commandRule(name);
        return to !== null && from?.includes(status) === true && kind !== 'decision';
      });
      expect(leaving, status).not.toHaveLength(0);
    }
  });

  test('a receiver refuses only with a lead', () => {
    expect(needsLeadApproval('refuseShipment', 'receiver')).toBe(true);
    expect(needsLeadApproval('refuseShipment', 'lead')).toBe(false);
    expect(needsLeadApproval('recordArrival', 'receiver')).toBe(false);
  });
});

describe('a wanted status maps to its command', () => {
  test.each([
    ['arrived', 'at_door', 'lead', 'assignDoor'],
    ['arrived', 'at_door', 'receiver', 'reportAtDoor'],
    ['received', 'counting', 'lead', 'reopenCount'],
    ['unloading', 'counting', 'lead', 'startCounting'],
    ['closed', 'received', 'admin', 'reopenShipment'],
    ['announced', 'in_transit', 'supplier', 'recordDeparture'],
    ['unloading', 'refused', 'lead', 'refuseShipment'],
    ['announced', 'closed', 'lead', null],
    ['closed', 'unloading', 'lead', null],
  ] as const)('%s → %s by %s is %s', (from, to, who, command) => {
    expect(commandForStatus(from, to, who)).toBe(command);
  });

  test('a role without the right still gets a command, so that the answer is forbidden and not illegal', () => {
    expect(commandForStatus('received', 'closed', 'receiver')).toBe('closeShipment');
  });

  test('what it returns always leads from here to there', () => {
    fc.assert(
      fc.property(anyStatus, anyStatus, anyRole, (from, to, who) => {
        const name = commandForStatus(from, to, who);
        if (name === null) {
          expect(commandsTo(from, to)).toEqual([]);
          return;
        }
        expect(commandRule(name).from).toContain(from);
        expect(commandRule(name).to).toBe(to);
      }),
    );
  });
});

describe('the path', () => {
  test('ends are not open', () => {
    expect(SHIPMENT_STATUSES.filter((status) => !isOpen(status))).toEqual(['closed', 'refused', 'cancelled']);
  });

  test('being past is a strict order along the path, and never holds for refused or cancelled', () => {
    fc.assert(
      fc.property(anyStatus, anyStatus, anyStatus, (a, b, c) => {
        expect(isPast(a, a)).toBe(false);
        if (isPast(a, b)) expect(isPast(b, a)).toBe(false);
        if (isPast(a, b) && isPast(b, c)) expect(isPast(a, c)).toBe(true);
        if (a === 'refused' || a === 'cancelled') expect(isPast(a, b)).toBe(false);
      }),
    );
  });

  test('a received shipment is past its arrival, not past its closing', () => {
    expect(isPast('received', 'arrived')).toBe(true);
    expect(isPast('received', 'closed')).toBe(false);
  });
});
