import type { NoticeWarning, WarningCode } from './warning-codes.ts';

/** Where something stands: `segment 17 MAN02`, or `segment 17 MAN` when the whole segment is meant. */
export type Place = { readonly number: number; readonly id: string; readonly element?: number };

const nameOf = ({ id, element }: Place): string => (element === undefined ? id : id + String(element).padStart(2, '0'));

export const positionOf = (place: Place): string => `segment ${place.number} ${nameOf(place)}`;

/** `Segment 17 (MAN02): ` and the sentence: a person can find the spot from the message alone. */
export const sentenceAt = (place: Place, sentence: string): string =>
  `Segment ${place.number} (${nameOf(place)}): ${sentence}`;

/** What a file says, in a sentence about it; an empty pair of quotes would look like a fault of the sentence. */
export const quote = (value: string): string => (value === '' ? 'an empty element' : `"${value}"`);

/** Room for a sentence and the text it quotes. */
const LONGEST_SENTENCE = 400;
const shorten = (sentence: string): string =>
  sentence.length > LONGEST_SENTENCE ? `${sentence.slice(0, LONGEST_SENTENCE - 1).toWellFormed()}…` : sentence;

/** Collects warnings, up to a limit, so that a hostile file cannot turn 10 MB into a 1 GB answer. */
export class Warnings {
  readonly #limit: number;
  readonly #found: { readonly number: number; readonly warning: NoticeWarning }[] = [];
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(code: WarningCode, place: Place, sentence: string): void {
    if (this.#found.length >= this.#limit) {
      this.#dropped += 1;
      return;
    }
    const message = shorten(sentenceAt(place, sentence));
    this.#found.push({ number: place.number, warning: { code, message, position: positionOf(place) } });
  }

  /** In file order, whatever order they were found in; one `more_warnings` at the end when some were not kept. */
  list(): NoticeWarning[] {
    const inOrder = this.#found.toSorted((a, b) => a.number - b.number).map(({ warning }) => warning);
    if (this.#dropped === 0) return inOrder;
    const message = `${this.#dropped} more warnings are not listed; the file needs a look at its source.`;
    return [...inOrder, { code: 'more_warnings', message, position: '' }];
  }
}
