import type { Session } from './compiled.ts';
import { type RawPage, readPage } from './read-changes.ts';

/** Pages kept: what is read now for every group, and what stations that came back together are catching up on. */
const MOST_PAGES = 8;

/**
 * Pages of the log read since the last commit. All groups are served from one reading of the same page: the rows differ per
 * group only after they have been parsed. A page is a prefix of what is there, so an old one is never wrong, merely short.
 */
export class PageCache {
  readonly #reader: Session;
  readonly #pages = new Map<string, Promise<RawPage>>();

  constructor(reader: Session) {
    this.#reader = reader;
  }

  read(from: number, limit: number): Promise<RawPage> {
    const key = `${from}:${limit}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const page = readPage(this.#reader, from, limit);
    page.catch(() => this.#pages.delete(key));
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size < MOST_PAGES) break;
      this.#pages.delete(oldest);
    }
    this.#pages.set(key, page);
    return page;
  }

  /** The log has grown: from here on pages are read anew. */
  clear(): void {
    this.#pages.clear();
  }
}
