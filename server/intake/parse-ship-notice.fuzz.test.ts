import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLES } from '../../tools/samples/sample-notices.ts';
import {
  CLASSIC,
  interchangeRows,
  type Layout,
  type Level,
  levelRows,
  type Row,
  sampleGtin,
  sampleSscc,
  writeBody,
  writeInterchange,
  writeRows,
} from '../../tools/samples/write-856.ts';
import { NOTICE_LIMITS } from './limits.ts';
import { parseShipNotice } from './parse-ship-notice.ts';
import type { NoticeLine, NoticeUnit } from './ship-notice.ts';
import { REFUSAL_CODES, WARNING_CODES } from './warning-codes.ts';

/** What holds for the answer to any text at all. */
const expectSound = (text: string): void => {
  const parsed = parseShipNotice(text);
  if (!parsed.ok) {
    expect(Object.keys(REFUSAL_CODES)).toContain(parsed.code);
    expect(parsed.message.length).toBeGreaterThan(10);
    return;
  }
  expect(parsed.notices.length).toBeGreaterThan(0);
  for (const { code, message } of parsed.warnings) {
    expect(Object.keys(WARNING_CODES)).toContain(code);
    expect(message.length).toBeLessThanOrEqual(400);
  }
  for (const notice of parsed.notices) {
    expect(notice.number).not.toBe('');
    expect(notice.lines.map(({ lineNumber }) => lineNumber)).toEqual(notice.lines.map((_, at) => at + 1));
    const units = new Set(notice.handlingUnits.map(({ sscc }) => sscc));
    expect(units.size).toBe(notice.handlingUnits.length);
    for (const { quantity, handlingUnitSscc } of notice.lines) {
      expect(quantity).toMatch(/^\d{1,12}(\.\d{1,6})?$/);
      if (handlingUnitSscc !== null) expect(units).toContain(handlingUnitSscc);
    }
  }
};

/** Signs that occur in no sample, so that any of them can delimit. */
const SIGNS = [...'*|^~!$@\\{}[]_?=', '\t', '\u001c', '\u001d', '\u001e', '\u001f', '§', '¬'];
const layouts = fc
  .tuple(
    fc.shuffledSubarray(SIGNS, { minLength: 4, maxLength: 4 }),
    fc.constantFrom('', '\n', '\r\n', '\n\n', '\n  '),
    fc.constantFrom('00401', '00402', '00501'),
    fc.boolean(),
  )
  .map(([[element = '', component = '', repetition = '', terminator = ''], lineBreak, version, lines]): Layout => {
    const ending = lines ? { terminator: '\n', lineBreak: '' } : { terminator, lineBreak };
    return { element, component, repetition, version, ...ending };
  });

describe('any text', () => {
  it('is answered, never thrown at', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), expectSound), { numRuns: 300 });
  });

  it('is answered when it begins like an interchange', () => {
    const isa = writeBody([]).slice(0, 106);
    const words = fc.constantFrom(
      'ST',
      'SE',
      'HL',
      'LIN',
      'SN1',
      'MAN',
      'DTM',
      'N1',
      'GS',
      'GE',
      'IEA',
      'ISA',
      'BSN',
      'CTT',
      '856',
      '*',
      '~',
      '\n',
      '1',
      '',
    );
    const tail = fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 80 });
    fc.assert(
      fc.property(tail, (parts) => expectSound(isa + parts.join(''))),
      { numRuns: 300 },
    );
  });
});

