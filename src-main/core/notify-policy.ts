import type { InboxItem } from '#contract/bridge/view.ts';
import type { Role } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import type { Change } from '#contract/wire/sync.ts';
import { type Before, newsOf, type Topic } from './news-of.ts';

/** More than this at once becomes one digest: twenty toasts in a row tell nobody anything. */
export const DIGEST_ABOVE = 20;

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

export type Reader = { readonly userId: string; readonly role: Role; readonly isOwn: (change: Change) => boolean };

export type Known = {
  /** The row as it was before the first of these changes. */
  readonly row: (change: Change) => Before;
  readonly shipment: (id: string) => Shipment | null;
  /** Whether what is sent from one warehouse to another comes into this reader's view by that; asked where rows are unknown. */
  readonly seesMoves: boolean;
};

/** Inbox items, one per change that concerns the reader and is not their own doing, in seq order. */
export const inboxItems = (changes: readonly Change[], reader: Reader, known: Known): InboxItem[] => {
  const seen = new Map<string, Exclude<Before, 'unknown'>>();
  const items: InboxItem[] = [];
  for (const change of changes) {
    const key = `${change.entity}:${change.id}`;
    const before = seen.has(key) ? (seen.get(key) ?? null) : known.row(change);
    const news = newsOf(change, before, known.seesMoves);
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

/** One item for news that this station can no longer fetch: it was away too long, or the server has another history. */
export const missedDigest = (seq: number, at: string): InboxItem => ({
  ...digestOf(seq, 0, at),
  title: 'Messages may be missing here',
  body: 'This station could not get all messages from the time before this one. Look through the board and the open inspections.',
});
