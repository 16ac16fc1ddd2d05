import type { Shipment } from '#contract/domain/shipment.ts';

/** A cache is never migrated: with another number it is thrown away and filled anew. */
export const CACHE_VERSION = 1;

export const CACHE_SCHEMA = `
CREATE TABLE row (
  entity TEXT NOT NULL,
  id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  shipment_id TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (entity, id)
) STRICT;
CREATE INDEX row_of_shipment ON row (shipment_id) WHERE shipment_id IS NOT NULL;
-- One narrow row per shipment, so that board and search read no bodies they do not need.
CREATE TABLE board (
  id TEXT NOT NULL PRIMARY KEY,
  open INTEGER NOT NULL,
  changed_at TEXT NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE INDEX board_by_time ON board (open, changed_at);
CREATE TABLE history (shipment_id TEXT NOT NULL PRIMARY KEY, fetched_at TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
PRAGMA user_version = ${CACHE_VERSION};
`;

/** Lower case without accents: "Muller" finds "Müller". */
export const searchable = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase();

/** What a search on a shipment matches: number, POs, supplier, carrier, trailer, seal and bill of lading. */
export const searchWords = (shipment: Shipment): string => {
  const { number, poNumbers, poNumber, supplierName, carrier, trailer, seal, billOfLading } = shipment;
  const all = [number, poNumber, ...poNumbers, supplierName, carrier, trailer, seal, billOfLading];
  return searchable([...new Set(all.filter((each) => each !== null && each !== ''))].join('\n'));
};
