import { describe, expect, it } from 'vitest';
import { COMMAND_ARGS } from '#contract/domain/command-args.ts';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '#contract/domain/status.ts';
import { sampleNotice } from '../../tools/samples/parse-sample.ts';
import { SAMPLES } from '../../tools/samples/sample-notices.ts';
import { identifyNotice } from './identify-notice.ts';
import { type IntakeKnowledge, planIntake } from './plan-intake.ts';
import type { ShipNotice } from './ship-notice.ts';

const ORIGINAL = sampleNotice('04');
const CHANGE = sampleNotice('05');
const REPLACEMENT = sampleNotice('07');
const CANCELLATION = sampleNotice('11');

const KNOWN: IntakeKnowledge = {
  shipment: null,
  warehouse: { timeZone: 'America/Chicago' },
  supplierKnown: true,
  createUnknown: true,
};
const existing = (status: ShipmentStatus, warehouseId = 'JOL') => ({
  ...KNOWN,
  shipment: { id: 's1', status, warehouseId, timeZone: 'America/Chicago' },
});

const plan = (notice: ShipNotice, known: IntakeKnowledge = KNOWN) => {
  const planned = planIntake(notice, identifyNotice(notice), known);
  if (!planned.ok) throw new Error(planned.message);
  for (const { type, args } of planned.commands) COMMAND_ARGS[type].parse(args);
  return {
    types: planned.commands.map(({ type }) => type),
    args: planned.commands.at(-1)?.args as Record<string, unknown>,
    commands: planned.commands,
    shipmentId: planned.shipmentId,
    codes: planned.warnings.map(({ code }) => code),
    warnings: planned.warnings,
  };
};

describe('an original', () => {
  it('announces a shipment with lines and units', () => {
    const { types, args, shipmentId, codes } = plan(ORIGINAL);
    expect(types).toEqual(['announceShipment']);
    expect(args).toMatchObject({
      number: 'SB-4471',
      warehouseId: 'JOL',
      supplierId: 'SADDLE',
      eta: '2026-11-25T13:00:00.000Z',
    });
    expect(args.lines).toHaveLength(2);
    expect(args.handlingUnits).toHaveLength(1);
    expect(shipmentId).toBeNull();
    expect(codes).toEqual([]);
  });

  it.each(SHIPMENT_STATUSES)('that came before is the same shipment, left as it is while %s', (status) => {
    expect(plan(ORIGINAL, existing(status))).toMatchObject({
      types: [],
      shipmentId: 's1',
      codes: ['already_announced'],
    });
  });

  it('creates the warehouse and the supplier only the notice knows, before it announces, and warns', () => {
    const { types, commands, codes } = plan(ORIGINAL, { ...KNOWN, warehouse: null, supplierKnown: false });
    expect(types).toEqual(['defineWarehouse', 'defineSupplier', 'announceShipment']);
    expect(commands[0]?.args).toEqual({ warehouseId: 'JOL', name: 'Joliet Distribution Center', timeZone: 'UTC' });
    expect(commands[1]?.args).toEqual({ supplierId: 'SADDLE', name: 'Saddleback Orchards Growers Coop' });
    expect(codes).toEqual(['warehouse_created', 'supplier_created']);
  });

  it('is refused when unknown places or suppliers are not to be created', () => {
    const strict = { ...KNOWN, createUnknown: false };
    const refuse = (known: IntakeKnowledge) => planIntake(ORIGINAL, identifyNotice(ORIGINAL), known);
    expect(refuse({ ...strict, warehouse: null })).toMatchObject({ ok: false, code: 'unknown_warehouse' });
    expect(refuse({ ...strict, supplierKnown: false })).toMatchObject({ ok: false, code: 'unknown_supplier' });
    expect(refuse(strict)).toMatchObject({ ok: true });
  });
});

