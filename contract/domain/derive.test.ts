import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMAND_NAMES, commandRule } from './command-table.ts';
import { DOCUMENT_TYPES, deriveReadiness, requiredByDefault } from './documents.ts';
import { actionsFor, blockedBy, nextAction, whyNot } from './next-action.ts';
import { utilization } from './places.ts';
import { deriveOutcome, deriveQuality } from './quality.ts';
import { addQuantity, compareQuantity, normaliseQuantity, subtractQuantity } from './quantity.ts';
import { ACTOR_ROLES, ROLES } from './roles.ts';
import { SHIPMENT_STATUSES } from './status.ts';

const anyQuantity = fc
  .tuple(fc.bigInt({ min: 0n, max: 999_999_999n }), fc.integer({ min: 0, max: 999_999 }))
  .map(([whole, micro]) => `${whole}.${String(micro).padStart(6, '0')}`);

describe('quantities', () => {
  test('are exact where floats are not', () => {
    expect(addQuantity('0.1', '0.2')).toBe('0.3');
    expect(subtractQuantity('1.1', '1')).toBe('0.1');
    expect(normaliseQuantity('007.500')).toBe('7.5');
    expect(normaliseQuantity('0')).toBe('0');
  });

  test('adding then subtracting gives back the first', () => {
    fc.assert(
      fc.property(anyQuantity, anyQuantity, (a, b) => {
        expect(compareQuantity(subtractQuantity(addQuantity(a, b), b), a)).toBe(0);
      }),
    );
  });

  test('adding commutes, and comparing agrees with subtracting', () => {
    fc.assert(
      fc.property(anyQuantity, anyQuantity, (a, b) => {
        expect(addQuantity(a, b)).toBe(addQuantity(b, a));
        expect(compareQuantity(a, b)).toBe(-compareQuantity(b, a) || 0);
        if (compareQuantity(a, b) <= 0) expect(subtractQuantity(a, b)).toBe('0');
      }),
    );
  });
});

describe('quality', () => {
  const done = (outcome: 'passed' | 'partly_rejected' | 'rejected' | 'on_hold') => ({
    status: 'completed' as const,
    outcome,
  });
  const requested = { status: 'requested' as const, outcome: null };
  const claimed = { status: 'claimed' as const, outcome: null };

  test.each([
    ['nothing asked', [], 0, 0, 'not_required'],
    ['a request', [requested], 0, 0, 'awaiting'],
    ['one being looked at', [requested, claimed], 0, 0, 'in_progress'],
    ['passed', [done('passed')], 0, 0, 'passed'],
    ['one passed, one rejected', [done('passed'), done('rejected')], 0, 0, 'partly_rejected'],
    ['all rejected', [done('rejected')], 0, 1, 'rejected'],
    ['a rejection without an inspection', [], 0, 1, 'partly_rejected'],
    ['a voided request', [{ status: 'voided' as const, outcome: null }], 0, 0, 'not_required'],
    ['passed but on hold', [done('passed')], 1, 0, 'on_hold'],
    ['released after a hold', [done('on_hold')], 0, 0, 'passed'],
  ] as const)('%s', (_what, inspections, holds, rejections, quality) => {
    expect(deriveQuality(inspections, holds, rejections)).toBe(quality);
  });

  test('hold beats accept whatever the order', () => {
    const inspections = [done('passed'), done('rejected'), requested, claimed];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(inspections),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(3),
        (some, holds, rejections) => {
          expect(deriveQuality(some, holds, rejections)).toBe('on_hold');
        },
      ),
    );
  });

  test.each([
    [{ inspected: '10', accepted: '10', rejected: '0', held: '0' }, 'passed'],
    [{ inspected: '10', accepted: '7', rejected: '3', held: '0' }, 'partly_rejected'],
    [{ inspected: '10', accepted: '0', rejected: '10', held: '0' }, 'rejected'],
    [{ inspected: '10', accepted: '9.5', rejected: '0', held: '0.5' }, 'on_hold'],
  ] as const)('%j is %s', (split, outcome) => {
    expect(deriveOutcome(split)).toBe(outcome);
  });
});

describe('documents', () => {
  test.each([
    [[], 'missing_required'],
    [['bill_of_lading'], 'missing_optional'],
    [['bill_of_lading', 'packing_list'], 'complete'],
    [['packing_list', 'photo'], 'missing_required'],
  ] as const)('%j is %s', (present, readiness) => {
    expect(deriveReadiness(present, ['bill_of_lading'])).toBe(readiness);
  });

  test('a shipment asks for its own, and for nothing unless somebody said so', () => {
    expect(deriveReadiness(['bill_of_lading'], ['temperature_log'], [])).toBe('missing_required');
    expect(deriveReadiness(['temperature_log'], ['temperature_log'], [])).toBe('complete');
    expect(deriveReadiness([], [])).toBe('missing_optional');
  });

  test('a notice that names a bill of lading requires that paper', () => {
    expect(requiredByDefault(null)).toEqual([]);
    expect(requiredByDefault('BOL531177')).toEqual(['bill_of_lading']);
  });

  test('one more document never makes readiness worse', () => {
    const worth = { missing_required: 0, missing_optional: 1, complete: 2 };
    fc.assert(
      fc.property(fc.subarray([...DOCUMENT_TYPES]), fc.constantFrom(...DOCUMENT_TYPES), (have, more) => {
        const required = ['bill_of_lading'] as const;
        expect(worth[deriveReadiness([...have, more], required)]).toBeGreaterThanOrEqual(
          worth[deriveReadiness(have, required)],
        );
      }),
    );
  });
});

