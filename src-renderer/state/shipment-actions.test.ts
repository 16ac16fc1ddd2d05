import { describe, expect, it } from 'vitest';
import type { ShipmentView } from '#contract/bridge/view.ts';
import type { Role } from '#contract/domain/roles.ts';
import { awaited, detail, workItem } from '../testing/sample.ts';
import { closingForbidden, offeredActions, unseenBlock } from './shipment-actions.ts';

const received = (part: Partial<ShipmentView> = {}) => detail({ status: 'received', ...part });
const next = (part: Partial<ShipmentView>, who: Role = 'lead', online = true) =>
  offeredActions(received(part), who, { online, canSave: true }).next;

const REACH = { online: true, canSave: true };
const NO_PAPERS = { readiness: 'missing_required' } as const;
const STATIONS = { waitingFor: [awaited()] };
const HOLD = { activeHolds: 1 };

describe('closing as the next step', () => {
  it('asks first when only documents or stations are in the way', () => {
    expect(next({})).toEqual({ command: 'closeShipment', whyNot: null, asks: false });
    expect(next(NO_PAPERS)).toMatchObject({ whyNot: { code: 'documents_missing' }, asks: true });
    expect(next(STATIONS)).toMatchObject({ whyNot: { code: 'stations_awaited', count: 1 }, asks: true });
    expect(next({ ...NO_PAPERS, ...STATIONS })).toMatchObject({ whyNot: { code: 'documents_missing' }, asks: true });
  });

  it('cannot be asked with holds in force, without the server, or of anybody but a lead', () => {
    for (const part of [NO_PAPERS, STATIONS, { ...NO_PAPERS, ...STATIONS }]) {
      expect(next({ ...part, ...HOLD })).toMatchObject({ whyNot: { code: 'holds_in_force' }, asks: false });
      expect(next(part, 'lead', false)).toMatchObject({ asks: false });
      for (const who of ['receiver', 'inspector', 'admin'] as const)
        expect(next(part, who)).toMatchObject({ whyNot: { code: 'wrong_role' }, asks: false });
    }
  });

  it('is forbidden only by what no sentence settles', () => {
    const both = { ...NO_PAPERS, ...STATIONS };
    expect(closingForbidden(received(both), 'lead', true)).toBeNull();
    expect(closingForbidden(received(both), 'lead', false)).toEqual({ code: 'needs_the_server' });
    expect(closingForbidden(received({ ...both, ...HOLD }), 'lead', true)).toMatchObject({ code: 'holds_in_force' });
    expect(closingForbidden(detail({ status: 'closed' }), 'lead', true)).toMatchObject({ code: 'wrong_status' });
  });
});

describe('a refusal to close that nothing here explains', () => {
  const refused = workItem({ type: 'closeShipment', code: 'blocked' });

  it('is asked about', () => {
    expect(next({ pending: [refused] })).toEqual({ command: 'closeShipment', whyNot: null, asks: true });
    expect(next({ pending: [refused] }, 'receiver')).toMatchObject({ asks: false });
    expect(next({ pending: [refused] }, 'lead', false)).toMatchObject({ asks: false });
  });

  it('is none once it is handled, over something else, explained here, or behind the shipment', () => {
    const unseen = (part: Partial<ShipmentView>) => unseenBlock(received({ pending: [refused], ...part }));
    expect(unseen({})).toBe(refused);
    expect(unseen({ pending: [{ ...refused, state: 'handled' }] })).toBeNull();
    expect(unseen({ pending: [{ ...refused, code: 'version_conflict' }] })).toBeNull();
    expect(unseen({ pending: [{ ...refused, type: 'assignDoor' }] })).toBeNull();
    // The papers were waived, and the server waits for a station that is not known here.
    expect(unseen(NO_PAPERS)).toBe(refused);
    expect(unseen(STATIONS)).toBeNull();
    expect(unseen(HOLD)).toBeNull();
    expect(unseen({ status: 'closed' })).toBeNull();
  });
});

describe('a station that cannot save', () => {
  const offered = (part: Partial<ShipmentView>, who: Role = 'lead') =>
    offeredActions(detail(part), who, { online: true, canSave: false });

  it('offers no step, and asks for no sentence that could not be kept', () => {
    for (const part of [{}, NO_PAPERS, STATIONS])
      expect(offered({ status: 'received', ...part }).next).toMatchObject({
        whyNot: { code: 'cannot_save' },
        asks: false,
      });
    expect(offered({ status: 'received' }, 'receiver').next).toMatchObject({ whyNot: { code: 'wrong_role' } });
  });

  it('offers nothing in the sheet either', () => {
    const actions = offered({ status: 'unloading' }, 'receiver').groups.flatMap((group) => group.actions);
    expect(actions.filter(({ whyNot }) => whyNot === null)).toEqual([]);
    expect(actions.find(({ command }) => command === 'placeHold')?.whyNot).toEqual({ code: 'cannot_save' });
    expect(actions.find(({ command }) => command === 'refuseShipment')?.whyNot).toEqual({ code: 'cannot_save' });
  });
});

describe('the sheet', () => {
  it('never repeats the next step', () => {
    for (const part of [{}, NO_PAPERS, STATIONS, HOLD])
      for (const who of ['lead', 'receiver'] as const) {
        const { next: step, groups } = offeredActions(received(part), who, REACH);
        const listed = groups.flatMap(({ actions }) => actions.map(({ command }) => command));
        expect(listed).not.toContain(step?.command);
      }
  });
});
