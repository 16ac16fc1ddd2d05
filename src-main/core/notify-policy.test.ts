import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '#contract/domain/roles.ts';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '#contract/domain/status.ts';
import type { Change } from '#contract/wire/sync.ts';
import { shipmentRow } from './fake-server.ts';
import type { Before } from './news-of.ts';
import { digestOf, inboxItems, isQuiet, type Known } from './notify-policy.ts';

const AT = '2026-11-23T09:00:00.000Z';
const LENA = { id: 'lena', name: 'Lena', role: 'lead' } as const;
const BEFORE = shipmentRow('s1', { number: 'SHP-1', poNumber: '4711', supplierName: 'Acme' });

const change = (more: Partial<Change>): Change => ({
  seq: 1,
  entity: 'shipment',
  id: 's1',
  op: 'put',
  row: BEFORE,
  shipmentId: 's1',
  command: 'amendShipment',
  actor: LENA,
  origin: null,
  occurredAt: AT,
  recordedAt: AT,
  ...more,
});

const known = (row: Before, seesMoves = false): Known => ({ row: () => row, shipment: () => BEFORE, seesMoves });
const reader = (role: Role) => ({ userId: 'me', role, isOwn: ({ origin }: Change) => origin === 'mine' });
const topics = (role: Role, changes: Change[], before: Record<string, unknown> | null = null) =>
  inboxItems(changes, reader(role), known(before));

const moved = (status: ShipmentStatus): Change => change({ row: { ...BEFORE, status, reason: 'why' } });

describe('status changes', () => {
  const heard = (role: Role): ShipmentStatus[] =>
    SHIPMENT_STATUSES.filter((status) => topics(role, [moved(status)], { ...BEFORE, status: 'other' }).length > 0);

  it('reach inspectors every one, others those that concern them', () => {
    expect(heard('inspector')).toEqual(SHIPMENT_STATUSES.filter((status) => status !== 'announced'));
    expect(heard('receiver')).toEqual(['announced', 'arrived', 'at_door', 'refused', 'cancelled']);
    expect(heard('lead')).toEqual(['arrived', 'received', 'refused', 'cancelled']);
    expect(heard('admin')).toEqual(['refused', 'cancelled']);
    expect(heard('supplier')).toEqual(['arrived', 'received', 'closed', 'refused']);
  });

  it('say what happened, to what, and by whom', () => {
    const [item] = topics('inspector', [change({ seq: 7, row: { ...BEFORE, status: 'arrived' } })], BEFORE);
    expect(item).toEqual({
      seq: 7,
      kind: 'status',
      shipmentId: 's1',
      title: 'SHP-1 has arrived',
      body: 'PO 4711 · Acme · by Lena',
      at: AT,
      seen: false,
      inspectionId: null,
      takenBy: null,
    });
    const [refused] = topics('lead', [moved('refused')], BEFORE);
    expect(refused?.body).toBe('PO 4711 · Acme · why · by Lena');
  });

  it('are none when the status stayed, when the row just came into view, or when it left', () => {
    expect(topics('inspector', [change({ row: { ...BEFORE, trailer: 'T9' } })], BEFORE)).toEqual([]);
    expect(topics('inspector', [change({ row: { ...BEFORE, status: 'arrived' } })], null)).toEqual([]);
    expect(topics('inspector', [change({ op: 'evict', row: null })], BEFORE)).toEqual([]);
  });

  it('count a new shipment as news only when it was announced or came unplanned', () => {
    const announced = topics('receiver', [change({ command: 'announceShipment' })]);
    expect(announced).toMatchObject([{ kind: 'announced', title: 'SHP-1 is announced' }]);
    expect(announced.every(isQuiet)).toBe(true);
    const unplanned = change({ command: 'recordUnplannedArrival', row: { ...BEFORE, status: 'arrived' } });
    expect(topics('inspector', [unplanned])).toMatchObject([{ kind: 'status', title: 'SHP-1 has arrived' }]);
  });

  it('compare with what came before in the same frame', () => {
    const steps = [moved('arrived'), { ...moved('arrived'), seq: 2 }, { ...moved('at_door'), seq: 3 }];
    expect(topics('inspector', steps, BEFORE).map(({ seq }) => seq)).toEqual([1, 3]);
  });
});

