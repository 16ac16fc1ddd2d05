import type { InboxItem } from '#contract/bridge/view.ts';
import type { Role } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Discrepancy, Hold, Inspection, Rejection, ShipmentDocument } from '#contract/domain/shipment-records.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import type { Change } from '#contract/wire/sync.ts';

/** More than this at once becomes one digest: twenty toasts in a row tell nobody anything. */
export const DIGEST_ABOVE = 20;

type Topic =
  | ShipmentStatus
  | 'inspection_requested'
  | 'inspection_completed'
  | 'rejection'
  | 'hold_placed'
  | 'hold_released'
  | 'discrepancy'
  | 'document';

/** What concerns whom. Inspectors follow every step: the goods they look at move while they look. */
const CONCERNS: Readonly<Record<Role, ReadonlySet<Topic>>> = {
  receiver: new Set([
    'announced',
    'arrived',
    'at_door',
    'refused',
    'cancelled',
    'inspection_completed',
    'rejection',
    'hold_placed',
    'hold_released',
  ]),
  inspector: new Set([
    'in_transit',
    'arrived',
    'at_door',
    'unloading',
    'counting',
    'received',
    'closed',
    'refused',
    'cancelled',
    'inspection_requested',
    'inspection_completed',
    'rejection',
    'hold_placed',
    'hold_released',
  ]),
  lead: new Set([
    'arrived',
    'received',
    'refused',
    'cancelled',
    'inspection_completed',
    'rejection',
    'hold_placed',
    'discrepancy',
    'document',
  ]),
  admin: new Set(['refused', 'cancelled', 'rejection', 'hold_placed']),
  supplier: new Set(['arrived', 'received', 'closed', 'refused', 'rejection']),
};

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

type News = {
  readonly topic: Topic;
  readonly kind: InboxItem['kind'];
  readonly title: string;
  readonly about?: string;
};

const words = (code: string): string => code.replaceAll('_', ' ');

/** What a change means to people, or null. `before` is the row as it was. */
const newsOf = (change: Change, before: Record<string, unknown> | null): News | null => {
  if (change.op !== 'put' || change.row === null) return null;
  const isNew = before === null;
  // It came into view with its shipment, which was sent here. News is only what somebody here has to do about it.
  const cameAlong = isNew && change.command === 'amendShipment';
  switch (change.entity) {
    case 'shipment': {
      const { status, reason } = change.row as unknown as Shipment;
      if (before?.status === status) return null;
      // A row that comes into view for another reason than a step (moved between warehouses) is no news of its status.
      if (isNew && change.command !== 'announceShipment' && change.command !== 'recordUnplannedArrival') return null;
      const about = status === 'refused' || status === 'cancelled' ? (reason ?? undefined) : undefined;
      const kind = status === 'announced' ? 'announced' : 'status';
      return { topic: status, kind, title: STATUS_WORDS[status], ...(about === undefined ? {} : { about }) };
    }
    case 'inspection': {
      const { status, outcome } = change.row as unknown as Inspection;
      if (before?.status === status) return null;
      if (status === 'requested')
        return { topic: 'inspection_requested', kind: 'inspection', title: 'needs an inspection' };
      if (status !== 'completed' || cameAlong) return null;
      return {
        topic: 'inspection_completed',
        kind: 'inspection',
        title: `was inspected: ${words(outcome ?? 'passed')}`,
      };
    }
    case 'rejection': {
      const { reasonCode } = change.row as unknown as Rejection;
      return isNew && !cameAlong
        ? { topic: 'rejection', kind: 'rejection', title: `has goods rejected: ${words(reasonCode)}` }
        : null;
    }
    case 'hold': {
      const { reason, releasedAt } = change.row as unknown as Hold;
      if (releasedAt === null)
        return isNew ? { topic: 'hold_placed', kind: 'hold', title: 'is on hold', about: reason } : null;
      return before?.releasedAt === null ? { topic: 'hold_released', kind: 'hold', title: 'is off hold' } : null;
    }
    case 'discrepancy': {
      const { kind } = change.row as unknown as Discrepancy;
      // The inbox has no kind of its own for problems with the goods; a rejection is the nearest.
      return isNew && !cameAlong
        ? { topic: 'discrepancy', kind: 'rejection', title: `has a problem: ${words(kind)}` }
        : null;
    }
    case 'document': {
      const { documentType, fileName } = change.row as unknown as ShipmentDocument;
      const title = `has a new document: ${words(documentType)}`;
      return isNew && !cameAlong ? { topic: 'document', kind: 'document', title, about: fileName } : null;
    }
    default:
      return null;
  }
};

