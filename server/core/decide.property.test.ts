import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, type CommandName, commandRule, commandsTo } from '#contract/domain/command-table.ts';
import { ENTITIES, ENTITY_NAMES, SHIPMENT_PARTS } from '#contract/domain/entities.ts';
import { compareQuantity } from '#contract/domain/quantity.ts';
import type { Write } from './decision.ts';
import { deriveWhole } from './derive.ts';
import { sampleArgs } from './model-commands.ts';
import { CREW, ModelDock } from './model-dock.ts';
import { groupOf, type Scope } from './scope.ts';
import type { RawChange } from './storage.ts';
import { isVisible, project } from './visibility.ts';

const PEOPLE = Object.values(CREW);
const SCOPES: readonly (Scope['warehouses'] | 'own')[] = [null, ['W1'], ['W2'], [], 'own'];

type Step = {
  name: CommandName;
  who: number;
  n: number;
  scope: number;
  twice: boolean;
  late: 'keep' | 'refuse';
  tick: number;
};

/** Steps along the path are drawn more often, or most runs would never get to the dock. */
const ONWARD: readonly CommandName[] = [
  'recordArrival',
  'reportAtDoor',
  'startUnloading',
  'startCounting',
  'recordScan',
];

const step: fc.Arbitrary<Step> = fc.record({
  name: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...COMMAND_NAMES) },
    { weight: 1, arbitrary: fc.constantFrom(...ONWARD) },
  ),
  who: fc.nat(20),
  n: fc.nat(3),
  scope: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(SCOPES.length - 1) }),
  twice: fc.boolean(),
  late: fc.constantFrom('keep' as const, 'refuse' as const),
  tick: fc.nat(1000),
});

const take = (dock: ModelDock, { name, who, n, scope, late, tick }: Step) => {
  dock.now += tick;
  const allowed = PEOPLE.filter((person) => commandRule(name).who.some((role) => role === person.role));
  const actor = (who < 16 ? allowed[who % allowed.length] : PEOPLE[who % PEOPLE.length]) ?? CREW.lea;
  const warehouses = SCOPES[scope];
  const limited: Scope | null =
    actor.role === 'intake'
      ? null
      : actor.role === 'supplier'
        ? { role: 'supplier', warehouses: null, supplierId: warehouses === null ? 'ACME' : 'ZEN' }
        : {
            role: actor.role,
            warehouses: warehouses === 'own' || warehouses === undefined ? ['W1', 'W2'] : warehouses,
            supplierId: null,
          };
  return dock.do(name, sampleArgs(n)[name], actor, { scope: limited, late });
};

const walk = (
  steps: readonly Step[],
  look: (dock: ModelDock, each: Step, decision: ReturnType<typeof take>) => void,
) => {
  const dock = new ModelDock();
  dock.bring('S', 'announced', {
    lines: [
      { id: 'S-1', quantity: '10' },
      { id: 'S-2', quantity: '5' },
    ],
  });
  dock.bring('T', 'arrived', { warehouseId: 'W2', supplierId: 'ZEN' });
  for (const each of steps) look(dock, each, take(dock, each));
  return dock;
};

const GROUPS = [
  groupOf({ role: 'receiver', warehouses: ['W1'], supplierId: null }),
  groupOf({ role: 'lead', warehouses: ['W2'], supplierId: null }),
  groupOf({ role: 'lead', warehouses: null, supplierId: null }),
  groupOf({ role: 'supplier', warehouses: null, supplierId: 'ACME' }),
  groupOf({ role: 'supplier', warehouses: null, supplierId: 'ZEN' }),
];

const asChange = ({ before: _, ...write }: Write): RawChange => ({
  ...write,
  seq: 1,
  command: 'addNote',
  actor: CREW.lea,
  origin: null,
  occurredAt: '2026-11-23T08:00:00.000Z',
  recordedAt: '2026-11-23T08:00:00.000Z',
});

const steps = fc.array(step, { minLength: 1, maxLength: 60 });

