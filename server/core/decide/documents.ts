import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { noop, rejected } from '../decision.ts';
import { lineOrNull, requireNew, requireShipment, requireStep } from '../gate.ts';
import type { Work } from '../work.ts';
import { settle } from './settle.ts';

/**
 * Says what a photo shows. Caption and bytes travel apart, and either may come first: words that come first are kept
 * until `attachDocument` brings the picture, and no document row stands there without bytes behind it.
 */
export const addPhoto = (work: Work, args: CommandArgs['addPhoto']): Shipment => {
  const { draft } = work;
  const shipment = requireShipment(work, args.shipmentId);
  const document = draft.row('document', args.documentId);
  const waiting = draft.internal('photo', shipment.id, args.documentId);
  const known = document ?? waiting;
  if (known !== null && known.shipmentId !== shipment.id) {
    throw rejected('already_exists', 'Another document already has this id. Nothing was changed.');
  }
  const caption = args.caption ?? known?.caption ?? null;
  const lineId = lineOrNull(work, shipment, args.lineId) ?? known?.lineId ?? null;
  if (known !== null && known.caption === caption && known.lineId === lineId) throw noop(shipment);
  requireStep(work, shipment);
  if (document !== null) draft.put('document', { ...document, caption, lineId });
  else draft.putInternal({ kind: 'photo', row: { id: args.documentId, shipmentId: shipment.id, caption, lineId } });
  return settle(work, shipment);
};

type Bytes = Pick<CommandArgs['attachDocument'], 'mediaType' | 'fileSize'>;

/**
 * What the bytes are that a station only claims: as they were judged when they came in. They must have come in for this shipment: a
 * hash that is known for another one would open somebody else's document.
 */
const handedIn = (work: Work, shipment: Shipment, contentHash: string): Bytes => {
  const { draft } = work;
  const known = draft.before.hasContent(contentHash) ? draft.parts('document', shipment.id) : [];
  const document = known.find((row) => row.contentHash === contentHash);
  if (document !== undefined) return document;
  throw rejected('invalid', 'The server does not have the contents of this document. Upload it first.');
};

/** Hangs a document on a shipment. From a station the bytes are only claimed: they must have been handed in before. */
export const attachDocument = (work: Work, args: CommandArgs['attachDocument']): Shipment => {
  const { draft } = work;
  const shipment = requireShipment(work, args.shipmentId);
  requireNew(work, 'document', args.documentId, shipment, (row) => row.contentHash === args.contentHash);
  const words = draft.internal('photo', shipment.id, args.documentId);
  const bytes = work.submission.bytes === 'unproven' ? handedIn(work, shipment, args.contentHash) : args;
  requireStep(work, shipment);
  draft.put('document', {
    id: args.documentId,
    shipmentId: shipment.id,
    fileName: args.fileName,
    documentType: args.documentType,
    mediaType: bytes.mediaType,
    fileSize: bytes.fileSize,
    contentHash: args.contentHash,
    caption: args.caption ?? words?.caption ?? null,
    lineId: lineOrNull(work, shipment, args.lineId) ?? words?.lineId ?? null,
    uploadedAt: work.now,
    uploadedBy: work.actor.name,
    isVerified: false,
  });
  return settle(work, shipment);
};
