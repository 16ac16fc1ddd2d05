/** What a ship notice may cost. The HTTP door refuses a larger body earlier; these hold for files from the command line too. */
export type NoticeLimits = {
  /** UTF-8 bytes of the whole file. */
  readonly maxBytes: number;
  /** Lines (LIN or SN1 segments) in the whole file. */
  readonly maxLines: number;
  /** Shipments in the whole file: each becomes a command of its own. */
  readonly maxShipments: number;
  /** HL levels below each other; the standard needs five. */
  readonly maxDepth: number;
  /** Segments in the whole file: bounds memory when 10 MB is nothing but `A~A~A~`. */
  readonly maxSegments: number;
  /** Warnings listed; the rest are counted in one last `more_warnings`. */
  readonly maxWarnings: number;
};

export const NOTICE_LIMITS: NoticeLimits = {
  maxBytes: 10 * 1024 * 1024,
  maxLines: 10_000,
  maxShipments: 1_000,
  maxDepth: 20,
  maxSegments: 500_000,
  maxWarnings: 500,
};

/** True when `text` encodes to more than `maxBytes` of UTF-8; counts only when the length alone does not decide. */
export const exceedsBytes = (text: string, maxBytes: number): boolean => {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair counts 2: together the 4 bytes of the pair.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes > maxBytes;
};
