import type { NoticeParty, NoticeTime, ShipNotice } from '../ship-notice.ts';
import type { Warnings } from '../warnings.ts';
import { checkKey } from './check-key.ts';
import { readQuantity } from './read-quantity.ts';
import { DTM_ELEMENTS, readTime } from './read-time.ts';
import { code, element, elementOrNull, type Segment } from './segment.ts';

/** N101 by what it means here, the preferred one first. */
const SUPPLIERS = ['SU', 'VN', 'SF', 'SH'];
const SHIP_TOS = ['ST', 'BS', 'CN'];
/** DTM01 of a delivery date: estimated, current schedule, estimated arrival, requested. */
const EXPECTED = ['017', '067', '371', '002'];
const SHIPPED = ['011'];
const GLN = /^\d{13}$/;

export type ShipmentFacts = Pick<
  ShipNotice,
  'supplier' | 'shipTo' | 'carrier' | 'weight' | 'shippedAt' | 'expectedAt'
> &
  Pick<ShipNotice, 'trailer' | 'seal' | 'billOfLading' | 'proNumber' | 'packages'>;

const NOBODY: NoticeParty = { code: null, name: null, assumed: false };

const NOTHING: ShipmentFacts = {
  supplier: NOBODY,
  shipTo: NOBODY,
  carrier: { scac: null, name: null, mode: null },
  packages: null,
  weight: null,
  trailer: null,
  seal: null,
  billOfLading: null,
  proNumber: null,
  shippedAt: null,
  expectedAt: null,
};

/**
 * What is said about a shipment as a whole: `read` is called with the shipment level first, then its orders, and what was said
 * first counts. What neither says is taken from `header`, which is read once however many shipments follow it.
 */
export class ShipmentReader {
  readonly #warnings: Warnings;
  readonly #header: ShipmentFacts;
  readonly #parties = new Map<string, NoticeParty>();
  readonly #times = new Map<string, NoticeTime>();
  readonly #refs = new Map<string, string>();
  #td1: Pick<ShipNotice, 'packages' | 'weight'> = NOTHING;
  #td3: Pick<ShipNotice, 'trailer' | 'seal'> = NOTHING;
  #carrier: ShipNotice['carrier'] = NOTHING.carrier;

  constructor(warnings: Warnings, header: ShipmentFacts = NOTHING) {
    this.#warnings = warnings;
    this.#header = header;
  }

  /** `whole` is false for an order level, whose packages and carrier are not those of the shipment. */
  read(segments: readonly Segment[], whole: boolean): void {
    for (const segment of segments) {
      if (segment.id === 'N1') this.#readParty(segment);
      else if (segment.id === 'REF') this.#readRef(segment);
      else if (segment.id === 'DTM') this.#readTime(segment);
      else if (whole) this.#readLoad(segment);
    }
  }

  /** Of the levels below orders only the parties: their references and dates are those of cartons and lines. */
  readParties(segments: readonly Segment[]): void {
    for (const segment of segments) if (segment.id === 'N1') this.#readParty(segment);
  }

  facts(): ShipmentFacts {
    const header = this.#header;
    const carrier = this.#carrier;
    return {
      supplier: this.#party(SUPPLIERS) ?? header.supplier,
      shipTo: this.#party(SHIP_TOS) ?? header.shipTo,
      carrier: {
        scac: carrier.scac ?? header.carrier.scac,
        name: carrier.name ?? header.carrier.name,
        mode: carrier.mode ?? header.carrier.mode,
      },
      packages: this.#td1.packages ?? header.packages,
      weight: this.#td1.weight ?? header.weight,
      trailer: this.#td3.trailer ?? this.#refs.get('EQ') ?? header.trailer,
      seal: this.#td3.seal ?? this.#refs.get('SN') ?? header.seal,
      billOfLading: this.#refs.get('BM') ?? header.billOfLading,
      proNumber: this.#refs.get('CN') ?? header.proNumber,
      shippedAt: this.#time(SHIPPED) ?? header.shippedAt,
      expectedAt: this.#time(EXPECTED) ?? header.expectedAt,
    };
  }

  #time(qualifiers: readonly string[]): NoticeTime | undefined {
    return qualifiers.map((each) => this.#times.get(each)).find((time) => time !== undefined);
  }

  /** The first party of these that has a code, its name completed from another of them that repeats the code or has none. */
  #party(qualifiers: readonly string[]): NoticeParty | undefined {
    const all = qualifiers.map((each) => this.#parties.get(each)).filter((each) => each !== undefined);
    const party = all.find((each) => each.code !== null) ?? all[0];
    if (party === undefined) return undefined;
    const named = all.find((each) => each.name !== null && (each.code === null || each.code === party.code));
    return { ...party, name: party.name ?? named?.name ?? null };
  }

  #readParty(n1: Segment): void {
    const qualifier = code(n1, 1);
    const party = { name: elementOrNull(n1, 2), code: elementOrNull(n1, 4), assumed: false };
    if (this.#parties.has(qualifier) || (party.name === null && party.code === null)) return;
    if (code(n1, 3) === 'UL' && party.code !== null && GLN.test(party.code))
      checkKey(party.code, 'GLN', n1, 4, this.#warnings);
    this.#parties.set(qualifier, party);
  }

  #readRef(ref: Segment): void {
    const qualifier = code(ref, 1);
    const value = element(ref, 2);
    if (value !== '' && !this.#refs.has(qualifier)) this.#refs.set(qualifier, value);
  }

  #readTime(dtm: Segment): void {
    const qualifier = code(dtm, 1);
    if (!EXPECTED.includes(qualifier) && !SHIPPED.includes(qualifier)) return;
    const time = readTime(dtm, DTM_ELEMENTS, this.#warnings);
    if (time !== null && !this.#times.has(qualifier)) this.#times.set(qualifier, time);
  }

  #readLoad(segment: Segment): void {
    if (segment.id === 'TD1') {
      const value = readQuantity(element(segment, 7));
      this.#td1 = {
        packages: this.#td1.packages ?? readQuantity(element(segment, 2)),
        weight: this.#td1.weight ?? (value === null ? null : { value, unit: code(segment, 8) || 'LB' }),
      };
    } else if (segment.id === 'TD3') {
      const equipment = `${element(segment, 2)}${element(segment, 3)}` || null;
      this.#td3 = { trailer: this.#td3.trailer ?? equipment, seal: this.#td3.seal ?? elementOrNull(segment, 9) };
    } else if (segment.id === 'TD5') this.#readCarrier(segment);
  }

  #readCarrier(td5: Segment): void {
    // TD502 = 2 says that TD503 is a SCAC; other agencies' codes are kept as well, since it is the only one sent.
    this.#carrier = {
      scac: this.#carrier.scac ?? (code(td5, 3) || null),
      mode: this.#carrier.mode ?? (code(td5, 4) || null),
      name: this.#carrier.name ?? elementOrNull(td5, 5),
    };
  }
}
