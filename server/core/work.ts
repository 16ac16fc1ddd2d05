import { type CommandName, type CommandRule, commandRule } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import type { Given } from './decision.ts';
import { Draft } from './draft.ts';
import type { State } from './state.ts';
import type { Submission } from './submission.ts';

/** One command being decided: who sent it, what is known, and what it has changed so far. */
export class Work {
  readonly submission: Submission;
  readonly given: Given;
  readonly draft: Draft;
  readonly rule: CommandRule;
  /** The status step to be written into history, when there was one. */
  step: { readonly from: ShipmentStatus | null; readonly to: ShipmentStatus } | null = null;
  /** What history says beside the arguments. */
  readonly notes: Record<string, unknown> = {};

  constructor(submission: Submission, state: State, given: Given) {
    this.submission = submission;
    this.given = given;
    this.draft = new Draft(state);
    this.rule = commandRule(submission.command.type);
  }

  get actor(): Actor {
    return this.submission.actor;
  }

  get command(): CommandName {
    return this.submission.command.type;
  }

  get now(): string {
    return this.given.now;
  }

  /**
   * When it happened, as well as can be known: device time less the device's measured error, never after now, and never before
   * 1970: a device whose clock is that wrong must not write a time nobody can read. For people; nothing is ordered by it.
   */
  happenedAt(): string {
    const { occurredAt, clockOffsetMs = 0 } = this.submission;
    const corrected = Math.max(0, Date.parse(occurredAt) - clockOffsetMs);
    return corrected < Date.parse(this.now) ? new Date(corrected).toISOString() : this.now;
  }

  /** Moves a shipment on. `patch` holds what the step records beside the status. */
  advance(shipment: Shipment, to: ShipmentStatus, patch: Partial<Shipment> = {}): Shipment {
    this.step = { from: shipment.status, to };
    return this.revise(shipment, {
      ...patch,
      status: to,
      statusChangedAt: this.now,
      statusChangedBy: this.actor.name,
    });
  }

  /** Changes a shipment's facts: a new version, because somebody may be deciding on the old one. */
  revise(shipment: Shipment, patch: Partial<Shipment>): Shipment {
    const revised = { ...shipment, ...patch, version: shipment.version + 1, updatedAt: this.now };
    this.draft.put('shipment', revised);
    return revised;
  }
}
