import { exceedsBytes, NOTICE_LIMITS, type NoticeLimits } from './limits.ts';
import type { ShipNotice } from './ship-notice.ts';
import type { NoticeRefusal, NoticeWarning } from './warning-codes.ts';
import { Warnings } from './warnings.ts';
import { read856 } from './x12/read-856.ts';
import { readEnvelopes } from './x12/read-envelope.ts';
import { tokenize } from './x12/tokenize.ts';

export type ParsedNotices = {
  readonly ok: true;
  /** In file order; several when the file holds several 856s or shipment levels. */
  readonly notices: readonly ShipNotice[];
  readonly warnings: readonly NoticeWarning[];
};

/**
 * Reads an X12 856 (one interchange or several, any delimiters its ISA declares). Never throws, whatever the text, and takes
 * time linear in its length. Real notices carry wrong check digits, missing levels and odd dates: those are warnings, each
 * naming segment and element. Only what is no ship notice, is cut off, or exceeds `limits` is refused, with the reason.
 */
export const parseShipNotice = (text: string, limits: NoticeLimits = NOTICE_LIMITS): ParsedNotices | NoticeRefusal => {
  if (exceedsBytes(text, limits.maxBytes)) {
    const message = `The file is larger than ${Math.floor(limits.maxBytes / 1024)} KiB. Split it into several notices.`;
    return { ok: false, code: 'too_large', message };
  }
  const warnings = new Warnings(limits.maxWarnings);
  const tokens = tokenize(text, limits);
  if (!tokens.ok) return tokens;
  const envelopes = readEnvelopes(tokens.interchanges, warnings);
  if (!envelopes.ok) return envelopes;
  const notices: ShipNotice[] = [];
  for (const set of envelopes.sets) {
    const read = read856(set, { ...limits, maxShipments: limits.maxShipments - notices.length }, warnings);
    if (!read.ok) return read;
    notices.push(...read.notices);
  }
  if (tokens.after !== null)
    warnings.add('text_after_end', { number: tokens.after, id: 'text' }, 'text follows the last IEA. Skipped.');
  return { ok: true, notices, warnings: warnings.list() };
};
