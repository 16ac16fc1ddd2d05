import type { NoticeWarning, WarningCode } from './warning-codes.ts';

/** Where something stands: `segment 17 MAN02`, or `segment 17 MAN` when the whole segment is meant. */
export type Place = { readonly number: number; readonly id: string; readonly element?: number };

export const positionOf = ({ number, id, element }: Place): string =>
  `segment ${number} ${id}${element === undefined ? '' : String(element).padStart(2, '0')}`;

/** `Segment 17 (MAN02): ` and the sentence: a person can find the spot from the message alone. */
export const sentenceAt = (place: Place, sentence: string): string => {
  const id = positionOf(place).split(' ')[2] ?? place.id;
  return `Segment ${place.number} (${id}): ${sentence}`;
};

/** Room for a sentence and the text it quotes. */
const LONGEST_SENTENCE = 400;
const shorten = (sentence: string): string =>
  sentence.length > LONGEST_SENTENCE ? `${sentence.slice(0, LONGEST_SENTENCE - 1).toWellFormed()}…` : sentence;

/** Collects warnings in file order, up to a limit, so that a hostile file cannot turn 10 MB into a 1 GB answer. */
export class Warnings {
  readonly #limit: number;
  readonly #list: NoticeWarning[] = [];
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(code: WarningCode, place: Place, sentence: string): void {
    if (this.#list.length >= this.#limit) this.#dropped += 1;
    else this.#list.push({ code, message: shorten(sentenceAt(place, sentence)), position: positionOf(place) });
  }

  /** All that was kept, plus one `more_warnings` when some were not. */
  list(): NoticeWarning[] {
    if (this.#dropped === 0) return [...this.#list];
    const message = `${this.#dropped} more warnings are not listed; the file needs a look at its source.`;
    return [...this.#list, { code: 'more_warnings', message, position: '' }];
  }
}
