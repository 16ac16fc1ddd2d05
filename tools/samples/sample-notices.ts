import * as goods from './articles.ts';
import {
  cartonLevel,
  envelope,
  itemLevel,
  notice,
  orderLevel,
  palletLevel,
  type ShipmentText,
  shipmentLevel,
} from './dock-notices.ts';
import { CLASSIC, type Envelope, type Layout, type Level, type Notice, type Row, spoil } from './write-856.ts';

export type Sample = {
  /** File name; imported in this order, so that a change finds its original. */
  readonly file: string;
  /** What it shows, for the table in the README. */
  readonly shows: string;
  readonly envelope: Envelope;
};

const text = (
  supplier: ShipmentText['supplier'],
  expected: Row,
  trailer: string,
  load: ShipmentText['load'],
  more: Partial<ShipmentText> = {},
): ShipmentText => ({
  supplier,
  shipTo: 'JOL',
  shipped: ['20261123', '1600', 'CT'],
  expected,
  carrier: 'DEMO Freight Lines',
  trailer,
  seal: `SL${trailer}`,
  bill: `BOL${trailer}7`,
  load,
  ...more,
});

/** Everything in one line, with the repetition separator newer versions declare in ISA11. */
const ONE_LINE: Layout = {
  element: '|',
  component: ':',
  repetition: '!',
  terminator: '^',
  lineBreak: '',
  version: '00501',
};
/** The line break itself ends a segment. */
const LINE_ENDED: Layout = { ...CLASSIC, terminator: '\n', lineBreak: '' };
/** Windows line breaks behind an apostrophe, as translators that also speak EDIFACT write. */
const APOSTROPHE: Layout = { ...CLASSIC, element: '+', component: ':', terminator: "'", lineBreak: '\r\n' };

const pantryPallet = (serial: number, cartons: number, oats: string, lot: string): Level =>
  palletLevel(
    serial,
    Array.from({ length: cartons }, (_, at) =>
      cartonLevel(serial * 100 + at, [
        itemLevel(at * 2 + 1, goods.OATS, oats, { lot, expiry: '20270930', case: 1 }),
        itemLevel(at * 2 + 2, goods.TOMATO, '4', { lot: `T${lot}`, expiry: '20280600', case: 1 }),
      ]),
    ),
  );

const pantry = notice('00', 'BW-260481', [
  shipmentLevel(text(goods.PANTRY, ['20261124', '0800', 'CT'], '53117', ['PLT94', '2', '1480', 'LB']), [
    orderLevel('4500118203', [pantryPallet(11, 3, '6', 'L6310A'), pantryPallet(12, 2, '5', 'L6310B')]),
  ]),
]);

const hardware = notice('00', 'NF88120', [
  shipmentLevel(text(goods.HARDWARE, ['20261124', '1030', 'ET'], '20448', ['CTN25', '31', '612.5', 'LB']), [
    orderLevel('JOL-77310', [itemLevel(1, goods.HINGES, '120'), itemLevel(2, goods.SCREWS, '48')]),
    orderLevel('JOL-77342', [itemLevel(1, goods.DRILL, '24', { ordered: '30' }), itemLevel(2, goods.TAPE, '200')]),
    orderLevel('JOL-77355', [itemLevel(1, goods.SCREWS, '16')]),
  ]),
]);

const pharma = notice('00', 'KC-2611-0093', [
  shipmentLevel(
    text(goods.PHARMA, ['20261124', '1345', 'CT'], 'RX509', ['CTN25', '3', '84', 'LB'], { carrier: 'DEMO Cold Haul' }),
    [
      orderLevel('RX-300918', [
        cartonLevel(2101, [itemLevel(1, goods.INSULIN, '240', { lot: 'KI26K04', expiry: '20271031' })]),
        cartonLevel(2102, [itemLevel(2, goods.INSULIN, '160', { lot: 'KI26K05', expiry: '20271130' })]),
        cartonLevel(2103, [itemLevel(3, goods.VACCINE, '90', { lot: 'FV2627-11', expiry: '20270630' })]),
      ]),
    ],
  ),
]);

const orchardShipment = (expected: Row, apples: string): Level =>
  shipmentLevel(text(goods.ORCHARD, expected, '31009', ['CTN25', '96', '4310', 'LB']), [
    orderLevel('4500118377', [
      palletLevel(3101, [
        itemLevel(1, goods.APPLES, apples, { lot: 'SB-W47' }),
        itemLevel(2, goods.CHEESE, '412.75', { lot: 'CH-2209', expiry: '20270215' }),
      ]),
    ]),
  ]);

const paintShipment = (expected: Row): Level =>
  shipmentLevel(text(goods.PAINT, expected, '60271', ['PLT94', '2', '5120', 'LB'], { bill: 'CRW0099812' }), [
    orderLevel('4500118402', [
      palletLevel(4101, [itemLevel(1, goods.PRIMER, '96', { lot: 'P26-1107' })], true),
      palletLevel(4102, [itemLevel(2, goods.SOLVENT, '144', { lot: 'S26-0988' })], true),
    ]),
  ]);

