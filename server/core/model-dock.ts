import { COMMAND_ARGS, type Command, type CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { AwaitedStation } from '#contract/wire/station-report.ts';
import { decide } from './decide.ts';
import type { Decision, Given, HistoryDraft, Write } from './decision.ts';
import { MemoryState } from './memory-state.ts';
import type { Scope } from './scope.ts';
import type { Submission } from './submission.ts';

/** People of a model dock: all warehouses unless their scope says otherwise. */
export const CREW = {
  rob: { id: 'rob', name: 'Rob', role: 'receiver' },
  ivy: { id: 'ivy', name: 'Ivy', role: 'inspector' },
  ian: { id: 'ian', name: 'Ian', role: 'inspector' },
  lea: { id: 'lea', name: 'Lea', role: 'lead' },
  ada: { id: 'ada', name: 'Ada', role: 'admin' },
  sam: { id: 'sam', name: 'Sam', role: 'supplier' },
  edi: { id: 'edi', name: 'Ship notice', role: 'intake' },
} as const satisfies Record<string, Actor>;

export type Circumstances = Partial<Omit<Submission, 'command' | 'actor'>>;

const scopeOf = (actor: Actor): Scope | null =>
  actor.role === 'intake'
    ? null
    : { role: actor.role, warehouses: null, supplierId: actor.role === 'supplier' ? 'ACME' : null };

/** A command as a person of the crew would send it. */
export const submissionOf = <N extends CommandName>(
  type: N,
  input: CommandInput[N],
  actor: Actor,
  how: Circumstances & Pick<Submission, 'occurredAt'>,
): Submission => {
  const command = { type, args: COMMAND_ARGS[type].parse(input) } as Command;
  return { command, actor, scope: scopeOf(actor), late: 'keep', ...how };
};

/**
 * A dock of which everything is in memory and time stands still until told: warehouses W1 (doors D1, D2) and W2 (door E1),
 * suppliers ACME and ZEN. Rules are tried on it, and storages are held against it.
 */
export class ModelDock {
  readonly state = new MemoryState();
  readonly history: HistoryDraft[] = [];
  readonly written: Write[] = [];
  /** Stations that closing has to wait for, by shipment. */
  readonly awaited = new Map<string, AwaitedStation[]>();
  /** Milliseconds since 1970. */
  now = Date.parse('2026-11-23T08:00:00.000Z');
  readonly #deriveId: Given['deriveId'];
  #ids = 0;

  constructor(deriveId: Given['deriveId'] = (...names) => `of(${names.join('/')})`) {
    this.#deriveId = deriveId;
    this.do('defineWarehouse', { warehouseId: 'W1', name: 'North' }, CREW.edi);
    this.do('defineWarehouse', { warehouseId: 'W2', name: 'South' }, CREW.edi);
    this.do('defineDoor', { doorId: 'D1', warehouseId: 'W1', name: 'Door 1' }, CREW.edi);
    this.do('defineDoor', { doorId: 'D2', warehouseId: 'W1', name: 'Door 2' }, CREW.edi);
    this.do('defineDoor', { doorId: 'E1', warehouseId: 'W2', name: 'Door 1' }, CREW.edi);
    this.do('defineSupplier', { supplierId: 'ACME', name: 'Acme' }, CREW.edi);
    this.do('defineSupplier', { supplierId: 'ZEN', name: 'Zen' }, CREW.edi);
  }

  /** Decides and applies; the decision may be anything. */
  do<N extends CommandName>(type: N, input: CommandInput[N], actor: Actor, how: Circumstances = {}): Decision {
    return this.take(submissionOf(type, input, actor, { occurredAt: this.time(), ...how }));
  }

  take(submission: Submission): Decision {
    const given = {
      now: this.time(),
      newId: () => {
        this.#ids += 1;
        return `id-${this.#ids}`;
      },
      deriveId: this.#deriveId,
      waitingFor: (shipmentId: string) => this.awaited.get(shipmentId) ?? [],
    };
    const decision = decide(submission, this.state, given);
    this.state.apply(decision);
    this.written.push(...decision.writes);
    if (decision.history !== null) this.history.push(decision.history);
    return decision;
  }

  time(): string {
    return new Date(this.now).toISOString();
  }

  shipment(id: string): Shipment {
    const shipment = this.state.row('shipment', id);
    if (shipment === null) throw new Error(`no shipment ${id}`);
    return shipment;
  }

  /** An ACME shipment to W1 with two lines, `<id>-1` of 10 and `<id>-2` of 5, brought as far as asked. */
  bring(
    id: string,
    to: Shipment['status'] = 'announced',
    facts: Partial<CommandInput['announceShipment']> = {},
  ): Shipment {
    const lines = [
      { id: `${id}-1`, quantity: '10' },
      { id: `${id}-2`, quantity: '5' },
    ];
    this.#must(
      this.do('announceShipment', { shipmentId: id, warehouseId: 'W1', supplierId: 'ACME', lines, ...facts }, CREW.lea),
    );
    if (to === 'cancelled') this.#must(this.do('cancelShipment', { shipmentId: id }, CREW.lea));
    if (to === 'in_transit') this.#must(this.do('recordDeparture', { shipmentId: id }, CREW.lea));
    if (to === 'refused') {
      this.bringOn(id, 'arrived');
      this.#must(this.do('refuseShipment', { shipmentId: id, reason: 'wet' }, CREW.lea));
    }
    this.bringOn(id, to);
    return this.shipment(id);
  }

  /** Takes an existing shipment along the path until it has the status. */
  bringOn(id: string, to: Shipment['status']): void {
    const path = [
      ['arrived', () => this.do('recordArrival', { shipmentId: id }, CREW.rob)],
      ['at_door', () => this.do('reportAtDoor', { shipmentId: id }, CREW.rob)],
      ['unloading', () => this.do('startUnloading', { shipmentId: id }, CREW.rob)],
      ['counting', () => this.do('startCounting', { shipmentId: id }, CREW.rob)],
      ['received', () => this.do('completeCount', { shipmentId: id }, CREW.rob)],
      ['closed', () => this.do('closeShipment', { shipmentId: id, waiver: 'seen on paper' }, CREW.lea)],
    ] as const;
    const end = path.findIndex(([status]) => status === to);
    const start = path.findIndex(([status]) => status === this.shipment(id).status);
    for (const [, step] of path.slice(start + 1, end + 1)) this.#must(step());
  }

  #must(decision: Decision): void {
    if (decision.verdict !== 'applied') throw new Error(`${decision.verdict} ${decision.code}: ${decision.message}`);
  }
}
