import type { StationReport } from '#contract/wire/station-report.ts';
import { settled } from './core/fake-clock.ts';
import { shipmentRow } from './core/fake-server.ts';
import { MemoryCache } from './core/memory-cache.ts';
import { Reporter } from './core/reporter.ts';
import { arrival, startOutbox } from './outbox-for-tests.ts';

/** What is told of an outbox on a real journal, by a way that a test changes and to a server that answers as it likes. */
export const startReporter = async () => {
  const world = await startOutbox();
  const { clock, journal, outbox, server } = world;
  for (const id of ['a', 'b', 'c']) server.put(shipmentRow(id));
  const cache = new MemoryCache();
  const link = {
    way: null as string | null,
    told: [] as StationReport[],
    spoken: 0,
    answer: async (): Promise<void> => undefined,
  };
  const reporter = new Reporter({
    clock,
    cache,
    outbox,
    journal: { workedOn: (...asked) => journal.workedOn(...asked) },
    server: 'srv',
    log: (event) => world.logged.push(event),
    stationName: () => 'Dock 3',
    way: () => link.way,
    send: async (report) => {
      link.told.push(structuredClone(report));
      await link.answer();
    },
    onSpoken: () => {
      link.spoken += 1;
    },
  });
  world.onChanged = (ids) => reporter.changed(ids);
  const over = async (way: string | null): Promise<void> => {
    link.way = way;
    reporter.refresh();
    await settled();
  };
  const save = async (id: string, trailer?: string): Promise<void> => {
    await outbox.add(arrival(id, trailer));
    await settled();
  };
  /** Lists of the last report by client id, as `unsent | worked on`. */
  const last = (): Record<string, string> =>
    Object.fromEntries(
      (link.told.at(-1)?.clients ?? []).map(({ clientId, unsentOn, workedOn }) => [
        clientId,
        `${unsentOn.join(' ')} | ${workedOn.join(' ')}`,
      ]),
    );
  /** Pushes get no answer until it is called. */
  const holdPushes = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wire = world.wire;
    world.wire = async (clientId, mutations) => {
      await promise;
      return wire(clientId, mutations);
    };
    return () => {
      world.wire = wire;
      resolve();
    };
  };
  return Object.assign(world, { cache, link, reporter, over, save, last, holdPushes });
};