describe('a damaged sample', () => {
  const samples = SAMPLES.filter(({ file }) => !file.startsWith('16')).map(({ envelope }) => ({
    rows: interchangeRows(envelope),
    layout: envelope.layout,
    text: writeInterchange(envelope),
  }));
  const sample = fc.constantFrom(...samples);

  it('is answered with segments taken out, doubled, swapped or changed', () => {
    const damage = fc.record({
      how: fc.constantFrom('delete', 'double', 'swap', 'change', 'insert'),
      at: fc.nat({ max: 200 }),
      to: fc.nat({ max: 200 }),
      text: fc.string({ unit: 'binary', maxLength: 12 }),
    });
    const apply = (
      rows: readonly Row[],
      { how, at, to, text }: { how: string; at: number; to: number; text: string },
    ): Row[] => {
      const result = [...rows];
      // ISA stays: without it nothing else would be looked at.
      const one = 1 + (at % (rows.length - 1));
      const other = 1 + (to % (rows.length - 1));
      const row = result[one] ?? [];
      if (how === 'delete') result.splice(one, 1);
      else if (how === 'double') result.splice(other, 0, row);
      else if (how === 'insert') result.splice(one, 0, [text, text]);
      else if (how === 'change') result[one] = row.map((value, n) => (n > 0 && n === to % row.length ? text : value));
      else [result[one], result[other]] = [result[other] ?? [], row];
      return result;
    };
    fc.assert(
      fc.property(sample, fc.array(damage, { minLength: 1, maxLength: 8 }), ({ rows, layout }, all) => {
        const damaged = all.reduce<readonly Row[]>((each, one) => (each.length < 3 ? each : apply(each, one)), rows);
        expectSound(writeRows(damaged, layout));
      }),
      { numRuns: 400 },
    );
  });

  it('is answered with all its segments shuffled', () => {
    fc.assert(
      fc.property(sample, fc.infiniteStream(fc.nat()), ({ rows, layout }, order) => {
        const [isa = [], ...rest] = rows;
        const keyed = rest.map((row) => ({ row, key: order.next().value ?? 0 }));
        expectSound(writeRows([isa, ...keyed.toSorted((a, b) => a.key - b.key).map(({ row }) => row)], layout));
      }),
      { numRuns: 150 },
    );
  });

  it('is answered with characters changed, and refused when cut', () => {
    fc.assert(
      fc.property(
        sample,
        fc.nat(),
        fc.string({ unit: 'binary', maxLength: 3 }),
        fc.nat({ max: 5 }),
        ({ text }, spot, put, take) => {
          const at = spot % text.length;
          expectSound(text.slice(0, at) + put + text.slice(at + take));
        },
      ),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(sample, fc.nat(), ({ text }, spot) => {
        const end = text.lastIndexOf('IEA');
        const parsed = parseShipNotice(text.slice(0, 4 + (spot % (end - 4))));
        expect(parsed).toMatchObject({ ok: false, code: 'truncated' });
      }),
      { numRuns: 300 },
    );
  });
});

describe('delimiters and line breaks', () => {
  it('change nothing about what a sample says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SAMPLES), layouts, ({ envelope }, layout) => {
        const rewritten = writeInterchange({ ...envelope, layout });
        expect(parseShipNotice(rewritten)).toEqual(parseShipNotice(writeInterchange(envelope)));
      }),
      { numRuns: 150 },
    );
  });
});

describe('a notice made up at random', () => {
  type Packed = { pallet: boolean; carton: boolean; item: number; quantity: number; lot: string };
  const packed = fc.record({
    pallet: fc.boolean(),
    carton: fc.boolean(),
    item: fc.nat({ max: 99_999 }),
    quantity: fc.nat({ max: 10_000_000 }).map((thousandths) => thousandths / 1000),
    lot: fc.stringMatching(/^[A-Z0-9]{0,8}$/),
  });
  const orders = fc.array(fc.array(packed, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });

  /** The levels, and what a reader should find in them, worked out beside each other. */
  const make = (all: readonly (readonly Packed[])[]) => {
    const lines: Partial<NoticeLine>[] = [];
    const units: NoticeUnit[] = [];
    const mark = (kind: NoticeUnit['kind'], parentSscc: string | null): string => {
      const sscc = sampleSscc(units.length);
      units.push({ sscc, raw: `00${sscc}`, kind, parentSscc, checkDigitValid: true });
      return sscc;
    };
    const wrap = (level: string, sscc: string, below: Level): Level => ({
      level,
      rows: [['MAN', 'GM', `00${sscc}`]],
      below: [below],
    });
    const place = (one: Packed, po: string): Level => {
      const pallet = one.pallet ? mark('pallet', null) : null;
      const carton = one.carton ? mark('carton', pallet) : null;
      const gtin = sampleGtin(one.item);
      lines.push({
        lineNumber: lines.length + 1,
        poNumber: po,
        gtin,
        quantity: String(one.quantity),
        lot: one.lot || null,
        handlingUnitSscc: carton ?? pallet,
      });
      const item: Level = {
        level: 'I',
        rows: [
          ['LIN', '', 'EN', gtin, 'LT', one.lot],
          ['SN1', '', String(one.quantity), 'EA'],
        ],
      };
      const inCarton = carton === null ? item : wrap('P', carton, item);
      return pallet === null ? inCarton : wrap('T', pallet, inCarton);
    };
    const below = all.map(
      (each, at): Level => ({
        level: 'O',
        rows: [['PRF', `PO${at}`]],
        below: each.map((one) => place(one, `PO${at}`)),
      }),
    );
    const parties: Row[] = [
      ['N1', 'SF', 'Farm', '92', 'F1'],
      ['N1', 'ST', 'Joliet', '92', 'JOL'],
    ];
    return { levels: [{ level: 'S', rows: parties, below }], lines, units };
  };

  it('is read back exactly, whatever the delimiters', () => {
    fc.assert(
      fc.property(orders, layouts, (all, layout) => {
        const { levels, lines, units } = make(all);
        const parsed = parseShipNotice(
          writeBody([['BSN', '00', 'N1', '20261123', '0915'], ...levelRows(levels)], layout),
        );
        if (!parsed.ok) throw new Error(parsed.message);
        expect(parsed.warnings).toEqual([]);
        expect(parsed.notices[0]?.lines).toMatchObject(lines);
        expect(parsed.notices[0]?.handlingUnits).toEqual(units);
        expect(parsed.notices[0]?.poNumbers).toEqual(all.map((_, at) => `PO${at}`));
      }),
      { numRuns: 150 },
    );
  });
});

