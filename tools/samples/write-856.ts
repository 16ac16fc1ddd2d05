import { gs1CheckDigit } from '#contract/domain/gs1.ts';

// Writes X12 856 interchanges with any delimiters, counts and check digits computed: for the samples, and for tests, which
// must not build their input with the parser they test.

/** Identifier and elements: `['LIN', '1', 'SK', '4711']`. */
export type Row = readonly string[];

export type Level = { readonly level: string; readonly rows: readonly Row[]; readonly below?: readonly Level[] };

export type Layout = {
  readonly element: string;
  readonly component: string;
  /** ISA11; only meaningful from version 00402 on. */
  readonly repetition: string;
  readonly terminator: string;
  /** After each terminator; empty for everything in one line. */
  readonly lineBreak: string;
  readonly version: string;
};

export const CLASSIC: Layout = {
  element: '*',
  component: '>',
  repetition: 'U',
  terminator: '~',
  lineBreak: '\n',
  version: '00401',
};

/** One 856 without ST and SE; `states` overrides a computed count, to make a wrong one. */
export type Notice = {
  readonly header: readonly Row[];
  readonly levels: readonly Level[];
  readonly states?: { readonly levels?: number; readonly quantity?: string; readonly segments?: number };
};

export type Envelope = {
  readonly sender: string;
  readonly receiver: string;
  /** Nine digits. */
  readonly control: string;
  /** CCYYMMDD and HHMM. */
  readonly date: string;
  readonly time: string;
  readonly layout: Layout;
  /** Notices by functional group. */
  readonly groups: readonly (readonly Notice[])[];
  /** Overrides the computed count of sets (GE01) or groups (IEA01). */
  readonly states?: { readonly sets?: number; readonly groups?: number };
};

/** HL rows numbered in file order, each followed by its own rows and then its children. */
export const levelRows = (levels: readonly Level[]): Row[] => {
  const rows: Row[] = [];
  let count = 0;
  const put = (level: Level, parent: string): void => {
    count += 1;
    const id = String(count);
    const below = level.below ?? [];
    rows.push(['HL', id, parent, level.level, below.length > 0 ? '1' : '0'], ...level.rows);
    for (const child of below) put(child, id);
  };
  for (const level of levels) put(level, '');
  return rows;
};

/** Sum of SN102 in thousandths, exact for the three decimals notices use; what is no number counts nothing. */
const totalQuantity = (rows: readonly Row[]): string => {
  const quantities = rows.filter((row) => row[0] === 'SN1').map((row) => Math.round(Number(row[2]) * 1000));
  return String(quantities.filter(Number.isFinite).reduce((sum, quantity) => sum + quantity, 0) / 1000);
};

const setRows = (notice: Notice, control: string): Row[] => {
  const levels = levelRows(notice.levels);
  const heads = levels.filter((row) => row[0] === 'HL').length;
  const { states } = notice;
  const totals: Row[] =
    notice.levels.length === 0
      ? []
      : [['CTT', String(states?.levels ?? heads), states?.quantity ?? totalQuantity(levels)]];
  const body = [['ST', '856', control], ...notice.header, ...levels, ...totals];
  return [...body, ['SE', String(states?.segments ?? body.length + 1), control]];
};

const isaRow = (envelope: Envelope): Row => [
  'ISA',
  '00',
  ' '.repeat(10),
  '00',
  ' '.repeat(10),
  'ZZ',
  envelope.sender.padEnd(15),
  'ZZ',
  envelope.receiver.padEnd(15),
  envelope.date.slice(2),
  envelope.time,
  envelope.layout.repetition,
  envelope.layout.version,
  envelope.control,
  '0',
  'T',
  envelope.layout.component,
];

const groupRows = (notices: readonly Notice[], group: number, envelope: Envelope): Row[] => {
  const { sender, receiver, date, time, layout } = envelope;
  const control = String(group);
  const sets = notices.flatMap((notice, at) => setRows(notice, String(group * 1000 + at + 1).padStart(4, '0')));
  return [
    ['GS', 'SH', sender, receiver, date, time, control, 'X', `${layout.version}0`],
    ...sets,
    ['GE', String(envelope.states?.sets ?? notices.length), control],
  ];
};

/** Every row of the interchange, ISA and IEA included. */
export const interchangeRows = (envelope: Envelope): Row[] => [
  isaRow(envelope),
  ...envelope.groups.flatMap((notices, at) => groupRows(notices, at + 1, envelope)),
  ['IEA', String(envelope.states?.groups ?? envelope.groups.length), envelope.control],
];

/** Rows as text; elements that are empty at the end of a row are left off, as the standard wants. */
export const writeRows = (rows: readonly Row[], { element, terminator, lineBreak }: Layout): string =>
  rows
    .map((row) => {
      const last = row.findLastIndex((value) => value !== '');
      return row.slice(0, last + 1).join(element) + terminator;
    })
    .join(lineBreak) + lineBreak;

export const writeInterchange = (envelope: Envelope): string => writeRows(interchangeRows(envelope), envelope.layout);

/**
 * An interchange around the `body` of one 856 exactly as given, counts of the envelope computed: ISA is segment 1, GS 2, ST 3
 * and the first of `body` 4.
 */
export const writeBody = (body: readonly Row[], layout: Layout = CLASSIC): string => {
  const envelope = {
    sender: 'SENDER',
    receiver: 'RECEIVER',
    control: '000000042',
    date: '20261123',
    time: '0915',
    layout,
  };
  return writeRows(
    [
      isaRow({ ...envelope, groups: [] }),
      ['GS', 'SH', 'SENDER', 'RECEIVER', '20261123', '0915', '7', 'X', `${layout.version}0`],
      ['ST', '856', '0001'],
      ...body,
      ['SE', String(body.length + 2), '0001'],
      ['GE', '1', '7'],
      ['IEA', '1', '000000042'],
    ],
    layout,
  );
};

/** GS1 keeps prefix 952 for examples: nothing real carries these numbers. */
const COMPANY = '9521234';

/** SSCC of unit `serial`, 18 digits. */
export const sampleSscc = (serial: number): string => {
  const body = `0${COMPANY}${String(serial).padStart(9, '0')}`;
  return body + gs1CheckDigit(body);
};

/** GTIN-13 of article `item`; with an indicator 1–8 the GTIN-14 of its case. */
export const sampleGtin = (item: number, indicator?: number): string => {
  const body = `${indicator ?? ''}${COMPANY}${String(item).padStart(5, '0')}`;
  return body + gs1CheckDigit(body);
};

/** The same key with its check digit wrong by one. */
export const spoil = (key: string): string => key.slice(0, -1) + ((Number(key.at(-1)) + 1) % 10);
