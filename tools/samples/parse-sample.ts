import { type ParsedNotices, parseShipNotice } from '../../server/intake/parse-ship-notice.ts';
import type { ShipNotice } from '../../server/intake/ship-notice.ts';
import { SAMPLES } from './sample-notices.ts';
import { writeInterchange } from './write-856.ts';

/** The sample whose file name begins with `prefix`, parsed; for tests that need a real notice to start from. */
export const parseSample = (prefix: string): ParsedNotices => {
  const sample = SAMPLES.find(({ file }) => file.startsWith(prefix));
  if (sample === undefined) throw new Error(`There is no sample ${prefix}`);
  const parsed = parseShipNotice(writeInterchange(sample.envelope));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed;
};

export const sampleNotice = (prefix: string): ShipNotice => {
  const [notice] = parseSample(prefix).notices;
  if (notice === undefined) throw new Error(`Sample ${prefix} holds no notice`);
  return notice;
};
