import { describe, expect, test } from 'vitest';
import { COMMAND_ARGS } from './command-args.ts';
import { COMMAND_NAMES, commandRule } from './command-table.ts';

const refuses = (name: keyof typeof COMMAND_ARGS, args: unknown): boolean =>
  !COMMAND_ARGS[name].safeParse(args).success;

describe('command arguments', () => {
  test('no command accepts garbage', () => {
    for (const name of COMMAND_NAMES) {
      for (const garbage of [null, undefined, 7, 'x', [], { shipmentId: '' }, { shipmentId: {} }]) {
        expect(refuses(name, garbage), `${name} ${JSON.stringify(garbage)}`).toBe(true);
      }
    }
  });

  test('every command that starts from a status names its shipment', () => {
    for (const name of COMMAND_NAMES.filter((one) => commandRule(one).from !== null)) {
      expect(Object.keys((COMMAND_ARGS[name] as { shape?: object }).shape ?? {}), name).toContain('shipmentId');
    }
  });

  test('commands that need a reason refuse to go without', () => {
    for (const name of COMMAND_NAMES.filter((one) => commandRule(one).reason)) {
      expect(refuses(name, { shipmentId: 's' }), name).toBe(true);
      expect(refuses(name, { shipmentId: 's', reason: '   ' }), name).toBe(true);
      expect(refuses(name, { shipmentId: 's', reason: 'The seal was cut.' }), name).toBe(false);
    }
  });

  test('announcing fills in what was left out', () => {
    expect(COMMAND_ARGS.announceShipment.parse({ warehouseId: 'JOL', lines: [{ quantity: '4' }] })).toMatchObject({
      handlingUnits: [],
      lines: [{ quantity: '4', unit: 'EA' }],
    });
  });

  test('a notice has at most 10 000 lines', () => {
    const lines = Array(10_001).fill({ quantity: '1' });
    expect(refuses('announceShipment', { warehouseId: 'JOL', lines })).toBe(true);
    expect(refuses('announceShipment', { warehouseId: 'JOL', lines: lines.slice(1) })).toBe(false);
  });

  test.each(['-1', '1e3', '', '1.', '.5', '1,5', '1234567890123', '1.1234567', 'NaN'])(
    '%j is not a quantity',
    (quantity) => {
      expect(refuses('setCount', { shipmentId: 's', lineId: 'l', counted: quantity })).toBe(true);
    },
  );

  test.each(['0', '12', '3.5', '0.000001', '999999999999'])('%j is a quantity', (quantity) => {
    expect(refuses('setCount', { shipmentId: 's', lineId: 'l', counted: quantity })).toBe(false);
  });

  test('a warehouse cannot have more room than it has', () => {
    expect(refuses('setCapacity', { warehouseId: 'JOL', total: 10, available: 11 })).toBe(true);
    expect(refuses('setCapacity', { warehouseId: 'JOL', total: 10, available: 10 })).toBe(false);
    expect(refuses('setCapacity', { warehouseId: 'JOL', total: -1, available: -1 })).toBe(true);
  });

  test('a document is named by the SHA-256 of its bytes', () => {
    const document = {
      shipmentId: 's',
      documentId: 'd',
      fileName: 'bol.pdf',
      documentType: 'bill_of_lading',
      mediaType: 'application/pdf',
      fileSize: 1,
    };
    expect(refuses('attachDocument', { ...document, contentHash: 'a'.repeat(64) })).toBe(false);
    expect(refuses('attachDocument', { ...document, contentHash: '../../etc/passwd' })).toBe(true);
    expect(refuses('attachDocument', { ...document, contentHash: 'A'.repeat(64) })).toBe(true);
  });
});
