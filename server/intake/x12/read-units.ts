import { normaliseSscc } from '#contract/domain/gs1.ts';
import type { NoticeUnit } from '../ship-notice.ts';
import type { Warnings } from '../warnings.ts';
import { checkKey } from './check-key.ts';
import { type HlNode, nearest } from './hl-tree.ts';
import { at, code, element, type Segment } from './segment.ts';

/** MAN qualifiers (element 88) whose value is an SSCC, with or without its application identifier. */
const SSCC_MARKS: ReadonlySet<string> = new Set(['GM', 'AA', 'AI', 'E2', 'E3']);
/** MAN01–03 and MAN04–06: qualifier, value, end of a range. */
const MAN_GROUPS = [1, 4];
/** What a handling unit can be stored and found under when it has no SSCC. */
const LONGEST_KEY = 20;

type Mark = { readonly segment: Segment; readonly n: number; readonly raw: string };

const marksIn = (segment: Segment, warnings: Warnings): Mark[] => {
  if (segment.id === 'REF' && code(segment, 1) === '0J') return [{ segment, n: 2, raw: element(segment, 2) }];
  if (segment.id !== 'MAN') return [];
  const groups = MAN_GROUPS.filter((n) => SSCC_MARKS.has(code(segment, n)));
  for (const n of groups)
    if (element(segment, n + 2) !== '')
      warnings.add('sscc_range', at(segment, n + 2), 'a range of handling units is named. Only its first is kept.');
  return groups.map((n) => ({ segment, n: n + 1, raw: element(segment, n + 1) }));
};

const readKey = ({ segment, n, raw }: Mark, warnings: Warnings): Pick<NoticeUnit, 'sscc' | 'checkDigitValid'> => {
  const sscc = normaliseSscc(raw);
  if (sscc !== null) return { sscc, checkDigitValid: checkKey(sscc, 'SSCC', segment, n, warnings) };
  warnings.add('unreadable_sscc', at(segment, n), `"${raw}" is not an SSCC of 18 digits. Kept under that text.`);
  return { sscc: raw.slice(0, LONGEST_KEY).toWellFormed(), checkDigitValid: false };
};

const kindOf = ({ level, segments }: HlNode): NoticeUnit['kind'] => {
  const onPallet = segments.some(
    ({ id, elements }) => id === 'PAL' || (id === 'TD1' && elements[1]?.startsWith('PLT')),
  );
  return level === 'T' || level === 'S' || onPallet ? 'pallet' : 'carton';
};

/** The handling units of one shipment and which level each stands for. */
export class UnitList {
  readonly units: NoticeUnit[] = [];
  readonly #warnings: Warnings;
  readonly #bySscc = new Map<string, Segment>();
  readonly #byNode = new Map<HlNode, string[]>();

  constructor(warnings: Warnings) {
    this.#warnings = warnings;
  }

  /** Takes the marks of a level; parents come before children, so an enclosing unit is known by now. */
  read(node: HlNode): void {
    const marks = node.segments.flatMap((segment) => marksIn(segment, this.#warnings)).filter(({ raw }) => raw !== '');
    if (marks.length === 0) return;
    const parentSscc = this.enclosing(node.parent);
    const keys = marks.map((mark) => {
      const key = readKey(mark, this.#warnings);
      if (this.#isNew(key.sscc, mark)) this.units.push({ ...key, raw: mark.raw, kind: kindOf(node), parentSscc });
      return key.sscc;
    });
    // One carton sent as MAN and again as REF*0J is still one carton.
    this.#byNode.set(node, [...new Set(keys)]);
  }

  /** SSCC of the nearest level around `node` (itself included) that is exactly one unit; `null` when none or ambiguous. */
  enclosing(node: HlNode | null): string | null {
    const holder = nearest(node, (candidate) => this.#byNode.has(candidate));
    const keys = holder === null ? [] : (this.#byNode.get(holder) ?? []);
    return keys.length === 1 ? (keys[0] ?? null) : null;
  }

  #isNew(sscc: string, { segment, n }: Mark): boolean {
    const before = this.#bySscc.get(sscc);
    if (before === undefined) {
      this.#bySscc.set(sscc, segment);
      return true;
    }
    const sentence = `SSCC ${sscc} already stands for a handling unit in segment ${before.number}. Kept once.`;
    this.#warnings.add('duplicate_sscc', at(segment, n), sentence);
    return false;
  }
}
