import type { Mutation, PushReply } from '#contract/wire/sync.ts';

/** One station's way to the server: through storage or over its socket. */
export type Push = (clientId: string, mutations: readonly Mutation[]) => Promise<PushReply>;

export type Pushed = {
  readonly seconds: number;
  readonly mutations: number;
  /** Milliseconds from handing a push over to its acknowledgement. */
  readonly latencies: readonly number[];
  /** How many mutations each client had acknowledged. */
  readonly clients: ReadonlyMap<string, number>;
};

const work = (clientId: string, n: number, shipmentId: string): Mutation => ({
  clientId,
  n,
  type: 'amendShipment',
  args: { shipmentId, trailer: `53-${n}` },
  occurredAt: new Date().toISOString(),
});

/**
 * As many stations as there are ways, each pushing `perPush` amendments of a shipment of its own and waiting for the answer before the
 * next; for `seconds`. Throws when one is not applied.
 */
export const pushFor = async (
  seconds: number,
  ways: readonly Push[],
  shipmentIds: readonly string[],
  perPush: number,
): Promise<Pushed> => {
  const clients = new Map<string, number>();
  const latencies: number[] = [];
  const run = crypto.randomUUID().slice(0, 8);
  const started = performance.now();
  const end = started + seconds * 1000;
  const station = async (push: Push, at: number): Promise<void> => {
    const clientId = `bench-${run}-${at}`;
    const shipmentId = shipmentIds[at % shipmentIds.length] ?? '';
    let done = 0;
    while (performance.now() < end) {
      const mutations = Array.from({ length: perPush }, (_, index) => work(clientId, done + index + 1, shipmentId));
      const from = performance.now();
      const { verdicts } = await push(clientId, mutations);
      latencies.push(performance.now() - from);
      done += perPush;
      const applied = verdicts.filter(({ verdict }) => verdict === 'applied').length;
      if (applied !== perPush) throw new Error(`${applied} of ${perPush} were applied: ${JSON.stringify(verdicts)}`);
    }
    clients.set(clientId, done);
  };
  await Promise.all(ways.map(station));
  const mutations = [...clients.values()].reduce((sum, done) => sum + done, 0);
  return { seconds: (performance.now() - started) / 1000, mutations, latencies, clients };
};
