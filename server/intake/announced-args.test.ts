import { describe, expect, it } from 'vitest';
import { COMMAND_ARGS } from '#contract/domain/command-args.ts';
import { sampleNotice } from '../../tools/samples/parse-sample.ts';
import { announcedFacts, announcedLines, announcedUnits, Shortening } from './announced-args.ts';
import type { NoticeLine } from './ship-notice.ts';

const CHICAGO = 'America/Chicago';
const notice = sampleNotice('01');
const facts = (change: Partial<typeof notice> = {}) =>
  announcedFacts({ ...notice, ...change }, CHICAGO, new Shortening());
const lineOf = (change: Partial<NoticeLine>) => {
  const lines = notice.lines.slice(0, 1).map((line) => ({ ...line, ...change }));
  return announcedLines({ ...notice, lines }, new Shortening())[0];
};

describe('announcedFacts', () => {
  it('says what the notice says', () => {
    expect(facts()).toEqual({
      poNumber: '4500118203',
      poNumbers: ['4500118203'],
      carrier: 'DEMO Freight Lines',
      trailer: 'DEMO53117',
      seal: 'SL53117',
      billOfLading: 'BOL531177',
      eta: '2026-11-24T14:00:00.000Z',
    });
  });

  it('leaves out what the notice does not say', () => {
    const bare = { trailer: null, seal: null, billOfLading: null, expectedAt: null, poNumbers: [] };
    expect(facts({ ...bare, carrier: { scac: 'DEMO', name: null, mode: null } })).toEqual({ carrier: 'DEMO' });
  });

  it('takes the clock of the warehouse where the sender names none', () => {
    const expectedAt = { local: '2026-11-24T08:00', zone: null, dateOnly: false };
    expect(announcedFacts({ ...notice, expectedAt }, 'Asia/Jerusalem', new Shortening()).eta).toBe(
      '2026-11-24T06:00:00.000Z',
    );
  });
});

describe('announcedLines and announcedUnits', () => {
  it('say what the notice says', () => {
    expect(lineOf({})).toEqual({
      lineNumber: 1,
      quantity: '6',
      unit: 'CA',
      poNumber: '4500118203',
      sku: 'DRY-1010',
      gtin: '19521234000102',
      description: 'Rolled oats 500 g, 12 per case',
      lot: 'L6310A',
      expiresOn: '2027-09-30',
      sscc: notice.handlingUnits[1]?.sscc,
    });
    expect(announcedUnits(notice, new Shortening()).slice(0, 2)).toEqual([
      { sscc: '095212340000000112', kind: 'pallet' },
      { sscc: '095212340000011002', kind: 'carton', parentSscc: '095212340000000112' },
    ]);
  });

  it("take the supplier's article number where the buyer's is missing", () => {
    expect(lineOf({ sku: null })?.sku).toBe('BW-OAT-12');
    expect(lineOf({ sku: null, supplierItem: null })).not.toHaveProperty('sku');
  });
});

describe('Shortening', () => {
  it('cuts what is longer than the contract takes, and says so once per field', () => {
    const shortening = new Shortening();
    const lines = notice.lines.map((line) => ({ ...line, description: `${'x'.repeat(199)}🚚` }));
    const args = { warehouseId: 'JOL', lines: announcedLines({ ...notice, lines }, shortening) };
    expect(COMMAND_ARGS.announceShipment.safeParse(args).success).toBe(true);
    expect(shortening.warnings()).toEqual([
      { code: 'text_shortened', message: 'A description is longer than 200 characters and was cut.', position: '' },
    ]);
  });

  it('cuts lists, and says how long they were', () => {
    const shortening = new Shortening();
    const poNumbers = Array.from({ length: 501 }, (_, at) => `PO${at}`);
    expect(announcedFacts({ ...notice, poNumbers }, CHICAGO, shortening).poNumbers).toHaveLength(500);
    expect(shortening.warnings()).toEqual([
      { code: 'list_shortened', message: 'The notice names 501 orders; the first 500 are kept.', position: '' },
    ]);
  });

  it('says nothing when nothing was cut', () => {
    const shortening = new Shortening();
    announcedLines(notice, shortening);
    announcedUnits(notice, shortening);
    expect(shortening.warnings()).toEqual([]);
  });
});
