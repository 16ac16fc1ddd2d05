import { describe, expect, it } from 'vitest';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Change } from '#contract/wire/sync.ts';
import { shipmentRow } from './fake-server.ts';
import { newsOf } from './news-of.ts';

const AT = '2026-11-23T09:00:00.000Z';

const change = (entity: Change['entity'], row: object, command: CommandName): Change => ({
  seq: 1,
  entity,
  id: 'x',
  op: 'put',
  row: { ...row },
  shipmentId: 's1',
  command,
  actor: { id: 'lena', name: 'Lena', role: 'lead' },
  origin: null,
  occurredAt: AT,
  recordedAt: AT,
});

/** What a change is news of to whoever does not know the row as it was. */
const said = (entity: Change['entity'], row: object, command: CommandName, seesMoves = false): string | null =>
  newsOf(change(entity, row, command), 'unknown', seesMoves)?.topic ?? null;

describe('news of rows of which nobody knows what they were', () => {
  const arrived = shipmentRow('s1', { status: 'arrived', statusChangedAt: AT, updatedAt: AT });

  it('is a step by the command that makes it, when it was made', () => {
    expect(said('shipment', arrived, 'recordArrival')).toBe('arrived');
    expect(said('shipment', arrived, 'recordUnplannedArrival')).toBe('arrived');
    expect(said('shipment', shipmentRow('s1'), 'announceShipment')).toBe('announced');
    // Reported once more, with the trailer's number.
    const again = { ...arrived, trailer: 'T-1', updatedAt: '2026-11-23T09:01:00.000Z' };
    expect(said('shipment', again, 'recordArrival')).toBe(null);
    for (const command of ['amendShipment', 'placeHold', 'reportAtDoor'] as const) {
      expect(said('shipment', arrived, command), command).toBe(null);
    }
  });

  it('is what a command makes or ends, and nothing that is only written again', () => {
    const requested = { status: 'requested' };
    const done = { status: 'completed', outcome: 'passed' };
    const [held, free] = [
      { reason: 'wet', releasedAt: null },
      { reason: 'wet', releasedAt: AT },
    ];
    const paper = { documentType: 'photo', fileName: 'a.jpg' };
    const cases = [
      ['inspection', requested, 'requestInspection', 'inspection_requested'],
      ['inspection', { status: 'claimed' }, 'claimInspection', null],
      ['inspection', done, 'completeInspection', 'inspection_completed'],
      ['inspection', done, 'amendShipment', null],
      ['hold', held, 'placeHold', 'hold_placed'],
      ['hold', held, 'completeInspection', 'hold_placed'],
      ['hold', free, 'releaseHold', 'hold_released'],
      ['hold', free, 'amendShipment', null],
      ['rejection', { reasonCode: 'damaged' }, 'reportRejection', 'rejection'],
      ['rejection', { reasonCode: 'damaged' }, 'amendShipment', null],
      ['discrepancy', { kind: 'door_clash' }, 'reportAtDoor', 'discrepancy'],
      ['discrepancy', { kind: 'wrong_item' }, 'recordScan', 'discrepancy'],
      ['document', paper, 'attachDocument', 'document'],
      ['document', paper, 'addPhoto', null],
      ['note', { text: 'hello' }, 'addNote', null],
    ] as const;
    for (const [entity, row, command, topic] of cases) {
      expect(said(entity, row, command), `${entity} by ${command}`).toBe(topic);
      if (command !== 'amendShipment') expect(said(entity, row, command, true), `${entity} by ${command}`).toBe(topic);
    }
  });

  it('is, of what comes along with a shipment sent here, what somebody here has to do', () => {
    expect(said('inspection', { status: 'requested' }, 'amendShipment', true)).toBe('inspection_requested');
    expect(said('hold', { reason: 'wet', releasedAt: null }, 'amendShipment', true)).toBe('hold_placed');
    expect(said('inspection', { status: 'requested' }, 'amendShipment')).toBe(null);
    expect(said('hold', { reason: 'wet', releasedAt: null }, 'amendShipment')).toBe(null);
    expect(said('document', { documentType: 'photo', fileName: 'a.jpg' }, 'amendShipment', true)).toBe(null);
    expect(said('shipment', arrived, 'amendShipment', true)).toBe(null);
  });
});
