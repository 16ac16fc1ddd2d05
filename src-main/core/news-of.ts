import type { InboxItem } from '#contract/bridge/view.ts';
import { commandRule } from '#contract/domain/command-table.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Discrepancy, Hold, Inspection, Rejection, ShipmentDocument } from '#contract/domain/shipment-records.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import type { Change } from '#contract/wire/sync.ts';

export type Topic =
  | ShipmentStatus
  | 'inspection_requested'
  | 'inspection_completed'
  | 'rejection'
  | 'hold_placed'
  | 'hold_released'
  | 'discrepancy'
  | 'document';

export type News = {
  readonly topic: Topic;
  readonly kind: InboxItem['kind'];
  readonly title: string;
  readonly about?: string;
};

/** A row as it was before a change: null when there was none, `unknown` when nobody here can say. */
export type Before = Readonly<Record<string, unknown>> | null | 'unknown';

const STATUS_WORDS: Readonly<Record<ShipmentStatus, string>> = {
  announced: 'is announced',
  in_transit: 'is on its way',
  arrived: 'has arrived',
  at_door: 'is at the door',
  unloading: 'is being unloaded',
  counting: 'is being counted',
  received: 'is received',
  closed: 'is closed',
  refused: 'was refused',
  cancelled: 'was cancelled',
};

const words = (code: string): string => code.replaceAll('_', ' ');

/** What a row says, whether or not it said so before; null where that is news to nobody. */
const saidBy = ({ entity, row }: Change): News | null => {
  switch (entity) {
    case 'shipment': {
      const { status, reason } = row as unknown as Shipment;
      const about = status === 'refused' || status === 'cancelled' ? (reason ?? undefined) : undefined;
      const kind = status === 'announced' ? 'announced' : 'status';
      return { topic: status, kind, title: STATUS_WORDS[status], ...(about === undefined ? {} : { about }) };
    }
    case 'inspection': {
      const { status, outcome } = row as unknown as Inspection;
      if (status === 'requested')
        return { topic: 'inspection_requested', kind: 'inspection', title: 'needs an inspection' };
      if (status !== 'completed') return null;
      const title = `was inspected: ${words(outcome ?? 'passed')}`;
      return { topic: 'inspection_completed', kind: 'inspection', title };
    }
    case 'rejection': {
      const { reasonCode } = row as unknown as Rejection;
      return { topic: 'rejection', kind: 'rejection', title: `has goods rejected: ${words(reasonCode)}` };
    }
    case 'hold': {
      const { reason, releasedAt } = row as unknown as Hold;
      return releasedAt === null
        ? { topic: 'hold_placed', kind: 'hold', title: 'is on hold', about: reason }
        : { topic: 'hold_released', kind: 'hold', title: 'is off hold' };
    }
    case 'discrepancy': {
      const { kind } = row as unknown as Discrepancy;
      // The inbox has no kind of its own for problems with the goods; a rejection is the nearest.
      return { topic: 'discrepancy', kind: 'rejection', title: `has a problem: ${words(kind)}` };
    }
    case 'document': {
      const { documentType, fileName } = row as unknown as ShipmentDocument;
      return {
        topic: 'document',
        kind: 'document',
        title: `has a new document: ${words(documentType)}`,
        about: fileName,
      };
    }
    default:
      return null;
  }
};

/** What still asks something of people here when it comes into view with its shipment, which was sent here. */
const stillMatters = ({ topic }: News): boolean => topic === 'inspection_requested' || topic === 'hold_placed';

const isFirstStep = ({ command }: Change): boolean =>
  command === 'announceShipment' || command === 'recordUnplannedArrival';

/** Whether the row did not say so before. */
const isNewTo = (change: Change, before: Exclude<Before, 'unknown'>, news: News): boolean => {
  const cameAlong = before === null && change.command === 'amendShipment';
  switch (change.entity) {
    case 'shipment':
      // A row that comes into view for another reason than a step (moved between warehouses) is no news of its status.
      return before === null ? isFirstStep(change) : before.status !== change.row?.status;
    case 'inspection':
      return before?.status !== change.row?.status && (!cameAlong || stillMatters(news));
    case 'hold':
      return news.topic === 'hold_placed' ? before === null : before?.releasedAt === null;
    default:
      return before === null && !cameAlong;
  }
};

/**
 * The same by what the change itself says, for rows of which nobody here knows what they were. `seesMoves`: whether what is sent
 * from one warehouse to another comes into view by that.
 */
const isNewByItself = (change: Change, news: News, seesMoves: boolean): boolean => {
  const { command, row } = change;
  if (command === 'amendShipment') return seesMoves && stillMatters(news);
  switch (news.topic) {
    case 'inspection_requested':
      return command === 'requestInspection';
    case 'inspection_completed':
      return command === 'completeInspection';
    case 'hold_released':
      return command === 'releaseHold';
    case 'document':
      return command === 'attachDocument';
    case 'rejection':
    case 'discrepancy':
    case 'hold_placed':
      return true;
    default:
      // A step can be reported again with more facts: then it is older than the row's last change.
      return commandRule(command).to === row?.status && row?.statusChangedAt === row?.updatedAt;
  }
};

/** What a change means to people, or null. */
export const newsOf = (change: Change, before: Before, seesMoves: boolean): News | null => {
  if (change.op !== 'put' || change.row === null) return null;
  const news = saidBy(change);
  if (news === null) return null;
  const isNew = before === 'unknown' ? isNewByItself(change, news, seesMoves) : isNewTo(change, before, news);
  return isNew ? news : null;
};
