import type { Storage } from '../../core/storage.ts';
import type { MakePlace, Place, SuiteOptions } from './storages.ts';
import { SuiteDock } from './suite-dock.ts';

/** How tests get docks to work on. */
export type Docks = {
  /** A furnished dock on new data. */
  make(options?: SuiteOptions): Promise<SuiteDock>;
  /** The same data, closed and opened anew. */
  reopen(dock: SuiteDock, options?: SuiteOptions): Promise<SuiteDock>;
};

/** Docks within a `describe`; all that a test makes is closed and removed after it. */
export const docksIn = (makePlace: MakePlace, afterEach: (clean: () => Promise<void>) => void): Docks => {
  const places = new Map<Storage, Place>();
  afterEach(async () => {
    for (const [storage, place] of places) {
      await storage.close();
      await place.remove();
    }
    places.clear();
  });
  const open = async (place: Place, options: SuiteOptions = {}): Promise<SuiteDock> => {
    const storage = await place.open(options);
    places.set(storage, place);
    return new SuiteDock(storage, options.clock ?? (() => new Date()));
  };
  return {
    make: async (options) => (await open(await makePlace(), options)).furnish(),
    reopen: async ({ storage }, options) => {
      const place = places.get(storage);
      if (place === undefined) throw new Error('not a dock of these');
      await storage.close();
      places.delete(storage);
      return open(place, options);
    },
  };
};
