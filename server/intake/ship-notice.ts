// What a ship notice says, whatever format it came in. Times are the sender's wall clock until a plan turns them into instants.

export type NoticePurpose = 'original' | 'replace' | 'change' | 'cancel';

export type NoticeTime = {
  /** `YYYY-MM-DDTHH:mm`, the clock as written. `00:00` when `dateOnly`. */
  readonly local: string;
  /** IANA name or `+HH:MM` when the sender said; `null` means the receiving warehouse's zone is assumed. */
  readonly zone: string | null;
  readonly dateOnly: boolean;
};

export type NoticeParty = {
  readonly code: string | null;
  readonly name: string | null;
  /** The notice does not name it; `code` is the sender or receiver of the interchange. */
  readonly assumed: boolean;
};

export type NoticeCarrier = {
  readonly scac: string | null;
  readonly name: string | null;
  /** X12 transport method: M motor, A air, S ocean, R rail, U parcel… */
  readonly mode: string | null;
};

export type NoticeLine = {
  /** 1, 2, 3… over the whole notice: senders restart their own numbers with every order. */
  readonly lineNumber: number;
  /** The sender's LIN01 or SN101. */
  readonly sentLineNumber: string | null;
  readonly poNumber: string | null;
  /** The buyer's article number (IN, BP, SK, CB). */
  readonly sku: string | null;
  /** 8, 12, 13 or 14 digits as sent; its check digit may be wrong (warned). */
  readonly gtin: string | null;
  /** The supplier's article number (VP, VN, VA, MG). */
  readonly supplierItem: string | null;
  readonly description: string | null;
  /** Decimal string; `0` when the sender's figure could not be read. */
  readonly quantity: string;
  readonly unit: string;
  readonly orderedQuantity: string | null;
  /** Inner units per unit shipped (PO401), decimal string. */
  readonly packSize: string | null;
  readonly lot: string | null;
  /** `YYYY-MM-DD`. */
  readonly expiresOn: string | null;
  /** The innermost handling unit that holds it. */
  readonly handlingUnitSscc: string | null;
};

export type NoticeUnit = {
  /** 18 digits; or the sender's text when it is no SSCC at all (warned). */
  readonly sscc: string;
  readonly raw: string;
  readonly kind: 'pallet' | 'carton';
  readonly parentSscc: string | null;
  readonly checkDigitValid: boolean;
};

export type ShipNotice = {
  readonly purpose: NoticePurpose;
  readonly number: string;
  readonly createdAt: NoticeTime | null;
  readonly shippedAt: NoticeTime | null;
  readonly expectedAt: NoticeTime | null;
  readonly supplier: NoticeParty;
  readonly shipTo: NoticeParty;
  readonly carrier: NoticeCarrier;
  readonly trailer: string | null;
  readonly seal: string | null;
  readonly billOfLading: string | null;
  readonly proNumber: string | null;
  /** In order of appearance, each once. */
  readonly poNumbers: readonly string[];
  readonly packages: string | null;
  readonly weight: { readonly value: string; readonly unit: string } | null;
  readonly lines: readonly NoticeLine[];
  readonly handlingUnits: readonly NoticeUnit[];
};