export type Reader = { readonly userId: string; readonly role: Role; readonly isOwn: (change: Change) => boolean };

export type Known = {
  /** The row as the cache has it, or null. */
  readonly row: (change: Change) => Record<string, unknown> | null;
  readonly shipment: (id: string) => Shipment | null;
};

/** Inbox items, one per change that concerns the reader and is not their own doing, in seq order. */
export const inboxItems = (changes: readonly Change[], reader: Reader, known: Known): InboxItem[] => {
  const seen = new Map<string, Record<string, unknown> | null>();
  const items: InboxItem[] = [];
  for (const change of changes) {
    const key = `${change.entity}:${change.id}`;
    const news = newsOf(change, seen.has(key) ? (seen.get(key) ?? null) : known.row(change));
    seen.set(key, change.op === 'put' ? change.row : null);
    if (news === null || !CONCERNS[reader.role].has(news.topic)) continue;
    if (change.actor.id === reader.userId || reader.isOwn(change)) continue;
    const row = change.shipmentId === null ? null : (seen.get(`shipment:${change.shipmentId}`) as Shipment | undefined);
    const shipment = row ?? (change.shipmentId === null ? null : known.shipment(change.shipmentId));
    items.push({
      seq: change.seq,
      kind: news.kind,
      shipmentId: change.shipmentId,
      title: `${shipment?.number ?? 'A shipment'} ${news.title}`,
      body: [
        shipment?.poNumber && `PO ${shipment.poNumber}`,
        shipment?.supplierName,
        news.about,
        `by ${change.actor.name}`,
      ]
        .filter(Boolean)
        .join(' · '),
      at: change.recordedAt,
      seen: false,
      inspectionId: news.topic === 'inspection_requested' ? change.id : null,
      takenBy: null,
    });
  }
  return items;
};

/** An inspection that waits for nobody here any more, and who has taken it; `by` is empty when it has gone where it is not seen from here. */
export type Taken = { readonly inspectionId: string; readonly by: string };

/** An item that asks somebody to take an inspection, and which change brought it. */
export type Waiting = { readonly inspectionId: string; readonly epoch: string; readonly seq: number };

/** Who an inspection has gone to; null while it waits for somebody. */
export const takerOf = ({ status, claimedBy, completedBy }: Inspection): string | null =>
  status === 'requested' ? null : ((claimedBy ?? completedBy)?.name ?? '');

/** What these changes take off everybody's list, whoever did it. The last of them on an inspection counts: what has gone may be back. */
export const takenIn = (changes: readonly Change[]): Taken[] => {
  const last = new Map(changes.flatMap((change) => (change.entity === 'inspection' ? [[change.id, change]] : [])));
  return [...last.values()].flatMap(({ op, id, row, actor }) => {
    if (op !== 'put' || row === null) return [{ inspectionId: id, by: '' }];
    const by = takerOf(row as unknown as Inspection);
    return by === null ? [] : [{ inspectionId: id, by: by === '' ? actor.name : by }];
  });
};

/** Routine that stands in the inbox without a sound: a notice announces many shipments at once, and none of them is here yet. */
export const isQuiet = ({ kind }: Pick<InboxItem, 'kind'>): boolean => kind === 'announced' || kind === 'document';

/** One item that stands for many. */
export const digestOf = (seq: number, count: number, at: string): InboxItem => ({
  seq,
  kind: 'digest',
  shipmentId: null,
  title: `${count} changes at once`,
  body: 'Open the board to see where everything stands now.',
  at,
  seen: false,
  inspectionId: null,
  takenBy: null,
});
