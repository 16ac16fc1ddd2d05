import type { NoticeParty, ShipNotice } from './ship-notice.ts';

/** What a server looks up before it plans. */
export type NoticeIdentity = {
  /** The supplier's number for the shipment; together with `supplierId` it says whether a notice came before. */
  readonly number: string;
  readonly supplierId: string;
  readonly warehouseId: string;
  /**
   * The notice does not name its supplier, so `supplierId` is only the sender of the interchange. A bare cancellation is often
   * written so: look for the shipment by number alone when none is found, and take it when it is the only one.
   */
  readonly supplierAssumed: boolean;
};

/** Contract's longest id and text. */
const LONGEST_ID = 100;
const LONGEST_NUMBER = 200;

/** An id that can stand in a path: spaces and the characters URLs give a meaning become hyphens. */
const idFrom = (text: string): string =>
  text
    .replace(/[\s/\\?#%&"'<>]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_ID)
    .toWellFormed();

/** `Zakłady Mięsne Łowicz` → `zaklady-miesne-lowicz`; scripts without Latin letters keep their own. */
const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[łŁ]/g, 'l')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_ID)
    .toWellFormed();

const partyId = (party: NoticeParty): string => idFrom(party.code ?? '') || slug(party.name ?? '');

/**
 * Which supplier, number and warehouse a notice is about. `actingSupplierId` is that of a signed-in supplier: it announces
 * only its own shipments, whatever the file says. Warehouse ids are upper case.
 */
export const identifyNotice = (notice: ShipNotice, actingSupplierId: string | null = null): NoticeIdentity => ({
  number: notice.number.slice(0, LONGEST_NUMBER).toWellFormed(),
  supplierId: actingSupplierId ?? (partyId(notice.supplier) || 'unknown'),
  warehouseId: partyId(notice.shipTo).toUpperCase().slice(0, LONGEST_ID).toWellFormed() || 'UNKNOWN',
  supplierAssumed: actingSupplierId === null && notice.supplier.assumed,
});
