import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { id, shortText } from '#contract/domain/fields.ts';
import { sampleNotice } from '../../tools/samples/parse-sample.ts';
import { identifyNotice } from './identify-notice.ts';

const original = sampleNotice('01');

const party = (code: string | null, name: string | null = null) => ({ code, name, assumed: false });
const supplierOf = (code: string | null, name: string | null = null) =>
  identifyNotice({ ...original, supplier: party(code, name) }).supplierId;
const warehouseOf = (code: string | null, name: string | null = null) =>
  identifyNotice({ ...original, shipTo: party(code, name) }).warehouseId;

describe('identifyNotice', () => {
  it('takes codes, and makes ids of names where there is no code', () => {
    expect(supplierOf('Bright-1', 'Brightwater')).toBe('Bright-1');
    expect(supplierOf(null, 'Zakłady Mleczarskie Jaśmin & Syn')).toBe('zaklady-mleczarskie-jasmin-syn');
    expect(supplierOf(null, 'משק הגבעה')).toBe('משק-הגבעה');
    expect(supplierOf(null, '🚚')).toBe('unknown');
    expect(supplierOf(null)).toBe('unknown');
  });

  it('writes warehouse ids in upper case', () => {
    expect(warehouseOf('jol')).toBe('JOL');
    expect(warehouseOf(null, 'Joliet Distribution Center')).toBe('JOLIET-DISTRIBUTION-CENTER');
    expect(warehouseOf(null)).toBe('UNKNOWN');
  });

  it('makes ids that can stand in a path', () => {
    expect(supplierOf('../../etc/passwd?x#y')).toBe('..-..-etc-passwd-x-y');
    expect(supplierOf('///')).toBe('unknown');
  });

  it('lets a signed-in supplier announce only its own', () => {
    const identity = identifyNotice({ ...original, supplier: { ...party('OTHER'), assumed: true } }, 'MINE');
    expect(identity).toMatchObject({ supplierId: 'MINE', supplierAssumed: false });
  });

  it('says when the supplier is only the sender', () => {
    expect(identifyNotice({ ...original, supplier: { ...party('SENDER'), assumed: true } }).supplierAssumed).toBe(true);
    expect(identifyNotice(original).supplierAssumed).toBe(false);
  });

  it('gives only what the contract takes, and the same each time', () => {
    const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 300 }));
    fc.assert(
      fc.property(text, text, fc.string({ minLength: 1, maxLength: 300 }), (code, name, number) => {
        const notice = { ...original, number, supplier: party(code, name), shipTo: party(code, name) };
        const identity = identifyNotice(notice);
        expect(identifyNotice(notice)).toEqual(identity);
        expect(id.safeParse(identity.supplierId).success).toBe(true);
        expect(id.safeParse(identity.warehouseId).success).toBe(true);
        expect(shortText.safeParse(identity.number).success).toBe(true);
      }),
    );
  });
});
