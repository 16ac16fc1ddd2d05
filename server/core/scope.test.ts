import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupOf } from './scope.ts';

const staff = (warehouses: readonly string[] | null) => groupOf({ role: 'receiver', warehouses, supplierId: null });

describe('a visibility group', () => {
  it('is the same for the same warehouses in any order, and for any staff role', () => {
    expect(staff(['VEN', 'JOL', 'JOL'])).toEqual(staff(['JOL', 'VEN']));
    expect(groupOf({ role: 'lead', warehouses: ['JOL'], supplierId: null })).toEqual(staff(['JOL']));
    expect(staff(null).id).toBe('staff:*');
  });

  it('is another one for a warehouse whose name looks like two', () => {
    expect(staff(['X,Y']).id).not.toBe(staff(['X', 'Y']).id);
  });

  it('is shared by nobody who sees other warehouses', () => {
    const warehouses = fc.array(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 3 });
    fc.assert(
      fc.property(warehouses, warehouses, (a, b) => {
        const same = JSON.stringify([...new Set(a)].sort()) === JSON.stringify([...new Set(b)].sort());
        expect(staff(a).id === staff(b).id).toBe(same);
      }),
    );
  });

  it('is one per supplier', () => {
    const supplier = (supplierId: string) => groupOf({ role: 'supplier', warehouses: ['JOL'], supplierId });
    expect(supplier('A').id).not.toBe(supplier('B').id);
    expect(supplier('A').projection).toBe('supplier');
  });
});
