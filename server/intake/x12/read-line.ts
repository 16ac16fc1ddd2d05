import { gs1CheckDigit } from '#contract/domain/gs1.ts';
import type { NoticeLine } from '../ship-notice.ts';
import { quote, type Warnings } from '../warnings.ts';
import { checkKey } from './check-key.ts';
import { readQuantity } from './read-quantity.ts';
import { readDate } from './read-time.ts';
import { at, code, element, elementOrNull, type Segment } from './segment.ts';

/** What one item level says; number, order and handling unit come from its surroundings. */
export type ItemFacts = Omit<NoticeLine, 'lineNumber' | 'handlingUnitSscc'>;
type Draft = { -readonly [K in keyof ItemFacts]: ItemFacts[K] };

/** LIN qualifiers (element 235) by what they mean here. Earlier in a list is preferred when several are sent. */
const QUALIFIERS = {
  gtin: ['UK', 'UP', 'EN', 'EO', 'UI'],
  // A value without qualifier is whatever number both sides use.
  sku: ['SK', 'IN', 'BP', 'CB', ''],
  supplierItem: ['VN', 'VP', 'VA', 'VC', 'MG'],
  lot: ['LT', 'B8'],
} as const;
/** LIN02/03 … LIN30/31. */
const LAST_PAIR = 30;
/** UI is a UPC without its check digit. */
const UI_LENGTH = 11;
const GTIN_LENGTH = /^(\d{8}|\d{12,14})$/;
const UNIT_CODE = /^[A-Z0-9]{1,3}$/;

/** Value and element number by qualifier; a repeated qualifier keeps its first value. */
const readPairs = (lin: Segment): Map<string, { value: string; n: number }> => {
  const pairs = new Map<string, { value: string; n: number }>();
  for (let n = 2; n <= LAST_PAIR; n += 2) {
    const qualifier = code(lin, n);
    const value = element(lin, n + 1);
    if (value !== '' && !pairs.has(qualifier)) pairs.set(qualifier, { value, n: n + 1 });
  }
  return pairs;
};

const readGtin = (lin: Segment, pairs: ReturnType<typeof readPairs>, warnings: Warnings): string | null => {
  for (const qualifier of QUALIFIERS.gtin) {
    const pair = pairs.get(qualifier);
    if (pair === undefined) continue;
    const digits = pair.value.replace(/[\s-]/g, '');
    if (qualifier === 'UI' && /^\d+$/.test(digits) && digits.length === UI_LENGTH)
      return digits + gs1CheckDigit(digits);
    if (GTIN_LENGTH.test(digits)) {
      checkKey(digits, 'GTIN', lin, pair.n, warnings);
      return digits;
    }
    warnings.add(
      'unreadable_gtin',
      at(lin, pair.n),
      `"${pair.value}" (${qualifier}) is not 8, 12, 13 or 14 digits. Left out.`,
    );
  }
  return null;
};

const readLin = (lin: Segment, line: Draft, warnings: Warnings): void => {
  const pairs = readPairs(lin);
  const first = (qualifiers: readonly string[]): string | null =>
    qualifiers.map((each) => pairs.get(each)?.value).find((value) => value !== undefined) ?? null;
  line.sentLineNumber = elementOrNull(lin, 1);
  line.gtin = readGtin(lin, pairs, warnings);
  line.sku = first(QUALIFIERS.sku);
  line.supplierItem = first(QUALIFIERS.supplierItem);
  line.lot = first(QUALIFIERS.lot);
};

const readSn1 = (sn1: Segment, line: Draft, warnings: Warnings): void => {
  const shipped = readQuantity(element(sn1, 2));
  if (shipped === null)
    warnings.add(
      'unreadable_quantity',
      at(sn1, 2),
      `${quote(element(sn1, 2))} is not a quantity. The line is kept with 0 announced.`,
    );
  line.quantity = shipped ?? '0';
  const unit = code(sn1, 3);
  if (UNIT_CODE.test(unit)) line.unit = unit;
  else warnings.add('unknown_unit', at(sn1, 3), `${quote(unit)} is not a unit code. Counted as EA (each).`);
  line.orderedQuantity = readQuantity(element(sn1, 5));
  line.sentLineNumber ??= elementOrNull(sn1, 1);
};

const readExpiry = (dtm: Segment, line: Draft, warnings: Warnings): void => {
  const raw = element(dtm, 2) || element(dtm, 6).slice(0, 8);
  line.expiresOn = readDate(raw, true);
  if (line.expiresOn === null)
    warnings.add('unreadable_date', at(dtm, 2), `${quote(raw)} is not an expiry date (CCYYMMDD). Left out.`);
};

const readRef = (ref: Segment, line: Draft): void => {
  const qualifier = code(ref, 1);
  if (qualifier === 'LT' || qualifier === 'BT') line.lot ??= elementOrNull(ref, 2);
  if (qualifier === 'PO') line.poNumber ??= elementOrNull(ref, 2);
};

const readDetail = (segment: Segment, line: Draft, warnings: Warnings): void => {
  if (segment.id === 'SN1') readSn1(segment, line, warnings);
  else if (segment.id === 'PID') line.description ??= elementOrNull(segment, 5);
  else if (segment.id === 'PO4') line.packSize ??= readQuantity(element(segment, 1));
  else if (segment.id === 'PRF') line.poNumber ??= elementOrNull(segment, 1);
  else if (segment.id === 'REF') readRef(segment, line);
  else if (segment.id === 'DTM' && code(segment, 1) === '036') readExpiry(segment, line, warnings);
};

const emptyLine = (): Draft => ({
  sentLineNumber: null,
  poNumber: null,
  sku: null,
  gtin: null,
  supplierItem: null,
  description: null,
  quantity: '',
  unit: 'EA',
  orderedQuantity: null,
  packSize: null,
  lot: null,
  expiresOn: null,
});

/**
 * The lines of one item level: usually one, several when LIN repeats. A level with neither LIN nor SN1 has none (warned).
 * A line without SN1 is kept with quantity 0 (warned): the goods may well be on the truck.
 */
export const readLines = (hl: Segment, segments: readonly Segment[], warnings: Warnings): ItemFacts[] => {
  const lines: Draft[] = [];
  const starts = segments.some((segment) => segment.id === 'LIN') ? 'LIN' : 'SN1';
  for (const segment of segments) {
    if (segment.id === starts) lines.push(emptyLine());
    const line = lines.at(-1);
    if (line === undefined) continue;
    if (segment.id === 'LIN') readLin(segment, line, warnings);
    else readDetail(segment, line, warnings);
  }
  if (lines.length === 0) warnings.add('empty_item', at(hl), 'this item level has neither LIN nor SN1. Skipped.');
  for (const line of lines) {
    if (line.quantity !== '') continue;
    line.quantity = '0';
    warnings.add('unreadable_quantity', at(hl), 'the item has no SN1. The line is kept with 0 announced.');
  }
  return lines;
};
