import type { NoticeRefusal } from '../warning-codes.ts';

export type Delimiters = {
  readonly element: string;
  /** ISA16. */
  readonly component: string;
  /** ISA11 from version 00402 on; before that ISA11 is a standards identifier and elements do not repeat. */
  readonly repetition: string | null;
  readonly terminator: string;
};

/** Offsets of the 16 element separators in an ISA of the fixed width the standard demands. */
const SEPARATORS = [3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103];
const COMPONENT_AT = 104;
const TERMINATOR_AT = 105;
const ISA_LENGTH = 106;
/** Far enough for an ISA whose fields were padded or trimmed wrongly; near enough to stay constant time. */
const SEARCH = 300;

const refuse = (code: 'empty' | 'not_x12' | 'truncated', message: string): NoticeRefusal => ({
  ok: false,
  code,
  message,
});

const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^UN[AB]/, 'It looks like EDIFACT.'],
  [/^[[{]/, 'It looks like JSON.'],
  [/^</, 'It looks like XML or HTML.'],
  [/^%PDF/, 'It is a PDF.'],
  [/^PK\p{Cc}/u, 'It is a ZIP archive or an office document.'],
  [/^(GS|ST|BSN)\W/, 'It begins inside an interchange: the ISA segment is missing.'],
];

/** Why `start` is no interchange, as far as its first characters tell. */
const notX12 = (start: string): NoticeRefusal => {
  const looks = FORMATS.find(([pattern]) => pattern.test(start))?.[1] ?? '';
  return refuse('not_x12', `An X12 file begins with an ISA segment, and this one does not. ${looks}`.trim());
};

const fixedWidth = (head: string): { component: string; terminator: string } | null => {
  const separator = head.charAt(3);
  if (head.length < ISA_LENGTH || SEPARATORS.some((offset) => head.charAt(offset) !== separator)) return null;
  return { component: head.charAt(COMPONENT_AT), terminator: head.charAt(TERMINATOR_AT) };
};

/** An ISA with fields of the wrong width still says it all: the sixteenth separator, one character, the terminator. */
const anyWidth = (head: string): { component: string; terminator: string } | null => {
  const separator = head.charAt(3);
  if (separator === '') return null;
  let offset = -1;
  for (let count = 0; count < SEPARATORS.length; count += 1) {
    offset = head.indexOf(separator, offset + 1);
    if (offset < 0) return null;
  }
  return { component: head.charAt(offset + 1), terminator: head.charAt(offset + 2) };
};

const usable = (terminator: string, component: string, separator: string): boolean =>
  terminator !== '' &&
  !/[\p{L}\p{N} ]/u.test(terminator + component) &&
  !/[\p{L}\p{N} \r\n]/u.test(separator) &&
  new Set([terminator, component, separator]).size === 3;

/**
 * The delimiters an ISA declares. `start` is where `ISA` is expected in `text`.
 * Files wrapped at 80 columns are read too: their line breaks are not the terminator, so they are looked through.
 */
export const readDelimiters = (text: string, start: number): { ok: true; delimiters: Delimiters } | NoticeRefusal => {
  const head = text.slice(start, start + SEARCH);
  if (!/^ISA([^\p{L}\p{N}]|$)/u.test(head)) return notX12(head);
  const separator = head.charAt(3);
  const unwrapped = head.replace(/[\r\n]/g, '');
  const found = fixedWidth(head) ?? fixedWidth(unwrapped) ?? anyWidth(head);
  if ((found?.terminator ?? '') === '' && text.length - start < ISA_LENGTH)
    return refuse('truncated', 'The file ends inside its first segment (ISA). Send the whole file again.');
  if (found === null || !usable(found.terminator, found.component, separator))
    return refuse('not_x12', 'The file begins with ISA, but its first 106 characters do not declare the delimiters.');
  const [standards = '', version = ''] = unwrapped.split(separator).slice(11, 13);
  const repeats = version >= '00402' && standards.length === 1 && !/[\p{L}\p{N}\s]/u.test(standards);
  return { ok: true, delimiters: { element: separator, ...found, repetition: repeats ? standards : null } };
};
