import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { NoticeLine, ShipNotice } from './ship-notice.ts';
import { toInstant } from './to-instant.ts';
import type { NoticeWarning } from './warning-codes.ts';

// A notice in the words of the commands. Limits here are the contract's; beyond them a command would be refused as a whole.

const LONGEST_TEXT = 200;
const MOST_ORDERS = 500;
const MOST_UNITS = 10_000;

type Announced = CommandArgs['announceShipment'];
type Facts = Pick<Announced, 'poNumber' | 'poNumbers' | 'carrier' | 'trailer' | 'seal' | 'billOfLading' | 'eta'>;

/** Cuts what is longer than can be stored, and says once per field that it did. */
export class Shortening {
  readonly #cut = new Map<string, NoticeWarning>();

  /** `what` begins the sentence: "The supplier name". */
  text(value: string, what: string): string {
    if (value.length <= LONGEST_TEXT) return value;
    const message = `${what} is longer than ${LONGEST_TEXT} characters and was cut.`;
    this.#cut.set(what, { code: 'text_shortened', message, position: '' });
    // toWellFormed: the cut may fall between the halves of a surrogate pair.
    return value.slice(0, LONGEST_TEXT).toWellFormed().trim();
  }

  list<T>(values: readonly T[], most: number, what: string): T[] {
    if (values.length > most) {
      const message = `The notice names ${values.length} ${what}; the first ${most} are kept.`;
      this.#cut.set(what, { code: 'list_shortened', message, position: '' });
    }
    return values.slice(0, most);
  }

  warnings(): NoticeWarning[] {
    return [...this.#cut.values()];
  }
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Commands leave out what is not known, where a notice says `null`. */
const present = <T extends object>(values: T): Present<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Present<T>;

/** Everything but the contents. `timeZone` is that of the warehouse: senders rarely say what clock they mean. */
export const announcedFacts = (notice: ShipNotice, timeZone: string, shortening: Shortening): Facts => {
  const text = (value: string | null, what: string): string | null =>
    value === null ? null : shortening.text(value, what);
  const poNumbers = shortening
    .list(notice.poNumbers, MOST_ORDERS, 'orders')
    .map((each) => shortening.text(each, 'An order number'));
  return present({
    poNumber: poNumbers[0] ?? null,
    poNumbers: poNumbers.length === 0 ? null : poNumbers,
    carrier: text(notice.carrier.name ?? notice.carrier.scac, 'The carrier'),
    trailer: text(notice.trailer, 'The trailer'),
    seal: text(notice.seal, 'The seal'),
    billOfLading: text(notice.billOfLading, 'The bill of lading'),
    eta: notice.expectedAt === null ? null : toInstant(notice.expectedAt, timeZone),
  });
};

const announcedLine = (line: NoticeLine, shortening: Shortening): Announced['lines'][number] => {
  const text = (value: string | null, what: string): string | null =>
    value === null ? null : shortening.text(value, what);
  return {
    lineNumber: line.lineNumber,
    quantity: line.quantity,
    unit: line.unit,
    ...present({
      poNumber: text(line.poNumber, 'An order number'),
      // The buyer's number is what receivers know; a supplier's is better than none.
      sku: text(line.sku ?? line.supplierItem, 'An article number'),
      gtin: line.gtin,
      description: text(line.description, 'A description'),
      lot: text(line.lot, 'A lot'),
      expiresOn: line.expiresOn,
      sscc: line.handlingUnitSscc,
    }),
  };
};

export const announcedLines = (notice: ShipNotice, shortening: Shortening): Announced['lines'] =>
  notice.lines.map((line) => announcedLine(line, shortening));

export const announcedUnits = (notice: ShipNotice, shortening: Shortening): Announced['handlingUnits'] =>
  shortening.list(notice.handlingUnits, MOST_UNITS, 'handling units').map(({ sscc, kind, parentSscc }) => ({
    sscc,
    kind,
    ...present({ parentSscc }),
  }));
