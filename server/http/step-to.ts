import type { z } from 'zod';
import { COMMAND_ARGS, type Command } from '#contract/domain/command-args.ts';
import { commandForStatus } from '#contract/domain/command-table.ts';
import type { ActorRole } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import type { statusBody } from '#contract/wire/http.ts';
import { parseOrInvalid } from './problems.ts';

type StatusBody = z.output<typeof statusBody>;

/**
 * Whether this says that a shipment which is at a door is at another. Throws `invalid` for a door that would be dropped unread;
 * the one where the shipment stands may be repeated with any status.
 */
const movesDoor = (shipment: Shipment, { status, doorId }: StatusBody): boolean => {
  if (doorId === undefined || doorId === shipment.doorId) return false;
  if (status === 'at_door') return shipment.status === 'at_door';
  const message = `Door ${doorId} goes with at_door only, not with ${status}. Nothing was changed.`;
  throw new ProblemError('invalid', message, { issues: [{ path: 'doorId', message }] });
};

/**
 * The command behind `PATCH …/status`, or null when the shipment already is where it is wanted. Throws `illegal_step` when no
 * single step leads there, and `version_conflict` when the sender decided on another version, even if both decided alike: the
 * second must see that it was not theirs.
 */
export const stepTo = (shipment: Shipment, body: StatusBody, role: ActorRole): Command | null => {
  const { status, reason, doorId, expectedVersion } = body;
  if (expectedVersion !== undefined && expectedVersion !== shipment.version)
    throw new ProblemError('version_conflict', undefined, { shipment });
  const moves = movesDoor(shipment, body);
  if (shipment.status === status && !moves) return null;
  // Whoever may send it to a door is answered by that command about another one too: it corrects the door, or loses.
  const type = commandForStatus(moves ? 'arrived' : shipment.status, status, role);
  if (type === null)
    throw new ProblemError(
      'illegal_step',
      `The shipment is ${shipment.status}; no single step leads from there to ${status}.`,
      {
        shipment,
      },
    );
  // Arguments that a command does not have are dropped by its schema. One sentence says why it is closed over whatever is missing.
  const said = { reason, doorId, waiver: reason, withoutStations: reason };
  const args = parseOrInvalid(COMMAND_ARGS[type], { shipmentId: shipment.id, ...said });
  // `type` and `args` belong together by construction; TypeScript cannot follow a union through its key.
  return { type, args } as Command;
};