describe('any sequence of commands by anybody', () => {
  it('leaves only legal steps in history, each from where the one before led', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const dock = walk(all, () => {});
        const at = new Map<string | null, string | null>();
        for (const { shipmentId, outcome, fromStatus, toStatus, command } of dock.history) {
          if (outcome !== 'applied' || toStatus === null) continue;
          expect(fromStatus).toBe(at.get(shipmentId) ?? null);
          if (fromStatus === null) expect(commandRule(command)).toMatchObject({ from: null, to: toStatus });
          else expect(commandsTo(fromStatus, toStatus)).toContain(command);
          at.set(shipmentId, toStatus);
        }
        for (const { id, status } of dock.state.all('shipment')) expect(status).toBe(at.get(id));
      }),
      { numRuns: 150 },
    );
  });

  it('never loses a hold, never closes over one, and derives every chip from what is there', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const holds = new Set<string>();
        walk(all, (dock, { name }, { verdict }) => {
          for (const hold of dock.state.all('hold')) holds.add(hold.id);
          for (const id of holds) expect(dock.state.row('hold', id)).not.toBeNull();
          for (const shipment of dock.state.all('shipment')) {
            const parts = <N extends Parameters<typeof dock.state.parts>[0]>(entity: N) =>
              dock.state.parts(entity, shipment.id);
            const whole = deriveWhole(shipment, {
              lines: parts('line'),
              documents: parts('document'),
              inspections: parts('inspection'),
              rejections: parts('rejection'),
              holds: parts('hold'),
              discrepancies: parts('discrepancy'),
            });
            expect(shipment).toMatchObject(whole);
            if (whole.activeHolds > 0) expect(shipment.quality).toBe('on_hold');
          }
          if (name === 'closeShipment' && verdict === 'applied') expect(dock.shipment('S').activeHolds).toBe(0);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('never counts below zero, and says noop to the same again', () => {
    fc.assert(
      fc.property(steps, (all) => {
        walk(all, (dock, each, { verdict }) => {
          for (const line of dock.state.all('line')) {
            if (line.counted !== null) expect(compareQuantity(line.counted, '0')).toBeGreaterThanOrEqual(0);
          }
          const idempotent = !['recordUnplannedArrival', 'announceShipment'].includes(each.name) || each.n > 0;
          if (!each.twice || verdict !== 'applied' || !idempotent) return;
          const rows = JSON.stringify(ENTITY_NAMES.map((entity) => dock.state.all(entity)));
          expect(take(dock, { ...each, tick: 0 }).verdict).toBe('noop');
          expect(JSON.stringify(ENTITY_NAMES.map((entity) => dock.state.all(entity)))).toBe(rows);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('writes only rows of the contract, with a version that never goes back, and nothing when refused', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let version = 0;
        walk(all, (dock, _each, { verdict, writes, shipment }) => {
          if (verdict !== 'applied') expect(writes).toEqual([]);
          for (const { entity, row } of writes)
            if (row !== null) expect(ENTITIES[entity].safeParse(row).error).toBeUndefined();
          expect(dock.shipment('S').version).toBeGreaterThanOrEqual(version);
          version = dock.shipment('S').version;
          if (shipment !== null) expect(shipment).toEqual(dock.shipment(shipment.id));
        });
      }),
      { numRuns: 150 },
    );
  });

  it('shows nobody a row of another warehouse or another supplier', () => {
    fc.assert(
      fc.property(steps, (all) => {
        walk(all, (dock, _each, { writes }) => {
          for (const group of GROUPS) {
            for (const write of writes) {
              if (project(group, asChange(write))?.row == null) continue;
              const shipment = write.shipmentId === null ? null : dock.shipment(write.shipmentId);
              if (group.warehouses !== null && shipment !== null)
                expect(group.warehouses).toContain(shipment.warehouseId);
              if (group.supplierId === null) continue;
              if (shipment !== null) expect(shipment.supplierId).toBe(group.supplierId);
              else expect(['warehouse', 'supplier']).toContain(write.entity);
            }
          }
        });
      }),
      { numRuns: 100 },
    );
  });

  it('leaves everybody with all rows that are theirs to see, and no others, wherever shipments were sent', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const dock = walk(all, () => {});
        for (const group of GROUPS) {
          const held = new Set<string>();
          for (const write of dock.written) {
            const op = project(group, asChange(write))?.op;
            if (op === 'put') held.add(`${write.entity} ${write.id}`);
            else if (op !== undefined) held.delete(`${write.entity} ${write.id}`);
          }
          const theirs = SHIPMENT_PARTS.flatMap((entity) =>
            dock.state
              .all(entity)
              .filter(({ shipmentId }) => {
                const { warehouseId, supplierId } = dock.shipment(shipmentId);
                return isVisible(group, { entity, warehouseId, supplierId });
              })
              .map(({ id }) => `${entity} ${id}`),
          );
          const parts = [...held].filter((key) => SHIPMENT_PARTS.some((entity) => key.startsWith(`${entity} `)));
          expect(parts.sort()).toEqual(theirs.sort());
        }
      }),
      { numRuns: 100 },
    );
  });
});
