import type { ProblemCode } from '#contract/wire/errors.ts';

/**
 * Why a ship notice is kept with a remark. Stable: outside clients match on the code, people read the message.
 * Values say what was done about it.
 */
export const WARNING_CODES = {
  bad_check_digit: 'an SSCC, GTIN or GLN does not end in its check digit; kept as sent',
  unreadable_sscc: 'a handling unit has no 18-digit SSCC; kept under the text sent',
  sscc_range: 'MAN names a range of handling units; only the first is kept',
  duplicate_sscc: 'one SSCC stands for two handling units; kept once',
  unreadable_gtin: 'an article number is not 8, 12, 13 or 14 digits; left out',
  count_mismatch: 'a count or hash total (CTT, SE, GE, IEA) differs from what is there; what is there counts',
  control_number_mismatch: 'a trailer repeats another control number than its header; kept',
  missing_envelope: 'a GS, GE or functional group is missing; read without it',
  other_transaction_set: 'the file also holds something other than an 856; that part is skipped',
  text_after_end: 'text follows the last IEA; skipped',
  missing_level: 'the hierarchy lacks a level it needs; supplied',
  broken_hierarchy: 'an HL names a parent that is not there, or an identifier already used; placed by its level',
  empty_item: 'an item level holds neither LIN nor SN1; skipped',
  missing_number: 'BSN02 is empty; numbered after the interchange',
  missing_po: 'a line belongs to no purchase order; kept without',
  missing_ship_to: 'no N1*ST; the receiver ID of the interchange is taken',
  missing_supplier: 'no N1*SU, VN, SF or SH; the sender ID of the interchange is taken',
  no_lines: 'the notice announces no lines; kept',
  several_shipments: 'one notice describes several shipments; each gets a number of its own',
  unknown_purpose: 'BSN01 is none of 00, 01, 04, 05; treated as original',
  unknown_unit: 'a quantity has no unit code; counted as EA',
  unknown_zone: 'a time zone code is not known; taken as warehouse time',
  unreadable_date: 'a date or time cannot be read; left out',
  unreadable_quantity: 'a quantity cannot be read; the line is kept with 0 announced',
  text_shortened: 'a text is longer than Dockline stores; cut',
  more_warnings: 'there were more warnings than are listed',
  warehouse_created: 'the ship-to was not known; a warehouse was created',
  supplier_created: 'the supplier was not known; one was created',
  change_without_original: 'the notice changes one that never came; announced as new',
  cancel_without_original: 'the notice cancels one that never came; nothing to do',
  already_announced: 'an original came before with this number; it is the same shipment, left as it is',
  change_too_late: 'counting has begun or the shipment is over; what can no longer change is left as it is',
  cancel_too_late: 'the shipment has arrived; it is not cancelled',
  ship_to_changed: 'a change names another ship-to; the shipment stays at its warehouse',
  list_shortened: 'more orders or handling units than Dockline stores; the rest is left out',
} as const;

export type WarningCode = keyof typeof WARNING_CODES;

/** `position` names segment and element, `segment 17 MAN02`; ISA is segment 1, and every segment of the file counts. */
export type NoticeWarning = { readonly code: WarningCode; readonly message: string; readonly position: string };

/** Why a file is not taken at all. Stable, as above. */
export const REFUSAL_CODES = {
  empty: 'there is nothing in the file',
  not_x12: 'the file is not an X12 interchange, or does not declare its delimiters',
  not_a_ship_notice: 'the interchange holds no 856',
  truncated: 'the file ends early',
  too_large: 'more bytes or segments than the limit',
  too_many_lines: 'more lines than the limit',
  too_many_shipments: 'more shipments than the limit',
  too_deep: 'HL levels nested deeper than the limit',
} as const;

export type RefusalCode = keyof typeof REFUSAL_CODES;

/** The refusal as the problem code HTTP answers with. */
export const REFUSAL_PROBLEMS = {
  empty: 'not_a_ship_notice',
  not_x12: 'not_a_ship_notice',
  not_a_ship_notice: 'not_a_ship_notice',
  truncated: 'notice_truncated',
  too_large: 'notice_over_limit',
  too_many_lines: 'notice_over_limit',
  too_many_shipments: 'notice_over_limit',
  too_deep: 'notice_over_limit',
} as const satisfies Record<RefusalCode, ProblemCode>;

export type NoticeRefusal = {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly message: string;
  readonly position?: string;
};
