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
 * The command behind `PATCH …/status`, or null when the shipment already is where it is wanted. Throws `illegal_step` when no
 * single step leads there, and `version_conflict` when the sender decided on another version, even if both decided alike: the
 * second must see that it was not theirs.
 */
export const stepTo = (shipment: Shipment, body: StatusBody, role: ActorRole): Command | null => {
  const { status, reason, doorId, expectedVersion } = body;
  if (expectedVersion !== undefined && expectedVersion !== shipment.version)
    throw new ProblemError('version_conflict', undefined, { shipment });
  if (shipment.status === status) return null;
  const type = commandForStatus(shipment.status, status, role);
  if (type === null)
    throw new ProblemError(
      'illegal_step',
      `The shipment is ${shipment.status}; no single step leads from there to ${status}.`,
      {
        shipment,
      },
    );
  // Arguments that a command does not have are dropped by its schema.
  const args = parseOrInvalid(COMMAND_ARGS[type], { shipmentId: shipment.id, reason, doorId, waiver: reason });
  // `type` and `args` belong together by construction; TypeScript cannot follow a union through its key.
  return { type, args } as Command;
};
