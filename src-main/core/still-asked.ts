import type { Change } from '#contract/wire/sync.ts';
import type { Requested } from './ports.ts';

/**
 * What the rows still ask somebody to take, as the changes by which it was asked: for an inbox that cannot be told of it any other way.
 * `waiting`: ids of the inspections that it asks for already.
 */
export const stillAsked = (requested: readonly Requested[], waiting: ReadonlySet<string>): Change[] =>
  requested
    .filter(({ inspection }) => !waiting.has(inspection.id))
    .map(({ seq, inspection }) => ({
      seq,
      entity: 'inspection',
      id: inspection.id,
      op: 'put',
      row: inspection,
      shipmentId: inspection.shipmentId,
      command: 'requestInspection',
      actor: inspection.requestedBy,
      origin: null,
      occurredAt: inspection.requestedAt,
      recordedAt: inspection.requestedAt,
    }));
