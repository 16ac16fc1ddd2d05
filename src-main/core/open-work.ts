import type { Cursor } from '#contract/wire/sync.ts';
import type { Work } from './ports.ts';

/** Characters of one batch, well under the server's message limit of 1 MB whatever the encoding. */
const BATCH_CHARS = 200_000;

export const keyOf = (work: Work): string => `${work.mutation.clientId}:${work.mutation.n}`;

type Lists = {
  readonly here: readonly Work[];
  readonly elsewhere: readonly Work[];
  readonly pending: readonly Work[];
  readonly byShipment: ReadonlyMap<string | null, Work[]>;
};

const isPending = ({ state }: Work): boolean => state === 'pending' || state === 'answered';

/** The journal's work that is not done, in memory, oldest first. Asked for on every repaint, so lists are made once per change. */
export class OpenWork {
  #works = new Map<string, Work>();
  /** At which server somebody works; null for nobody. */
  #server: string | null = null;
  #lists: Lists | null = null;

  replaceAll(works: readonly Work[]): void {
    this.#works = new Map(works.map((work) => [keyOf(work), work]));
    this.#lists = null;
  }

  put(works: readonly Work[]): void {
    for (const work of works) this.#works.set(keyOf(work), work);
    this.#lists = null;
  }

  get(key: string): Work | undefined {
    return this.#works.get(key);
  }

  setServer(server: string | null): void {
    this.#server = server;
    this.#lists = null;
  }

  /** Takes out what the cache has come past: answered, and the answer is in its rows. */
  takePassed(cursor: Cursor): Work[] {
    const answered = [...this.#works.values()].filter(({ state, verdict }) => state === 'answered' && verdict !== null);
    const passed: Work[] = [];
    for (const work of answered) {
      const seq = work.verdict?.seq ?? 0;
      // Answered while there was no cache to tell the epoch by: it counts in the first one there is.
      const epoch = work.verdictEpoch ?? cursor.epoch;
      if (epoch !== cursor.epoch || seq <= cursor.seq) passed.push(work);
      else if (work.verdictEpoch === null) this.#works.set(keyOf(work), { ...work, verdictEpoch: epoch });
    }
    for (const work of passed) this.#works.delete(keyOf(work));
    this.#lists = null;
    return passed;
  }

  /**
   * What goes to the server next for this owner: of one identity, in order. Identities that were left behind come first,
   * because what they still have to send is older.
   */
  nextBatch(ownerKey: string, limit: number): Work[] {
    const mine = this.everything().filter(({ state, owner }) => state === 'pending' && owner === ownerKey);
    const clientId = mine[0]?.mutation.clientId;
    const next = mine.filter(({ mutation }) => mutation.clientId === clientId);
    next.sort((a, b) => a.mutation.n - b.mutation.n);
    let chars = 0;
    const end = next.findIndex((work, index) => {
      chars += JSON.stringify(work.mutation).length;
      return index >= limit || (index > 0 && chars > BATCH_CHARS);
    });
    return end < 0 ? next : next.slice(0, end);
  }

  everything(): readonly Work[] {
    return [...this.#works.values()];
  }

  /** At the present server; while nobody is signed in, at any. */
  here(): readonly Work[] {
    return this.#made().here;
  }

  /** Saved for other servers, or for this one under another address. */
  elsewhere(): readonly Work[] {
    return this.#made().elsewhere;
  }

  /** On screen here, but not yet in the cache. */
  pending(): readonly Work[] {
    return this.#made().pending;
  }

  pendingOn(shipmentId: string): readonly Work[] {
    return this.#made().byShipment.get(shipmentId) ?? [];
  }

  #made(): Lists {
    this.#lists ??= this.#make();
    return this.#lists;
  }

  #make(): Lists {
    const isHere = ({ server }: Work): boolean => this.#server === null || server === this.#server;
    const all = this.everything();
    const here = all.filter(isHere);
    const pending = here.filter(isPending);
    const byShipment = Map.groupBy(pending, ({ shipmentId }) => shipmentId);
    return { here, elsewhere: all.filter((work) => !isHere(work)), pending, byShipment };
  }
}
