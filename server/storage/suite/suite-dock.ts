import type { CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Mutation } from '#contract/wire/sync.ts';
import { type Circumstances, CREW, submissionOf } from '../../core/model-dock.ts';
import { groupOf } from '../../core/scope.ts';
import type { Sender, Storage } from '../../core/storage.ts';
import type { Outcome } from '../../core/submission.ts';

export const ROB: Sender = { actor: CREW.rob, scope: { role: 'receiver', warehouses: ['W1', 'W2'], supplierId: null } };
export const LEA: Sender = { actor: CREW.lea, scope: { role: 'lead', warehouses: null, supplierId: null } };
export const CLIENT = 'station-0001';

// Groups by what they see.
export const ALL = groupOf({ role: 'lead', warehouses: null, supplierId: null });
export const NORTH = groupOf({ role: 'receiver', warehouses: ['W1'], supplierId: null });
export const SOUTH = groupOf({ role: 'receiver', warehouses: ['W2'], supplierId: null });
export const NOBODY = groupOf({ role: 'receiver', warehouses: [], supplierId: null });
export const ACME = groupOf({ role: 'supplier', warehouses: null, supplierId: 'ACME' });

/** A storage with a few words to work it, as the suite's tests speak. */
export class SuiteDock {
  readonly storage: Storage;
  readonly #now: () => Date;

  constructor(storage: Storage, now: () => Date) {
    this.storage = storage;
    this.#now = now;
  }

  /** Submits one command; the outcome may be anything. */
  async do<N extends CommandName>(
    type: N,
    input: CommandInput[N],
    actor: Actor,
    how: Circumstances = {},
  ): Promise<Outcome> {
    const submission = submissionOf(type, input, actor, { occurredAt: this.#now().toISOString(), ...how });
    const [outcome] = await this.storage.submit([submission]);
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  }

  /** Warehouses W1 (doors D1, D2) and W2 (door E1), suppliers ACME and ZEN: eight changes or so, from seq 1. */
  async furnish(): Promise<this> {
    const occurredAt = this.#now().toISOString();
    const by = (type: CommandName, input: object) => submissionOf(type, input as never, CREW.edi, { occurredAt });
    await this.storage.submit([
      by('defineWarehouse', { warehouseId: 'W1', name: 'North' }),
      by('defineWarehouse', { warehouseId: 'W2', name: 'South' }),
      by('defineDoor', { doorId: 'D1', warehouseId: 'W1', name: 'Door 1' }),
      by('defineDoor', { doorId: 'D2', warehouseId: 'W1', name: 'Door 2' }),
      by('defineDoor', { doorId: 'E1', warehouseId: 'W2', name: 'Door 1' }),
      by('defineSupplier', { supplierId: 'ACME', name: 'Acme' }),
      by('defineSupplier', { supplierId: 'ZEN', name: 'Zen' }),
    ]);
    return this;
  }

  /** An ACME shipment to W1 with lines `<id>-1` of 10 and `<id>-2` of 5. */
  async announce(id: string, facts: Partial<CommandInput['announceShipment']> = {}): Promise<Outcome> {
    const lines = [
      { id: `${id}-1`, quantity: '10' },
      { id: `${id}-2`, quantity: '5' },
    ];
    return this.do(
      'announceShipment',
      { shipmentId: id, warehouseId: 'W1', supplierId: 'ACME', lines, ...facts },
      CREW.lea,
    );
  }

  /** An announced shipment, taken as far as counting. */
  async counting(id: string): Promise<void> {
    await this.announce(id);
    await this.do('recordArrival', { shipmentId: id }, CREW.rob);
    await this.do('reportAtDoor', { shipmentId: id }, CREW.rob);
    await this.do('startUnloading', { shipmentId: id }, CREW.rob);
    await this.do('startCounting', { shipmentId: id }, CREW.rob);
  }

  mutation<N extends CommandName>(n: number, type: N, args: CommandInput[N], more: Partial<Mutation> = {}): Mutation {
    const occurredAt = this.#now().toISOString();
    return { clientId: CLIENT, n, type, args: args as Record<string, unknown>, occurredAt, ...more };
  }
}