describe('hostile input of full size', () => {
  const MEGABYTES = 10 * 1024 * 1024;
  const fill = (head: string, filler: string, tail = ''): string =>
    head + filler.repeat(Math.floor((MEGABYTES - head.length - tail.length) / filler.length)) + tail;
  const isa = writeBody([]).slice(0, 106);
  const open = `${isa}\nGS*SH*S*R*20261123*0915*7*X*004010~ST*856*0001~BSN*00*N1*20261123~`;
  const close = 'SE*1*0001~GE*1*7~IEA*1*000000042~';
  const unlimited = { ...NOTICE_LIMITS, maxSegments: Number.MAX_SAFE_INTEGER, maxShipments: Number.MAX_SAFE_INTEGER };

  // A generous ceiling that only quadratic work exceeds: linear work takes well under a second, quadratic takes hours.
  it.each([
    ['white space', fill('', ' ')],
    ['one endless element', fill(`${open}SN1**`, '1', `x*EA~${close}`)],
    ['one endless mark', fill(`${open}HL*1**P~MAN*GM*`, ' 0', `~${close}`)],
    ['element separators', fill(open, '*', `~${close}`)],
    ['terminators', fill(open, '~', close)],
    ['line breaks inside a segment', fill(open, '\n', close)],
    ['an endless identifier', fill(open, 'A', `~${close}`)],
    ['text after the end', fill(open + close, 'x')],
    ['short segments', fill(open, 'A~', close)],
    ['an ISA that never ends', fill('ISA*', '0')],
    ['opening interchanges', fill('', `${isa}IEA*0*000000042~`)],
  ])('%s is answered in linear time', { timeout: 20_000 }, (_, text) => {
    const parsed = parseShipNotice(text);
    if (!parsed.ok) expect(parsed.message.length).toBeLessThan(400);
  });

  it('many shipments under one large header are answered in linear time', { timeout: 20_000 }, () => {
    const header = Array.from({ length: 20_000 }, (_, at): Row => ['REF', `Q${at}`, 'x']);
    const shipments = Array.from({ length: 20_000 }, (_, at): Row => ['HL', String(at + 1), '', 'S']);
    const parsed = parseShipNotice(writeBody([['BSN', '01', 'N1'], ...header, ...shipments], CLASSIC), unlimited);
    expect(parsed.ok && parsed.notices).toHaveLength(20_000);
  });

  it('ten thousand quantities that are nearly numbers are answered in linear time', { timeout: 10_000 }, () => {
    const almost: Row = ['SN1', '', `${'1'.repeat(990)}x`, 'EA'];
    const text = writeBody([['BSN', '00', 'N1'], ['HL', '1', '', 'I'], ...Array.from({ length: 9_999 }, () => almost)]);
    expect(parseShipNotice(text).ok).toBe(true);
  });

  it('the largest allowed notice is read whole', { timeout: 20_000 }, () => {
    const wide = 'x'.repeat(900);
    const items = Array.from(
      { length: 9_999 },
      (_, at): Level => ({
        level: 'I',
        rows: [
          ['LIN', String(at), 'SK', `SKU${at}`, 'EN', sampleGtin(at)],
          ['SN1', '', '3', 'EA'],
          ['PID', 'F', '', '', '', wide],
        ],
      }),
    );
    const text = writeBody([
      ['BSN', '00', 'N1', '20261123'],
      ...levelRows([{ level: 'S', rows: [], below: [{ level: 'O', rows: [['PRF', '1']], below: items }] }]),
    ]);
    expect(text.length).toBeGreaterThan(9_500_000);
    const parsed = parseShipNotice(text);
    expect(parsed.ok && parsed.notices[0]?.lines).toHaveLength(9_999);
  });
});
