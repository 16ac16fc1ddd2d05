import type { Cursor, Mutation, PushReply } from '#contract/wire/sync.ts';
import { FakeClock } from './core/fake-clock.ts';
import { FakeServer } from './core/fake-server.ts';
import { Outbox } from './core/outbox.ts';
import type { NewWork, Owner } from './core/ports.ts';
import { sha256 } from './shell/system-clock.ts';
import { StationJournal } from './store/journal.ts';

// An outbox on a real journal, and a server in memory whose answers a test may spoil.

export const MARA: Owner = { key: 'srv:mara', userId: 'mara', userName: 'Mara', role: 'receiver', server: 'srv' };
export const IVO: Owner = { key: 'srv:ivo', userId: 'ivo', userName: 'Ivo', role: 'inspector', server: 'srv' };

export const arrival = (shipmentId: string, trailer = 'T1'): NewWork => ({
  type: 'recordArrival',
  args: { shipmentId, trailer },
  occurredAt: '2026-11-23T08:00:00.000Z',
  shipmentId,
  shipmentNumber: `SHP-${shipmentId}`,
});

const open: StationJournal[] = [];
/** Call after each test. */
export const closeJournals = (): void => {
  for (const journal of open.splice(0)) journal.close();
};

export const startOutbox = async (
  journal = new StationJournal(':memory:', () => clock.now()),
  clock = new FakeClock(),
) => {
  if (!open.includes(journal)) open.push(journal);
  const server = new FakeServer();
  let ids = 0;
  const world = {
    clock,
    journal,
    server,
    reachable: true,
    isReachable: (): boolean => world.reachable,
    cursor: null as Cursor | null,
    sent: [] as number[][],
    inFlight: 0,
    mostInFlight: 0,
    changed: [] as (string | null)[],
    logged: [] as string[],
    /** Told besides. */
    onChanged: (_ids: ReadonlySet<string | null>): void => undefined,
    /** Between the station and the server. */
    wire: async (clientId: string, mutations: readonly Mutation[]): Promise<PushReply> =>
      server.push(clientId, mutations),
  };
  const outbox = new Outbox({
    journal,
    clock,
    random: () => 0.5,
    hash: sha256,
    newId: () => {
      ids += 1;
      return `client-000${ids}`;
    },
    log: (event) => world.logged.push(event),
    send: async (clientId, mutations) => {
      world.sent.push(mutations.map(({ n }) => n));
      world.inFlight += 1;
      world.mostInFlight = Math.max(world.mostInFlight, world.inFlight);
      try {
        return await world.wire(clientId, mutations);
      } finally {
        world.inFlight -= 1;
      }
    },
    isReachable: () => world.isReachable(),
    cursor: () => world.cursor,
    onChanged: (ids) => {
      world.changed.push(...ids);
      world.onChanged(ids);
    },
  });
  await outbox.load();
  await outbox.setOwner(MARA);
  const echo = (): void => {
    world.cursor = server.cursorAt(server.head);
    outbox.settle(world.cursor);
  };
  return Object.assign(world, { outbox, echo });
};
