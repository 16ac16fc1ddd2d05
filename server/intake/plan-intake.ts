import type { CommandArgs } from '#contract/domain/command-args.ts';
import { COMMAND_TABLE } from '#contract/domain/command-table.ts';
import { isOpen, isPast, type ShipmentStatus } from '#contract/domain/status.ts';
import { announcedFacts, announcedLines, announcedUnits, Shortening } from './announced-args.ts';
import type { NoticeIdentity } from './identify-notice.ts';
import type { ShipNotice } from './ship-notice.ts';
import type { NoticeWarning, WarningCode } from './warning-codes.ts';

/** What the server knows about the identity of a notice at this moment. */
export type IntakeKnowledge = {
  /** The shipment this supplier announced under this number before, with the zone of its warehouse. */
  readonly shipment: {
    readonly id: string;
    readonly status: ShipmentStatus;
    readonly warehouseId: string;
    readonly timeZone: string;
  } | null;
  readonly warehouse: { readonly timeZone: string } | null;
  readonly supplierKnown: boolean;
  /** `INTAKE_CREATE`: create warehouses and suppliers that only the notice knows. */
  readonly createUnknown: boolean;
};

type Planned = 'defineWarehouse' | 'defineSupplier' | 'announceShipment' | 'amendShipment' | 'cancelShipment';
export type IntakeCommand = { [N in Planned]: { readonly type: N; readonly args: CommandArgs[N] } }[Planned];

export type IntakePlan =
  | {
      readonly ok: true;
      /** To be decided in this order, in one transaction. Empty: nothing to do. */
      readonly commands: readonly IntakeCommand[];
      /** The shipment that exists already; `null` when `announceShipment` makes it, or a cancellation found none. */
      readonly shipmentId: string | null;
      readonly warnings: readonly NoticeWarning[];
    }
  | { readonly ok: false; readonly code: 'unknown_warehouse' | 'unknown_supplier'; readonly message: string };

type Known = NonNullable<IntakeKnowledge['shipment']>;

/** A zone for a warehouse that only a notice knows; an admin sets the right one. */
const UNKNOWN_ZONE = 'UTC';

const warn = (code: WarningCode, message: string, position = ''): NoticeWarning => ({ code, message, position });

const nothing = (shipmentId: string | null, ...warnings: NoticeWarning[]): IntakePlan => ({
  ok: true,
  commands: [],
  shipmentId,
  warnings,
});

const announce = (notice: ShipNotice, identity: NoticeIdentity, known: IntakeKnowledge): IntakePlan => {
  const { warehouseId, supplierId, number } = identity;
  const refuse = (code: 'unknown_warehouse' | 'unknown_supplier', message: string): IntakePlan => ({
    ok: false,
    code,
    message,
  });
  const commands: IntakeCommand[] = [];
  const warnings: NoticeWarning[] = [];
  const shortening = new Shortening();
  if (known.warehouse === null) {
    if (!known.createUnknown)
      return refuse(
        'unknown_warehouse',
        `The notice ships to "${warehouseId}", which is not a warehouse of this server.`,
      );
    const name = shortening.text(notice.shipTo.name ?? warehouseId, 'The ship-to name');
    commands.push({ type: 'defineWarehouse', args: { warehouseId, name, timeZone: UNKNOWN_ZONE } });
    const message = `Warehouse ${warehouseId} was not known and is created. Its time zone is ${UNKNOWN_ZONE} until an admin sets it.`;
    warnings.push(warn('warehouse_created', message, 'N1*ST'));
  }
  if (!known.supplierKnown) {
    if (!known.createUnknown)
      return refuse(
        'unknown_supplier',
        `The notice comes from "${supplierId}", which is not a supplier of this server.`,
      );
    const name = shortening.text(notice.supplier.name ?? supplierId, 'The supplier name');
    commands.push({ type: 'defineSupplier', args: { supplierId, name } });
    warnings.push(warn('supplier_created', `Supplier ${supplierId} was not known and is created.`, 'N1*SF'));
  }
  const args = {
    ...announcedFacts(notice, known.warehouse?.timeZone ?? UNKNOWN_ZONE, shortening),
    number,
    warehouseId,
    supplierId,
    lines: announcedLines(notice, shortening),
    handlingUnits: announcedUnits(notice, shortening),
  };
  commands.push({ type: 'announceShipment', args });
  return { ok: true, commands, shipmentId: null, warnings: [...warnings, ...shortening.warnings()] };
};

