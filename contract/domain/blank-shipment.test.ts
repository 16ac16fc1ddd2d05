import { expect, test } from 'vitest';
import { blankShipment } from './blank-shipment.ts';
import { shipment } from './shipment.ts';

const own = { id: 's', number: 'N', warehouseId: 'JOL', status: 'announced' } as const;
const at = '2026-11-23T05:00:00.000Z';

test('a blank shipment is a whole one by the schema', () => {
  expect(shipment.parse(blankShipment(own, at, 'Lena'))).toMatchObject({
    ...own,
    version: 1,
    statusChangedBy: 'Lena',
    createdAt: at,
  });
});

test('facts stand, the name and place cannot be overwritten by them', () => {
  const made = blankShipment(own, at, 'Lena', { carrier: 'DEMO', id: 'other', status: 'closed' });
  expect(made).toMatchObject({ carrier: 'DEMO', id: 's', status: 'announced' });
});

test('it requires the paper it refers to, and says so', () => {
  expect(blankShipment(own, at, 'Lena')).toMatchObject({ requiredDocuments: [], readiness: 'missing_optional' });
  expect(blankShipment(own, at, 'Lena', { billOfLading: 'B1' })).toMatchObject({
    requiredDocuments: ['bill_of_lading'],
    readiness: 'missing_required',
  });
  expect(blankShipment(own, at, 'Lena', { billOfLading: 'B1', requiredDocuments: [] }).readiness).toBe(
    'missing_optional',
  );
});
