import { describe, expect, it } from 'vitest';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '#contract/domain/status.ts';
import { sampleArgs } from './model-commands.ts';
import { CREW, ModelDock } from './model-dock.ts';

// Every command on every status, held against the page of the design word by word rather than against the table the rules
// themselves read: a slip in the table shows here.

const { rob, ivy, lea, ada, sam, edi } = CREW;

/**
 * One letter a status, in their order: announced, in_transit, arrived, at_door, unloading, counting, received, closed, refused,
 * cancelled. A applied (with the status it leads to) · = it already is so · s superseded: late, history keeps it ·
 * x conflict: nothing changed, somebody has to look.
 */
const EDGES: readonly (readonly [CommandName, string, ShipmentStatus | null, readonly Actor[]])[] = [
  //                         a i A d u c R C r X
  ['amendShipment', /*    */ 'AAAAAAAxxx', null, [sam, lea, edi]],
  ['recordDeparture', /*  */ 'A=ssssssss', 'in_transit', [sam, edi, lea]],
  ['recordArrival', /*    */ 'AA=ssssssx', 'arrived', [rob, lea]],
  ['assignDoor', /*       */ 'xxA=xxxxxx', 'at_door', [lea]],
  ['reportAtDoor', /*     */ 'xxA=sssssx', 'at_door', [rob]],
  ['startUnloading', /*   */ 'xxxA=ssssx', 'unloading', [rob, lea]],
  ['startCounting', /*    */ 'xxxxA=ssxx', 'counting', [rob, lea]],
  ['recordScan', /*       */ 'xxxxxAssxx', null, [rob, lea]],
  ['voidScan', /*         */ '     Ass  ', null, [rob, lea]],
  ['setCount', /*         */ 'xxxxxAssxx', null, [rob, lea]],
  ['completeCount', /*    */ 'xxxxxA=sxx', 'received', [rob, lea]],
  ['closeShipment', /*    */ 'xxxxxxA=xx', 'closed', [lea]],
  ['refuseShipment', /*   */ 'xxAAAxxx=x', 'refused', [lea]],
  ['cancelShipment', /*   */ 'AAxxxxxxx=', 'cancelled', [lea, sam, edi]],
  ['reopenCount', /*      */ 'xxxxx=Axxx', 'counting', [lea]],
  ['reopenShipment', /*   */ 'xxxxxx=Axx', 'received', [ada]],
  ['placeHold', /*        */ 'AAAAAAAxxx', null, [ivy, lea, rob]],
  ['releaseHold', /*      */ 'AAAAAAA xx', null, [ivy, lea]],
  ['reportDiscrepancy', /**/ 'AAAAAAAsss', null, [rob, ivy, lea]],
  ['addPhoto', /*         */ 'AAAAAAAsss', null, [rob, ivy, lea]],
  ['addNote', /*          */ 'AAAAAAAsss', null, [rob, ivy, lea]],
  ['attachDocument', /*   */ 'AAAAAAAsss', null, [rob, ivy, lea, ada, sam]],
  ['requestInspection', /**/ 'AAAAAAAxxx', null, [lea, ivy]],
  ['claimInspection', /*  */ 'AAAAAAAxxx', null, [lea, ivy]],
  ['recordInspectionResult', 'AAAAAAAsss', null, [ivy]],
  ['completeInspection', /**/ 'AAAAAAAsxx', null, [ivy]],
  ['reportRejection', /*  */ 'AAAAAAAsss', null, [ivy, lea]],
];

const LETTERS = { A: 'applied', '=': 'noop', s: 'superseded', x: 'conflict' } as const;

/** What a command is about, made while that was still possible. */
const prepare = (dock: ModelDock, name: CommandName): void => {
  const args = sampleArgs('x');
  if (name === 'voidScan') dock.do('recordScan', args.recordScan, rob);
  if (name === 'releaseHold') dock.do('placeHold', args.placeHold, lea);
  if (['claimInspection', 'recordInspectionResult', 'completeInspection'].includes(name))
    dock.do('requestInspection', args.requestInspection, lea);
  // Completed is only what was taken and looked at.
  if (name === 'completeInspection') dock.do('recordInspectionResult', args.recordInspectionResult, ivy);
};

const dockWith = (status: ShipmentStatus, name: CommandName): ModelDock => {
  const dock = new ModelDock();
  const counted = name === 'voidScan';
  dock.bring('S', counted ? 'counting' : 'announced');
  prepare(dock, name);
  if (status === 'in_transit') dock.do('recordDeparture', { shipmentId: 'S' }, lea);
  if (status === 'cancelled') dock.do('cancelShipment', { shipmentId: 'S' }, lea);
  if (status === 'refused') {
    dock.bringOn('S', 'unloading');
    dock.do('refuseShipment', { shipmentId: 'S', reason: 'no' }, lea);
  }
  if (status === 'at_door') {
    dock.bringOn('S', 'arrived');
    dock.do('reportAtDoor', { shipmentId: 'S', doorId: 'D1' }, rob);
  }
  dock.bringOn('S', status);
  expect(dock.shipment('S').status).toBe(status);
  return dock;
};

const cells = EDGES.flatMap(([name, letters, to, who]) =>
  [...letters].flatMap((letter, index) => {
    const status = SHIPMENT_STATUSES[index];
    return letter === ' ' || status === undefined ? [] : [{ name, status, to, who, letter }];
  }),
);

describe('every command on every status', () => {
  it('is in the table of this test', () => {
    const others = ['announceShipment', 'recordUnplannedArrival', 'setCapacity'];
    const defining = ['defineWarehouse', 'defineDoor', 'defineSupplier'];
    expect([...EDGES.map(([name]) => name), ...others, ...defining].sort()).toEqual(Object.keys(sampleArgs(1)).sort());
  });

  it.each(cells)('$name when $status: $letter', ({ name, status, to, who, letter }) => {
    for (const actor of who) {
      const dock = dockWith(status, name);
      const before = dock.shipment('S');
      const decision = dock.do(name, sampleArgs('x')[name], actor);
      expect([actor.role, decision.verdict]).toEqual([actor.role, LETTERS[letter as keyof typeof LETTERS]]);
      if (letter === 'A') {
        expect(dock.shipment('S').status).toBe(to ?? status);
        expect(dock.history.at(-1)).toMatchObject({
          command: name,
          outcome: 'applied',
          fromStatus: to === null ? null : status,
          toStatus: to,
        });
        continue;
      }
      expect(decision.writes).toEqual([]);
      expect(dock.shipment('S')).toEqual(before);
      expect(decision.code).toBe(letter === 'x' ? 'illegal_step' : undefined);
      if (letter === 's') expect(dock.history.at(-1)).toMatchObject({ command: name, outcome: 'superseded' });
      else expect(decision.history).toBeNull();
    }
  });

  it.each(cells)('$name when $status by nobody else', ({ name, status, who }) => {
    const others = Object.values(CREW).filter((person) => !who.some(({ role }) => role === person.role));
    for (const actor of others) {
      const dock = dockWith(status, name);
      const { verdict, code, writes, history } = dock.do(name, sampleArgs('x')[name], actor);
      // A receiver may refuse too, with a lead's PIN.
      const expected = name === 'refuseShipment' && actor.role === 'receiver' ? 'lead_approval_needed' : 'forbidden';
      expect([verdict, code, writes, history]).toEqual(['rejected', expected, [], null]);
    }
  });
});