describe('what to do next', () => {
  const at = (status: (typeof SHIPMENT_STATUSES)[number], over = {}) => ({
    status,
    activeHolds: 0,
    readiness: 'complete' as const,
    ...over,
  });

  test.each([
    ['announced', 'receiver', 'recordArrival'],
    ['arrived', 'receiver', 'reportAtDoor'],
    ['arrived', 'lead', 'assignDoor'],
    ['at_door', 'receiver', 'startUnloading'],
    ['unloading', 'lead', 'startCounting'],
    ['counting', 'receiver', 'completeCount'],
    ['received', 'lead', 'closeShipment'],
  ] as const)('at %s a %s goes on with %s', (status, who, command) => {
    expect(nextAction(at(status), who, true)).toEqual({ command, whyNot: null });
  });

  test('nothing comes after an end', () => {
    for (const status of ['closed', 'refused', 'cancelled'] as const) {
      for (const who of ROLES) expect(nextAction(at(status), who, true)).toBeNull();
    }
  });

  test('somebody else’s next step is named with who may do it', () => {
    expect(nextAction(at('received'), 'receiver', true)).toEqual({
      command: 'closeShipment',
      whyNot: { code: 'wrong_role', who: ['lead'] },
    });
  });

  describe('closing', () => {
    const holds = { activeHolds: 2 };
    const documents = { readiness: 'missing_required' as const };
    const stations = { waitingFor: [{}, {}, {}] };
    const close = (over = {}, who: (typeof ROLES)[number] = 'lead', online = true) =>
      whyNot('closeShipment', at('received', over), who, online);

    test('is for the right person, then for holds, documents, stations and the server to wait for, in this order', () => {
      const all = { ...holds, ...documents, ...stations };
      expect(close(all, 'receiver', false)).toMatchObject({ code: 'wrong_role' });
      expect(whyNot('closeShipment', at('counting', all), 'lead', false)).toMatchObject({ code: 'wrong_status' });
      expect(close(all, 'lead', false)).toEqual({ code: 'holds_in_force', count: 2 });
      expect(close({ ...documents, ...stations }, 'lead', false)).toEqual({ code: 'documents_missing' });
      expect(close(stations, 'lead', false)).toEqual({ code: 'stations_awaited', count: 3 });
      expect(close({}, 'lead', false)).toEqual({ code: 'needs_the_server' });
      expect(close()).toBeNull();
    });

    test('waits for nobody where nobody is known to be awaited; no other step waits for stations', () => {
      expect(close({ waitingFor: [] })).toBeNull();
      const others = actionsFor(at('received', stations), 'lead', true).filter((a) => a.command !== 'closeShipment');
      expect(others).toEqual(
        actionsFor(at('received'), 'lead', true).filter(({ command }) => command !== 'closeShipment'),
      );
    });

    test('is blocked by the same, in the same order', () => {
      expect(blockedBy(at('received'))).toEqual([]);
      expect(blockedBy(at('received', holds))).toEqual(['hold']);
      expect(blockedBy(at('received', documents))).toEqual(['documents']);
      expect(blockedBy(at('received', stations))).toEqual(['stations']);
      expect(blockedBy(at('received', { ...stations, ...documents, ...holds }))).toEqual([
        'hold',
        'documents',
        'stations',
      ]);
    });

    test('only what is received is blocked by stations: before that their work is expected', () => {
      for (const status of SHIPMENT_STATUSES)
        expect(blockedBy(at(status, stations))).toEqual(status === 'received' ? ['stations'] : []);
    });
  });

  test('without the server facts go on and decisions wait', () => {
    expect(whyNot('assignDoor', at('arrived'), 'lead', false)).toEqual({ code: 'needs_the_server' });
    expect(whyNot('reportAtDoor', at('arrived'), 'receiver', false)).toBeNull();
    expect(whyNot('completeCount', at('counting'), 'receiver', false)).toBeNull();
  });

  test('whatever is allowed is allowed by the table', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SHIPMENT_STATUSES),
        fc.constantFrom(...ACTOR_ROLES),
        fc.boolean(),
        (status, who, online) => {
          for (const { command, whyNot: reason } of actionsFor(at(status), who, online)) {
            if (reason !== null) continue;
            expect(commandRule(command).who).toContain(who);
            expect(commandRule(command).from).toContain(status);
          }
        },
      ),
    );
  });

  test('every command that starts from a status is listed', () => {
    expect(actionsFor(at('arrived'), 'lead', true).map(({ command }) => command)).toEqual(
      COMMAND_NAMES.filter((name) => commandRule(name).from !== null),
    );
  });
});

describe('room', () => {
  test.each([
    [1000, 350, 65],
    [0, 0, 100],
    [3, 1, 67],
    [10, 10, 0],
  ])('%i positions, %i free: %i %% taken', (total, available, percent) => {
    expect(utilization(total, available)).toBe(percent);
  });
});
