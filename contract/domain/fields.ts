import { z } from 'zod';

// Building blocks of every row and message. Limits are what the server stores; beyond them a message is refused as malformed.

/** UUIDv7 when made by Dockline; any short token from outside, so that lookups answer not_found rather than malformed. */
export const id = z.string().min(1).max(100);
export const shortText = z.string().trim().max(200);
export const longText = z.string().trim().max(4000);
/** ISO 8601 UTC with `Z`, to the millisecond or coarser. */
export const instant = z.iso.datetime();
/** Calendar date, `YYYY-MM-DD`. */
export const date = z.iso.date();
/** Decimal string, at most 12 digits before and 6 after the point; never a float. */
export const quantity = z.string().regex(/^\d{1,12}(\.\d{1,6})?$/, 'a decimal such as 12 or 3.5');
/** Unit code as the sender wrote it (X12 or UN/ECE Rec 20): EA, CA, PL, KG… */
export const unit = z.string().trim().min(1).max(10);
/** IANA time zone name, such as `America/Chicago`. */
export const timeZone = z.string().min(1).max(64);