describe('records', () => {
  const part = (entity: Change['entity'], row: Record<string, unknown>): Change =>
    change({ command: 'addNote', entity, id: 'x', row: { id: 'x', ...row } });

  it('tell of inspections asked for and finished', () => {
    const requested = part('inspection', { status: 'requested', outcome: null });
    const done = part('inspection', { status: 'completed', outcome: 'partly_rejected' });
    expect(topics('inspector', [requested]).map(({ title }) => title)).toEqual(['SHP-1 needs an inspection']);
    expect(topics('receiver', [requested])).toEqual([]);
    expect(topics('receiver', [done], { status: 'in_progress' }).map(({ title }) => title)).toEqual([
      'SHP-1 was inspected: partly rejected',
    ]);
    expect(topics('inspector', [part('inspection', { status: 'claimed' })], { status: 'requested' })).toEqual([]);
  });

  it('tell of rejections, holds, problems and documents once, when they are new', () => {
    const rejection = part('rejection', { reasonCode: 'seal_broken' });
    expect(topics('receiver', [rejection])).toMatchObject([
      { kind: 'rejection', title: 'SHP-1 has goods rejected: seal broken' },
    ]);
    expect(topics('receiver', [rejection], { id: 'x' })).toEqual([]);
    const hold = { reason: 'wet', releasedAt: null };
    expect(topics('lead', [part('hold', hold)])).toMatchObject([
      { kind: 'hold', title: 'SHP-1 is on hold', body: expect.stringContaining('wet') },
    ]);
    expect(topics('receiver', [part('hold', { ...hold, releasedAt: AT })], hold)).toMatchObject([
      { title: 'SHP-1 is off hold' },
    ]);
    expect(topics('lead', [part('discrepancy', { kind: 'door_clash' })])).toMatchObject([
      { title: 'SHP-1 has a problem: door clash' },
    ]);
    const document = topics('lead', [part('document', { documentType: 'packing_list', fileName: 'p.pdf' })]);
    expect(document).toMatchObject([{ kind: 'document', body: expect.stringContaining('p.pdf') }]);
    expect(document.every(isQuiet)).toBe(true);
    expect(topics('lead', [part('note', { text: 'x' }), part('line', {})])).toEqual([]);
  });
});

it('tells of what came along with a shipment that was sent here only what somebody has to do about it', () => {
  const cameAlong = (entity: Change['entity'], row: Record<string, unknown>): Change =>
    change({ entity, id: entity, row: { shipmentId: 's1', ...row } });
  const all = [
    change({}),
    cameAlong('hold', { reason: 'recalled', releasedAt: null }),
    cameAlong('inspection', { status: 'requested', outcome: null }),
    cameAlong('inspection', { status: 'completed', outcome: 'passed' }),
    cameAlong('rejection', { reasonCode: 'wet' }),
    cameAlong('discrepancy', { kind: 'short' }),
    cameAlong('document', { documentType: 'packing_list', fileName: 'p.pdf' }),
  ];
  const titles = (role: Role): string[] => all.flatMap((each) => topics(role, [each])).map(({ title }) => title);
  expect(titles('lead')).toEqual(['SHP-1 is on hold']);
  expect(titles('inspector')).toEqual(['SHP-1 is on hold', 'SHP-1 needs an inspection']);
  // Who saw it before hears nothing.
  for (const role of ROLES) expect(all.flatMap((each) => topics(role, [each], each.row))).toEqual([]);
});

it('never tells anybody of their own doing, by person or by station', () => {
  const step = change({ row: { ...BEFORE, status: 'arrived' } });
  for (const role of ROLES) {
    expect(topics(role, [{ ...step, actor: { ...LENA, id: 'me' } }], BEFORE)).toEqual([]);
    expect(topics(role, [{ ...step, origin: 'mine' }], BEFORE)).toEqual([]);
  }
});

it('makes one of many', () => {
  expect(digestOf(9, 42, AT)).toMatchObject({ seq: 9, kind: 'digest', title: '42 changes at once', shipmentId: null });
});
