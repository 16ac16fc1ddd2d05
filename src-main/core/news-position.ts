import type { Cursor, Frame } from '#contract/wire/sync.ts';
import { type Bookmark, NOTHING_COMMON } from './bookmarks.ts';
import type { Cache, Journal, Position } from './ports.ts';
import { StoreFault } from './store-fault.ts';

/** Changes without news after which it is noted all the same how far the inbox has come: each time is a write to the disk. */
const NOTED_EVERY = 64;

const isAt = (mark: Bookmark, { epoch, seq, chain }: Cursor): boolean =>
  mark.epoch === epoch && mark.seq === seq && mark.chain === chain;

/**
 * How far the signed-in person's inbox has come, next to how far the rows have. While it follows, every change is looked at before its
 * row is written, and the rows' own position will do; where they were fetched anew, or followed by somebody else, it is behind. So it is
 * where the journal did not take what was looked at, and after a crash unless the bookmark says otherwise.
 */
export class NewsPosition {
  readonly #journal: Journal;
  readonly #cache: Pick<Cache, 'position'>;
  #last: Bookmark | null = null;
  #at = '';
  #follows = false;
  /** Whether this process saw the inbox follow; before that there is only what the journal says. */
  #isHeard = false;
  /** What is here is of whoever is signed in now. */
  #isLoaded = false;
  /** How often somebody signed in, or had to be read again. */
  #turn = 0;

  constructor(journal: Journal, cache: Pick<Cache, 'position'>) {
    this.#journal = journal;
    this.#cache = cache;
  }

  /** Nothing at or below is ever news again. */
  get seq(): number {
    return this.#last?.seq ?? 0;
  }

  /** Somebody else signs in: they do not stand where the last one stood, also when the journal cannot be read. */
  forget(): void {
    this.#turn += 1;
    this.#isLoaded = false;
    this.#last = null;
    this.#at = '';
    this.#follows = false;
    this.#isHeard = false;
  }

  /** Of whoever is signed in now. Rejects as the disk does: then it is read again when it is needed. */
  async load(): Promise<void> {
    this.forget();
    const turn = this.#turn;
    const last = (await this.#journal.bookmarks()).at(-1) ?? null;
    const follows = last !== null && (await this.#journal.isFollowing());
    // Whoever was here before may have been cut off.
    if (!follows) await this.#journal.setFollowing(false);
    if (turn !== this.#turn) throw new StoreFault('other', 'Somebody else has signed in meanwhile.');
    this.#last = last;
    this.#at = last?.at ?? '';
    this.#follows = follows;
    this.#isLoaded = true;
  }

  /** Whether the inbox has come as far as the rows. For somebody who is new here it begins with them, as it does in another view. */
  async isLevel(): Promise<boolean> {
    const at = this.#cache.position();
    if (at === null) return false;
    if (!this.#isLoaded) await this.load();
    // The journal says so from then on, too: until the news has been fetched, nobody is to take the inbox for level.
    const isBelieved = this.#isHeard || this.#isPlausible(at.cursor);
    if (this.#follows && !isBelieved) await this.fallBehind().catch(() => undefined);
    if (this.#follows) {
      this.#isHeard = true;
      return true;
    }
    const last = this.#last;
    const isOtherView = last !== null && last.view !== '' && last.view !== at.group;
    if (last === null || isOtherView) await this.#begin(at);
    else if (!isAt(last, at.cursor)) return false;
    await this.follow();
    return true;
  }

  /** Every change that the rows hold has been looked at. */
  async follow(): Promise<void> {
    await this.#journal.setFollowing(true);
    this.#follows = true;
    this.#isHeard = true;
  }

  /**
   * These rows go: from here on news is fetched by itself. Rejects as the disk does; then so too, from the last bookmark that was
   * written.
   */
  async hold(): Promise<void> {
    try {
      if (!this.#isLoaded) await this.load();
      const at = this.#cache.position();
      const isBehind = at !== null && (await this.isLevel()) && at.cursor.seq > this.seq;
      if (isBehind) await this.#move({ ...at.cursor, view: at.group, at: this.#at });
    } finally {
      await this.fallBehind();
    }
  }

  /** The rows go on without the inbox. Rejects as the disk does; it is so all the same. */
  async fallBehind(): Promise<void> {
    this.#follows = false;
    this.#isHeard = false;
    await this.#journal.setFollowing(false);
  }

  /** Where the inbox stands when this frame has been looked at. */
  after({ epoch, to: seq, chain, group: view, changes }: Frame): Bookmark {
    return { epoch, seq, chain, view, at: changes.at(-1)?.recordedAt ?? this.#at };
  }

  /** A frame that says nothing to this person: now and then that is noted too, and where it cannot be, the next time. */
  async pass(to: Bookmark): Promise<void> {
    this.#at = to.at;
    if (to.seq - this.seq >= NOTED_EVERY) await this.#move(to).catch(() => undefined);
  }

  /** The journal has it, or will have. */
  moved(to: Bookmark): void {
    this.#last = to;
    this.#at = to.at;
  }

  /**
   * A journal that took no news may not have taken either that the inbox follows no more. Where it truly did, nothing between the
   * bookmark and the rows was news, and is none when it is fetched; an older version's bookmark is nothing to fetch from.
   */
  #isPlausible({ epoch, seq }: Cursor): boolean {
    const last = this.#last;
    return last !== null && (last.chain === '' || (last.epoch === epoch && seq <= last.seq));
  }

  async #move(to: Bookmark): Promise<void> {
    await this.#journal.addInbox(to, []);
    this.moved(to);
  }

  async #begin({ cursor, group }: Position): Promise<void> {
    const mark = { ...cursor, view: group, at: '' };
    await this.#journal.addInbox(mark, [], { ...NOTHING_COMMON, keep: cursor.seq });
    this.moved(mark);
  }
}
