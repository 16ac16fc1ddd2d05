import {
  CLASSIC,
  type Envelope,
  type Layout,
  type Level,
  type Notice,
  type Row,
  sampleGtin,
  sampleSscc,
} from './write-856.ts';

// Pieces every sample is put together from. Names are invented; carriers are called DEMO so that none looks real.

export type Article = {
  readonly item: number;
  readonly sku: string;
  readonly supplierItem: string;
  readonly text: string;
  readonly unit: string;
};

/** `case` is the indicator digit of a case GTIN (14 digits, UK); without it the article goes by its GTIN-13 (EN). */
export const itemLevel = (
  number: number,
  article: Article,
  quantity: string,
  more: { readonly lot?: string; readonly expiry?: string; readonly case?: number; readonly ordered?: string } = {},
): Level => ({
  level: 'I',
  rows: [
    [
      'LIN',
      String(number),
      'SK',
      article.sku,
      'VN',
      article.supplierItem,
      more.case === undefined ? 'EN' : 'UK',
      sampleGtin(article.item, more.case),
      ...(more.lot === undefined ? [] : ['LT', more.lot]),
    ],
    ['SN1', '', quantity, article.unit, '', more.ordered ?? '', more.ordered === undefined ? '' : article.unit],
    ['PID', 'F', '', '', '', article.text],
    ...(more.expiry === undefined ? [] : [['DTM', '036', more.expiry]]),
  ],
});

export const orderLevel = (poNumber: string, below: readonly Level[]): Level => ({
  level: 'O',
  rows: [['PRF', poNumber, '', '', '20261112']],
  below,
});

/** Senders write the SSCC with its application identifier in front (20 digits) or bare; `bare` is the latter. */
const mark = (sscc: string, bare: boolean): Row => (bare ? ['MAN', 'AA', sscc] : ['MAN', 'GM', `00${sscc}`]);

export const palletLevel = (serial: number, below: readonly Level[], bare = false): Level => ({
  level: 'T',
  rows: [['PAL', '4', '', '48', '40'], mark(sampleSscc(serial), bare)],
  below,
});

export const cartonLevel = (serial: number, below: readonly Level[], bare = false): Level => ({
  level: 'P',
  rows: [mark(sampleSscc(serial), bare)],
  below,
});

export const PLACES = {
  JOL: { code: 'JOL', name: 'Joliet Distribution Center', receiver: 'DOCKLINEJOL' },
  VEN: { code: 'VEN', name: 'Venlo Cross-Dock', receiver: 'DOCKLINEVEN' },
  HFA: { code: 'HFA', name: 'Haifa Bay Warehouse', receiver: 'DOCKLINEHFA' },
} as const;
export type PlaceCode = keyof typeof PLACES;

export type Supplier = { readonly code: string; readonly name: string };

export type ShipmentText = {
  readonly supplier: Supplier;
  readonly shipTo: PlaceCode;
  /** CCYYMMDD, HHMM and an X12 time code, all as they go into DTM. */
  readonly shipped: Row;
  readonly expected: Row;
  readonly carrier: string;
  readonly trailer: string;
  readonly seal: string;
  readonly bill: string;
  /** TD1: packaging code, packages, gross weight and its unit. */
  readonly load: readonly [string, string, string, string];
};

export const shipmentLevel = (text: ShipmentText, below: readonly Level[]): Level => {
  const [packaging, packages, weight, unit] = text.load;
  const place = PLACES[text.shipTo];
  return {
    level: 'S',
    rows: [
      ['TD1', packaging, packages, '', '', '', 'G', weight, unit],
      ['TD5', 'B', '2', 'DEMO', 'M', text.carrier],
      ['TD3', 'TL', 'DEMO', text.trailer, '', '', '', '', '', text.seal],
      ['REF', 'BM', text.bill],
      ['DTM', '011', ...text.shipped],
      ['DTM', '017', ...text.expected],
      ['N1', 'SF', text.supplier.name, '92', text.supplier.code],
      ['N1', 'ST', place.name, '92', place.code],
    ],
    below,
  };
};

/** BSN: purpose 00 original, 01 cancel, 04 change, 05 replace; `structure` 0001 S-O-P-I, 0002 S-O-I-P, 0004 S-O-I. */
export const notice = (
  purpose: string,
  number: string,
  levels: readonly Level[],
  states?: Notice['states'],
): Notice => ({
  header: [['BSN', purpose, number, '20261123', '0915', '0001']],
  levels,
  ...(states === undefined ? {} : { states }),
});

/** One notice in one group in one interchange, from its supplier to its warehouse. */
export const envelope = (
  control: number,
  sender: string,
  shipTo: PlaceCode,
  groups: readonly (readonly Notice[])[],
  layout: Layout = CLASSIC,
): Envelope => ({
  sender,
  receiver: PLACES[shipTo].receiver,
  control: String(control).padStart(9, '0'),
  date: '20261123',
  time: '0915',
  layout,
  groups,
});