/** Labels and notice printed from the same faulty numbers: all must be found by the number that is on the pallet. */
const spoiled = (level: Level): Level => ({
  ...level,
  rows: level.rows.map((row) => {
    const at = row[0] === 'MAN' ? 2 : row[0] === 'LIN' ? 7 : -1;
    return row.map((value, n) => (n === at ? spoil(value) : value));
  }),
  below: (level.below ?? []).map(spoiled),
});

const wrongDigits = notice('00', 'TT-5561', [
  shipmentLevel(text(goods.TOYS, ['20261125', '0915', 'CT'], '71830', ['PLT94', '1', '390', 'LB']), [
    orderLevel('4500118455', [
      spoiled(palletLevel(5101, [cartonLevel(510101, [itemLevel(1, goods.BLOCKS, '60', { case: 2 })])])),
      cartonLevel(510102, [itemLevel(2, goods.BLOCKS, '12', { case: 2 })]),
    ]),
  ]),
]);

const kitchen = (number: string, expected: Row, states?: Notice['states']): Notice =>
  notice(
    '00',
    number,
    [
      shipmentLevel(text(goods.KITCHEN, expected, '44120', ['CTN25', '18', '702', 'LB']), [
        orderLevel('4500118467', [
          cartonLevel(6101, [itemLevel(1, goods.SKILLET, '36')]),
          cartonLevel(6102, [itemLevel(2, goods.KETTLE, '30')]),
        ]),
      ]),
    ],
    states,
  );

const dairy = notice('00', 'JL/2026/1187', [
  shipmentLevel(
    text(goods.DAIRY, ['20261125', '0600', '01'], 'WGM-4T20', ['PLT94', '2', '1120', 'KG'], {
      shipTo: 'VEN',
      carrier: 'DEMO Koeltransport',
      shipped: ['20261124', '1900', '01'],
    }),
    [
      orderLevel('VEN-90331', [
        palletLevel(7101, [itemLevel(1, goods.BUTTER, '180', { lot: 'M-3311', expiry: '20270118' })]),
        palletLevel(7102, [itemLevel(2, goods.KEFIR, '96', { lot: 'K-3312', expiry: '20261212' })]),
      ]),
    ],
  ),
]);

const farm = notice('00', 'GH-11840', [
  shipmentLevel(
    // No time code: the clock is the warehouse's.
    text(goods.FARM, ['20261126', '0730'], '77-310-82', ['CTN25', '64', '410', 'KG'], {
      shipTo: 'HFA',
      carrier: 'DEMO הובלות',
      shipped: ['20261125', '2200'],
    }),
    [orderLevel('HFA-20077', [itemLevel(1, goods.DATES, '40', { lot: 'TM26' }), itemLevel(2, goods.TAHINI, '24')])],
  ),
]);

const small = (number: string, supplier: ShipmentText['supplier'], po: string, trailer: string, item: Level): Notice =>
  notice('00', number, [
    shipmentLevel(text(supplier, ['20261126', '1115', 'CT'], trailer, ['CTN25', '8', '160', 'LB']), [
      orderLevel(po, [item]),
    ]),
  ]);

const mixedUp = notice('00', 'NF88131', [
  shipmentLevel(text(goods.HARDWARE, ['20261131', '0900', 'CT'], '20455', ['CTN25', '6', '95', 'LB']), [
    orderLevel('JOL-77390', [
      itemLevel(1, goods.HINGES, '1,500'),
      itemLevel(2, goods.TAPE, '50', { expiry: '20260230' }),
      itemLevel(3, { ...goods.SCREWS, unit: '' }, '12'),
    ]),
  ]),
]);

/** 20 pallets of 6 cartons of 2 lines: what a full trailer of mixed goods looks like. */
const fullTrailer = notice('00', 'BW-260502', [
  shipmentLevel(text(goods.PANTRY, ['20261126', '1400', 'CT'], '53240', ['PLT94', '20', '31250', 'LB']), [
    orderLevel(
      '4500118510',
      Array.from({ length: 20 }, (_, pallet) =>
        palletLevel(
          8101 + pallet,
          Array.from({ length: 6 }, (_carton, carton) =>
            cartonLevel((8101 + pallet) * 100 + carton, [
              itemLevel(pallet * 12 + carton * 2 + 1, goods.OIL, '3', { lot: `OV26${pallet}`, expiry: '20280131' }),
              itemLevel(pallet * 12 + carton * 2 + 2, goods.COFFEE, '8', { lot: `CF${carton}`, expiry: '20271200' }),
            ]),
          ),
        ),
      ),
    ),
  ]),
]);

const one = (control: number, sender: string, each: Notice, layout?: Layout): Envelope =>
  envelope(control, sender, 'JOL', [[each]], layout);

