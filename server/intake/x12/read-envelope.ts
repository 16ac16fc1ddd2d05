import type { NoticeRefusal } from '../warning-codes.ts';
import { positionOf, quote, sentenceAt, type Warnings } from '../warnings.ts';
import { at, code, element, type Segment } from './segment.ts';
import type { Interchange } from './tokenize.ts';

/** One 856 between its ST and SE, which are both included. */
export type TransactionSet = {
  readonly segments: readonly Segment[];
  /** Interchange control number and set number: names a notice that carries no number itself. */
  readonly reference: string;
  /** ISA06 and ISA08, who sent it and to whom. */
  readonly senderId: string;
  readonly receiverId: string;
};

type Reading = {
  readonly interchange: Interchange;
  readonly warnings: Warnings;
  readonly sets: TransactionSet[];
  readonly others: { readonly st: Segment; readonly name: string }[];
  group: Segment | null;
  groups: number;
  setsInGroup: number;
  st: Segment | null;
  open: Segment[];
};

const SHIP_NOTICE = '856';
const SET_NAMES: Readonly<Record<string, string>> = {
  '204': 'a load tender',
  '210': 'a freight invoice',
  '214': 'a carrier status message',
  '810': 'an invoice',
  '820': 'a payment order',
  '824': 'an application advice',
  '830': 'a planning schedule',
  '846': 'an inventory inquiry',
  '850': 'a purchase order',
  '855': 'a purchase order acknowledgement',
  '857': 'a shipment and billing notice',
  '860': 'a purchase order change',
  '861': 'a receiving advice',
  '940': 'a warehouse shipping order',
  '943': 'a stock transfer shipment advice',
  '945': 'a warehouse shipping advice',
  '997': 'a functional acknowledgement',
};

const truncated = (segment: Segment, sentence: string): NoticeRefusal => ({
  ok: false,
  code: 'truncated',
  message: sentenceAt(at(segment), sentence),
  position: positionOf(at(segment)),
});

/** Leading zeros do not tell control numbers apart: `000000905` is repeated as `905` by many senders. */
const sameNumber = (a: string, b: string): boolean => a.replace(/^0+/, '') === b.replace(/^0+/, '');

const checkControl = (warnings: Warnings, trailer: Segment, header: Segment, headerElement: number): void => {
  const own = element(trailer, 2);
  const expected = element(header, headerElement);
  if (!sameNumber(own, expected))
    warnings.add(
      'control_number_mismatch',
      at(trailer, 2),
      `the control number is ${quote(own)}, but ${header.id} opened with ${quote(expected)}. Read all the same.`,
    );
};

const checkCount = (warnings: Warnings, trailer: Segment, actual: number, what: string): void => {
  const stated = element(trailer, 1);
  if (!/^\d+$/.test(stated) || Number(stated) !== actual)
    warnings.add(
      'count_mismatch',
      at(trailer, 1),
      `${trailer.id} states ${stated || 'no'} ${what}; the file has ${actual}.`,
    );
};

const closeSet = (reading: Reading, se: Segment): void => {
  const { st, open, warnings, interchange } = reading;
  if (st === null) return;
  checkCount(warnings, se, se.number - st.number + 1, 'segments');
  checkControl(warnings, se, st, 2);
  const kind = code(st, 1);
  const isa = interchange.segments[0] ?? st;
  if (kind === SHIP_NOTICE)
    reading.sets.push({
      segments: open,
      reference: `${element(isa, 13)}-${element(st, 2)}`,
      senderId: element(isa, 6),
      receiverId: element(isa, 8),
    });
  else reading.others.push({ st, name: SET_NAMES[kind] ?? 'another document' });
  reading.st = null;
  reading.open = [];
};

const openSet = (reading: Reading, st: Segment): void => {
  if (reading.group === null && reading.setsInGroup === 0)
    reading.warnings.add('missing_envelope', at(st), 'there is no functional group (GS) around this transaction set.');
  reading.setsInGroup += 1;
  reading.st = st;
  reading.open = [st];
};

const openGroup = (reading: Reading, gs: Segment): void => {
  if (reading.group !== null)
    reading.warnings.add('missing_envelope', at(gs), 'the functional group before this one was not closed by GE.');
  reading.group = gs;
  reading.groups += 1;
  reading.setsInGroup = 0;
};

const closeGroup = (reading: Reading, ge: Segment): void => {
  const { group, warnings } = reading;
  if (group === null) warnings.add('missing_envelope', at(ge), 'GE closes a functional group that GS never opened.');
  else {
    checkCount(warnings, ge, reading.setsInGroup, 'transaction sets');
    checkControl(warnings, ge, group, 6);
  }
  reading.group = null;
  reading.setsInGroup = 0;
};

const closeInterchange = (reading: Reading, iea: Segment): void => {
  const { warnings, interchange } = reading;
  if (reading.group !== null)
    warnings.add('missing_envelope', at(iea), 'the functional group before IEA was not closed by GE.');
  checkCount(warnings, iea, reading.groups, 'functional groups');
  checkControl(warnings, iea, interchange.segments[0] ?? iea, 13);
};

/** Envelope segments end a set that was not closed: its SE, and who knows what before it, is missing. */
const ENVELOPE: ReadonlySet<string> = new Set(['ISA', 'GS', 'ST', 'GE', 'IEA']);

const readInterchange = (reading: Reading): NoticeRefusal | null => {
  for (const segment of reading.interchange.segments) {
    const { id } = segment;
    if (reading.st !== null) {
      if (ENVELOPE.has(id))
        return truncated(
          segment,
          `the transaction set opened in segment ${reading.st.number} (ST) is not closed by SE.`,
        );
      reading.open.push(segment);
      if (id === 'SE') closeSet(reading, segment);
    } else if (id === 'ST') openSet(reading, segment);
    else if (id === 'GS') openGroup(reading, segment);
    else if (id === 'GE') closeGroup(reading, segment);
    else if (id === 'IEA') closeInterchange(reading, segment);
  }
  return null;
};

const notAShipNotice = (others: Reading['others']): NoticeRefusal => {
  const first = others[0];
  const what =
    first === undefined ? 'no transaction set at all' : `an ${element(first.st, 1) || 'unnamed set'} (${first.name})`;
  const message = `This is not a ship notice: the interchange holds ${what}, and an 856 is needed.`;
  return first === undefined
    ? { ok: false, code: 'not_a_ship_notice', message }
    : { ok: false, code: 'not_a_ship_notice', message, position: positionOf(at(first.st, 1)) };
};

/**
 * The 856 transaction sets of a file, in order, with the envelopes' counts and control numbers checked (warnings).
 * Refuses a file without any 856, and one in which a set is not closed.
 */
export const readEnvelopes = (
  interchanges: readonly Interchange[],
  warnings: Warnings,
): { ok: true; sets: readonly TransactionSet[] } | NoticeRefusal => {
  const sets: TransactionSet[] = [];
  const others: Reading['others'] = [];
  for (const interchange of interchanges) {
    const state = { group: null, groups: 0, setsInGroup: 0, st: null, open: [] };
    const refusal = readInterchange({ interchange, warnings, sets, others, ...state });
    if (refusal !== null) return refusal;
  }
  if (sets.length === 0) return notAShipNotice(others);
  for (const { st, name } of others)
    warnings.add('other_transaction_set', at(st, 1), `${element(st, 1) || 'this'} is ${name}, not an 856. Skipped.`);
  return { ok: true, sets };
};