/** Contents may still change until counting has begun: from then on they are what scans are compared with. */
const contentsStillOpen = (status: ShipmentStatus): boolean => status !== 'counting' && !isPast(status, 'counting');

const amend = (notice: ShipNotice, identity: NoticeIdentity, shipment: Known): IntakePlan => {
  const { id, status } = shipment;
  const called = `Shipment ${identity.number}`;
  if (!isOpen(status)) return nothing(id, warn('change_too_late', `${called} is ${status}. The change is left out.`));
  const shortening = new Shortening();
  const warnings: NoticeWarning[] = [];
  const withContents = contentsStillOpen(status) && notice.lines.length > 0;
  if (!contentsStillOpen(status))
    warnings.push(
      warn(
        'change_too_late',
        `${called} is being counted. Its lines stay as they are; dates and references are changed.`,
      ),
    );
  if (!notice.shipTo.assumed && identity.warehouseId !== shipment.warehouseId)
    warnings.push(
      warn(
        'ship_to_changed',
        `${called} stays at ${shipment.warehouseId}; the change names ${identity.warehouseId}.`,
        'N1*ST',
      ),
    );
  const args = {
    ...announcedFacts(notice, shipment.timeZone, shortening),
    shipmentId: id,
    ...(withContents
      ? { lines: announcedLines(notice, shortening), handlingUnits: announcedUnits(notice, shortening) }
      : {}),
  };
  const commands: IntakeCommand[] = [{ type: 'amendShipment', args }];
  return { ok: true, commands, shipmentId: id, warnings: [...warnings, ...shortening.warnings()] };
};

const cancel = (identity: NoticeIdentity, shipment: Known | null): IntakePlan => {
  const called = `Shipment ${identity.number}`;
  if (shipment === null)
    return nothing(
      null,
      warn(
        'cancel_without_original',
        `${called} was never announced. There is nothing to cancel; announced after this, it is expected.`,
      ),
    );
  const { id, status } = shipment;
  if (status === 'cancelled') return nothing(id);
  const from: readonly ShipmentStatus[] = COMMAND_TABLE.cancelShipment.from;
  if (!from.includes(status)) {
    const message = `${called} is ${status}: it is here, and is not cancelled. Ask the supplier what to do with the goods.`;
    return nothing(id, warn('cancel_too_late', message));
  }
  const args = { shipmentId: id, reason: 'Cancelled by the ship notice' };
  return { ok: true, commands: [{ type: 'cancelShipment', args }], shipmentId: id, warnings: [] };
};

/**
 * What the server should do about one notice. The same original twice is one shipment; a change or replacement amends what is
 * there; a cancellation cancels what has not arrived. Pure: `known` is looked up by the caller for `identity`, freshly for each
 * notice, since one file may announce and then change the same shipment.
 */
export const planIntake = (notice: ShipNotice, identity: NoticeIdentity, known: IntakeKnowledge): IntakePlan => {
  const { shipment } = known;
  if (notice.purpose === 'cancel') return cancel(identity, shipment);
  if (notice.purpose === 'original') {
    if (shipment === null) return announce(notice, identity, known);
    const message = `Shipment ${identity.number} was announced before and stays as it is. To change it, send purpose 05 or 04.`;
    return nothing(shipment.id, warn('already_announced', message));
  }
  if (shipment !== null) return amend(notice, identity, shipment);
  const plan = announce(notice, identity, known);
  if (!plan.ok) return plan;
  const message = `Shipment ${identity.number} was never announced, so the change is taken as its announcement.`;
  return { ...plan, warnings: [warn('change_without_original', message), ...plan.warnings] };
};
