import { COMMAND_ARGS, type Command } from '#contract/domain/command-args.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import type { Access, Overrule } from './access.ts';
import { maySee, mayWorkIn } from './core/gate.ts';
import { requireNoticeSender } from './core/notice-senders.ts';
import type { Storage } from './core/storage.ts';
import type { TakeNotice, TakenNotice } from './http/ports.ts';
import { type CommandPorts, runCommands } from './http/run-commands.ts';
import { decodeNoticeBytes } from './intake/decode-notice-bytes.ts';
import { identifyNotice, type NoticeIdentity } from './intake/identify-notice.ts';
import { parseShipNotice } from './intake/parse-ship-notice.ts';
import { type IntakeCommand, type IntakeKnowledge, planIntake } from './intake/plan-intake.ts';
import type { ShipNotice } from './intake/ship-notice.ts';
import { REFUSAL_PROBLEMS } from './intake/warning-codes.ts';

export type NoticePorts = CommandPorts & {
  readonly newId: () => string;
  readonly createUnknown: boolean;
  readonly accessNow: Overrule['now'];
};

/** A bare cancellation often names no supplier: then the number alone decides, when only one shipment has it. */
const findByNumberAlone = async (storage: Storage, access: Access, number: string): Promise<Shipment | null> => {
  const { shipments } = await storage.listShipments(access.scope, { q: number.slice(0, 100), limit: 50 });
  const same = shipments.filter((shipment) => shipment.number === number);
  return same.length === 1 ? (same[0] ?? null) : null;
};

const findEarlier = async (
  { storage }: NoticePorts,
  access: Access,
  { supplierId, number, supplierAssumed }: NoticeIdentity,
): Promise<Shipment | null> => {
  const found = await storage.findShipmentByNumber(supplierId, number);
  return found !== null || !supplierAssumed ? found : findByNumberAlone(storage, access, number);
};

const lookUp = async (
  ports: NoticePorts,
  shipment: Shipment | null,
  identity: NoticeIdentity,
): Promise<IntakeKnowledge> => {
  const { storage, createUnknown } = ports;
  const zoneOf = async (id: string): Promise<string | null> =>
    (await storage.findRow('warehouse', id))?.timeZone ?? null;
  const zone = await zoneOf(identity.warehouseId);
  return {
    shipment:
      shipment === null
        ? null
        : {
            id: shipment.id,
            status: shipment.status,
            warehouseId: shipment.warehouseId,
            timeZone: (await zoneOf(shipment.warehouseId)) ?? 'UTC',
          },
    warehouse: zone === null ? null : { timeZone: zone },
    supplierKnown: (await storage.findRow('supplier', identity.supplierId)) !== null,
    createUnknown,
  };
};

/** Parsed once more: the door through which commands enter is the same for everybody. */
const parsed = ({ type, args }: IntakeCommand, newId: () => string): Command => {
  const read = COMMAND_ARGS[type].safeParse(type === 'announceShipment' ? { ...args, shipmentId: newId() } : args);
  if (!read.success) {
    const where = read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
    throw new ProblemError('invalid', `The notice says something that does not fit: ${where}.`);
  }
  return { type, args: read.data } as Command;
};

const takeOne = async (ports: NoticePorts, access: Access, notice: ShipNotice): Promise<TakenNotice> => {
  requireNoticeSender(access.actor);
  const acting = access.actor.role === 'supplier' ? access.scope.supplierId : null;
  const identity = identifyNotice(notice, acting);
  const earlier = await findEarlier(ports, access, identity);
  const allowed = earlier === null ? mayWorkIn(access.scope, identity.warehouseId) : maySee(access.scope, earlier);
  if (!allowed)
    throw new ProblemError(
      'forbidden',
      `Notice ${identity.number} is for a warehouse that is not yours. Nothing was changed.`,
    );
  const plan = planIntake(notice, identity, await lookUp(ports, earlier, identity));
  if (!plan.ok) throw new ProblemError(plan.code, `${plan.message} Nothing of notice ${identity.number} was taken.`);
  // The notice speaks, not the person who handed it in; permissions were settled above.
  const intake = { actor: { ...access.actor, role: 'intake' as const }, scope: null };
  const commands = plan.commands.map((command) => parsed(command, ports.newId));
  const outcomes = commands.length === 0 ? [] : await runCommands(ports, intake, commands);
  const id = outcomes.findLast((outcome) => outcome.shipment !== null)?.shipment?.id ?? plan.shipmentId;
  const shipment = id === null ? null : await ports.storage.findShipment(null, id);
  const shipments = shipment === null ? [] : [{ id: shipment.id, number: shipment.number, lines: shipment.lineCount }];
  return { shipments, warnings: plan.warnings };
};

/**
 * Reads a ship notice file and does what its notices say, each in one transaction and in file order: a later one may change what
 * an earlier one announced. Each by what its sender may do when its turn comes. The same file again changes nothing, so a file that broke off half way is simply sent again.
 */
export const createTakeNotice = (ports: NoticePorts): TakeNotice => {
  // One file at a time: two copies of a notice arriving together must not both find that it never came before.
  let before: Promise<unknown> = Promise.resolve();
  const take: TakeNotice = async (bytes, access) => {
    const read = parseShipNotice(decodeNoticeBytes(bytes));
    if (!read.ok) {
      const where = read.position === undefined ? '' : ` (${read.position})`;
      throw new ProblemError(REFUSAL_PROBLEMS[read.code], `${read.message}${where}`);
    }
    const shipments = new Map<string, TakenNotice['shipments'][number]>();
    const warnings: TakenNotice['warnings'][number][] = [...read.warnings];
    for (const notice of read.notices) {
      const taken = await takeOne(ports, ports.accessNow(access), notice);
      for (const shipment of taken.shipments) shipments.set(shipment.id, shipment);
      warnings.push(...taken.warnings);
    }
    return { shipments: [...shipments.values()], warnings };
  };
  return (bytes, access) => {
    const turn = before.then(() => take(bytes, access));
    before = turn.catch(() => undefined);
    return turn;
  };
};