describe.each([
  ['a change', CHANGE, 'SB-4471'],
  ['a replacement', REPLACEMENT, 'CR-99812'],
])('%s', (_, notice, number) => {
  it.each(['announced', 'in_transit', 'arrived', 'at_door', 'unloading'] as const)(
    'amends dates and lines while %s',
    (status) => {
      const { types, args, codes } = plan(notice, existing(status));
      expect(types).toEqual(['amendShipment']);
      expect(args).toMatchObject({ shipmentId: 's1', eta: expect.any(String) });
      expect(args.lines).toHaveLength(2);
      expect(args.handlingUnits).not.toHaveLength(0);
      expect(codes).toEqual([]);
    },
  );

  it.each(['counting', 'received'] as const)('leaves the lines alone once %s, and warns', (status) => {
    const { types, args, codes } = plan(notice, existing(status));
    expect(types).toEqual(['amendShipment']);
    expect(args).toHaveProperty('eta');
    expect(args).not.toHaveProperty('lines');
    expect(args).not.toHaveProperty('handlingUnits');
    expect(codes).toEqual(['change_too_late']);
  });

  it.each(['closed', 'refused', 'cancelled'] as const)('does nothing to what is %s, and warns', (status) => {
    expect(plan(notice, existing(status))).toMatchObject({ types: [], shipmentId: 's1', codes: ['change_too_late'] });
  });

  it('is announced as new when its original never came, and warns', () => {
    const { types, args, codes } = plan(notice);
    expect(types).toEqual(['announceShipment']);
    expect(args.number).toBe(number);
    expect(codes).toEqual(['change_without_original']);
  });

  it('does not move the shipment to another warehouse, and warns', () => {
    expect(plan(notice, existing('announced', 'VEN')).codes).toEqual(['ship_to_changed']);
    const silent = { ...notice, shipTo: { code: 'RECEIVER', name: null, assumed: true } };
    expect(plan(silent, existing('announced', 'VEN')).codes).toEqual([]);
  });

  it('without lines changes dates only', () => {
    expect(plan({ ...notice, lines: [] }, existing('announced')).args).not.toHaveProperty('lines');
  });
});

describe('a cancellation', () => {
  it.each(['announced', 'in_transit'] as const)('cancels what is %s', (status) => {
    const { types, args, codes } = plan(CANCELLATION, existing(status));
    expect(types).toEqual(['cancelShipment']);
    expect(args).toEqual({ shipmentId: 's1', reason: expect.stringContaining('ship notice') });
    expect(codes).toEqual([]);
  });

  it.each(['arrived', 'at_door', 'unloading', 'counting', 'received', 'closed', 'refused'] as const)(
    'does not cancel what is %s, and warns',
    (status) => {
      const { types, codes, warnings } = plan(CANCELLATION, existing(status));
      expect(types).toEqual([]);
      expect(codes).toEqual(['cancel_too_late']);
      expect(warnings[0]?.message).toContain('BH-70025');
    },
  );

  it('twice is once', () => {
    expect(plan(CANCELLATION, existing('cancelled'))).toMatchObject({ types: [], shipmentId: 's1', codes: [] });
  });

  it('of something that never came does nothing, and warns', () => {
    const unknown = { ...KNOWN, warehouse: null, supplierKnown: false, createUnknown: false };
    expect(plan(CANCELLATION, unknown)).toMatchObject({
      types: [],
      shipmentId: null,
      codes: ['cancel_without_original'],
      warnings: [{ message: expect.stringContaining('announced after this, it is expected') }],
    });
  });
});

describe('every sample', () => {
  it.each(SAMPLES.map(({ file }) => file))('%s is planned as commands the contract takes', (file) => {
    expect(plan(sampleNotice(file)).commands.length).toBe(file.startsWith('11') ? 0 : 1);
    expect(plan(sampleNotice(file), { ...KNOWN, warehouse: null, supplierKnown: false }).codes).not.toContain(
      'text_shortened',
    );
  });
});