/** All samples, in the order they are imported. */
export const SAMPLES: readonly Sample[] = [
  {
    file: '01-pallets-and-cartons.edi',
    shows: 'the full tree: shipment, order, pallets, cartons, lines with lots and expiry',
    envelope: one(481, 'BRIGHTWATER', pantry),
  },
  {
    file: '02-no-packing-levels.edi',
    shows: 'three orders in one shipment, no pallets or cartons; everything on one line, `|` and `^`',
    envelope: one(912, 'NORTHFORK', hardware, ONE_LINE),
  },
  {
    file: '03-cold-chain-cartons.edi',
    shows: 'cartons without pallets, two lots of one article; the line break ends a segment',
    envelope: one(93, 'KESTRELPHARMA', pharma, LINE_ENDED),
  },
  {
    file: '04-orchard-original.edi',
    shows: 'pallet without cartons, catch weight with decimals',
    envelope: one(700, 'SADDLEBACK', notice('00', 'SB-4471', [orchardShipment(['20261125', '0700', 'CT'], '96')])),
  },
  {
    file: '05-orchard-change.edi',
    shows: 'purpose 04 changes 04: later, and fewer apples',
    envelope: one(701, 'SADDLEBACK', notice('04', 'SB-4471', [orchardShipment(['20261125', '1130', 'CT'], '88')])),
  },
  {
    file: '06-paint-original.edi',
    shows: '18-digit SSCCs (MAN*AA); `+`, apostrophes and Windows line breaks',
    envelope: one(330, 'COBALTROW', notice('00', 'CR-99812', [paintShipment(['20261125', '1500', 'CT'])]), APOSTROPHE),
  },
  {
    file: '07-paint-replacement.edi',
    shows: 'purpose 05 replaces 06: a day later',
    envelope: one(331, 'COBALTROW', notice('05', 'CR-99812', [paintShipment(['20261126', '0830', 'CT'])]), APOSTROPHE),
  },
  {
    file: '08-wrong-check-digits.edi',
    shows: 'SSCCs and a GTIN with wrong check digits: kept, with warnings',
    envelope: one(5561, 'TUMBLEDOWN', wrongDigits),
  },
  {
    file: '09-wrong-counts.edi',
    shows: '40-character supplier name; CTT, SE, GE and IEA all state wrong counts: kept, with warnings',
    envelope: {
      ...one(
        1204,
        'BLUEHERON',
        kitchen('BH-70018', ['20261125', '1245', 'CT'], { levels: 9, quantity: '99', segments: 12 }),
      ),
      states: { sets: 2, groups: 3 },
    },
  },
  {
    file: '10-kitchen-to-cancel.edi',
    shows: 'an ordinary notice, cancelled by 11',
    envelope: one(1210, 'BLUEHERON', kitchen('BH-70025', ['20261126', '0945', 'CT'])),
  },
  {
    file: '11-kitchen-cancelled.edi',
    shows: 'purpose 01 cancels 10; no orders or lines',
    envelope: one(
      1211,
      'BLUEHERON',
      notice('01', 'BH-70025', [
        shipmentLevel(text(goods.KITCHEN, ['20261126', '0945', 'CT'], '44120', ['CTN25', '18', '702', 'LB']), []),
      ]),
    ),
  },
  {
    file: '12-venlo-polish.edi',
    shows: 'Polish names in UTF-8, kilograms, a numeric time code, to Venlo',
    envelope: envelope(1187, 'JASMINOWALAKA', 'VEN', [[dairy]]),
  },
  {
    file: '13-haifa-hebrew.edi',
    shows: 'Hebrew names in UTF-8, no time zone stated, to Haifa',
    envelope: envelope(11840, 'GREENHILL', 'HFA', [[farm]]),
  },
  {
    file: '14-three-in-one.edi',
    shows: 'one interchange with two groups and three notices of different suppliers',
    envelope: envelope(2040, 'DEMOVAN', 'JOL', [
      [
        small('TT-5570', goods.TOYS, '4500118470', '71844', itemLevel(1, goods.BLOCKS, '48', { case: 2 })),
        small('CR-99840', goods.PAINT, '4500118471', '60288', itemLevel(1, goods.PRIMER, '32', { lot: 'P26-1121' })),
      ],
      [
        small(
          'KC-2611-0101',
          goods.PHARMA,
          'RX-300940',
          'RX512',
          itemLevel(1, goods.VACCINE, '40', { lot: 'FV2627-12', expiry: '20270731' }),
        ),
      ],
    ]),
  },
  {
    file: '15-odd-dates-and-quantities.edi',
    shows: '31 November, 30 February, "1,500" and a missing unit: kept, with warnings',
    envelope: one(913, 'NORTHFORK', mixedUp),
  },
  { file: '16-full-trailer.edi', shows: '240 lines on 20 pallets', envelope: one(502, 'BRIGHTWATER', fullTrailer) },
];
