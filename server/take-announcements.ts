import type { z } from 'zod';
import type { Command } from '#contract/domain/command-args.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import type { AsnWarning, announceBody } from '#contract/wire/http.ts';
import type { Access } from './access.ts';
import { mayWorkIn } from './core/gate.ts';
import { requireNoticeSender } from './core/notice-senders.ts';
import type { Claim } from './http/idempotency.ts';
import type { TakenNotice } from './http/ports.ts';
import { commandOf, runCommands } from './http/run-commands.ts';
import type { NoticePorts } from './take-notice.ts';

/** With the id its shipment gets when it is new. */
export type Announcement = z.output<typeof announceBody> & { readonly id: string };
/** Notices in Dockline's own JSON, all or nothing; throws `ProblemError`. */
export type TakeAnnouncements = (
  list: readonly Announcement[],
  access: Access,
  claim: Claim | null,
) => Promise<TakenNotice>;

type Unknown = { readonly entity: 'warehouse' | 'supplier'; readonly id: string };

const unknownIn = async (ports: NoticePorts, list: readonly Announcement[]): Promise<Unknown[]> => {
  const named = {
    warehouse: new Set(list.map(({ warehouseId }) => warehouseId)),
    supplier: new Set(list.flatMap(({ supplierId }) => supplierId ?? [])),
  };
  const unknown: Unknown[] = [];
  for (const entity of ['warehouse', 'supplier'] as const)
    for (const id of named[entity])
      if ((await ports.storage.findRow(entity, id)) === null) unknown.push({ entity, id });
  return unknown;
};

const define = ({ entity, id }: Unknown): Command =>
  entity === 'warehouse'
    ? commandOf('defineWarehouse', { warehouseId: id, name: id })
    : commandOf('defineSupplier', { supplierId: id, name: id });

const created = ({ entity, id }: Unknown): AsnWarning => ({
  code: `${entity}_created`,
  message: `${entity === 'warehouse' ? 'Warehouse' : 'Supplier'} ${id} was not known and is created.`,
  position: `${entity}Id`,
});

const requireAllowed = (
  ports: NoticePorts,
  list: readonly Announcement[],
  { scope }: Access,
  unknown: readonly Unknown[],
) => {
  const foreign = list.find(({ warehouseId }) => !mayWorkIn(scope, warehouseId));
  if (foreign !== undefined)
    throw new ProblemError('forbidden', `Warehouse ${foreign.warehouseId} is not yours. Nothing was announced.`);
  const [first] = unknown;
  if (first === undefined || ports.createUnknown) return;
  const code = first.entity === 'warehouse' ? 'unknown_warehouse' : 'unknown_supplier';
  throw new ProblemError(code, `The server does not know the ${first.entity} ${first.id}. Nothing was announced.`);
};

/** Announces on behalf of whoever handed the notices in; a supplier's are its own whatever they say. */
export const createTakeAnnouncements =
  (ports: NoticePorts): TakeAnnouncements =>
  async (sent, access, claim) => {
    // Asked before the body came in, which may have taken its time.
    requireNoticeSender(access.actor);
    const own = access.actor.role === 'supplier' ? access.scope.supplierId : null;
    const list = sent.map((one) => (own === null ? one : { ...one, supplierId: own }));
    const unknown = await unknownIn(ports, list);
    requireAllowed(ports, list, access, unknown);
    const announcements = list.map(({ id, ...facts }) => commandOf('announceShipment', { ...facts, shipmentId: id }));
    // The notice speaks, but only of what is in sight of whoever hands it in: a number or id that is somebody else's is in use and
    // nothing more is said of it.
    const intake = { actor: { ...access.actor, role: 'intake' as const }, scope: access.scope };
    const outcomes = await runCommands(ports, intake, [...unknown.map(define), ...announcements], { claim });
    const shipments = outcomes.flatMap(({ shipment }) => (shipment === null ? [] : [shipment]));
    return {
      shipments: shipments.map(({ id, number, lineCount }) => ({ id, number, lines: lineCount })),
      warnings: unknown.map(created),
    };
  };
