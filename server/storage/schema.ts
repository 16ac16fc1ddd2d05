import type { Kysely } from 'kysely';

// Tables as Kysely sees them. Rows are kept whole as JSON in `row`; the columns beside it are what is searched or joined.
// Booleans are 0 and 1 and JSON is text, so that SQLite and PostgreSQL hold the same.

export type StreamTable = {
  id: number;
  epoch: string;
  /** Number of the last committed change. */
  head: number;
  /** Running hash at `head`. */
  chain: string;
  /** Oldest number a reader may continue from; older changes have been dropped. */
  floor: number;
};

export type ChangeTable = {
  seq: number;
  /** 1 on the last change of a transaction: the only places a cursor may rest. */
  tx_end: number;
  entity: string;
  entity_id: string;
  op: string;
  row: string | null;
  shipment_id: string | null;
  command: string;
  actor: string;
  origin: string | null;
  warehouse_from: string | null;
  warehouse_to: string | null;
  supplier_id: string | null;
  occurred_at: string;
  recorded_at: string;
  /** Running hash, on `tx_end` rows only. */
  chain: string | null;
};

export type ClientTable = { client_id: string; last_n: number; user_id: string; seen_at: string };

export type LedgerTable = {
  client_id: string;
  n: number;
  /** Of what the server received, by the server's own reckoning. */
  payload_hash: string;
  verdict: string;
  recorded_at: string;
};

export type ShipmentTable = {
  id: string;
  warehouse_id: string;
  supplier_id: string | null;
  /** `supplier_id` or '': numbers are unique per supplier, and SQL does not compare nulls. */
  supplier_key: string;
  number: string;
  status: string;
  open: number;
  door_id: string | null;
  /** Milliseconds since 1970; -1 when there is no ETA, which sorts it last. */
  eta_ms: number;
  /** What `q` is looked for in, lower case. */
  search: string;
  seq: number;
  row: string;
};

export type PartTable = {
  entity: string;
  id: string;
  shipment_id: string;
  /** Of a line, 14 digits. */
  gtin: string | null;
  /** Of a document. */
  content_hash: string | null;
  /** Line: the handling unit it travels in. Handling unit: the one it stands on. */
  parent_id: string | null;
  seq: number;
  row: string;
};

export type PlaceTable = { entity: string; id: string; warehouse_id: string | null; seq: number; row: string };

export type InternalTable = { kind: string; shipment_id: string; id: string; live: number; row: string };

/** `position`: the head when it was recorded, which orders the entries of a shipment; `shipment_id` '' for places. */
export type HistoryTable = { shipment_id: string; position: number; id: string; row: string };

export type KeptAnswerTable = {
  user_id: string;
  key: string;
  hash: string;
  status: number;
  body: string;
  content_type: string;
  kept_at: string;
  /** Id of the group whose sight the answer was made for. */
  sight: string;
  /** JSON: ids of the shipments that the work was about. Null when the answer was kept apart from any work. */
  about: string | null;
};

/** `warehouses` is JSON, with `*` for all. */
export type ChangedAccessTable = {
  user_id: string;
  role: string;
  warehouses: string;
  supplier_id: string | null;
  changed_at: string;
  changed_by: string;
};

/** `unsent_on` is JSON, by shipment since when; `worked_on` a JSON list of shipments. */
export type StationReportTable = {
  client_id: string;
  user_id: string;
  user_name: string;
  station: string;
  unsent_on: string;
  worked_on: string;
  has_left: number;
  reported_at: string;
};

export type Tables = {
  stream: StreamTable;
  change: ChangeTable;
  client: ClientTable;
  ledger: LedgerTable;
  shipment: ShipmentTable;
  part: PartTable;
  place: PlaceTable;
  internal: InternalTable;
  history: HistoryTable;
  kept_answer: KeptAnswerTable;
  changed_access: ChangedAccessTable;
  station_report: StationReportTable;
};

export type Db = Kysely<Tables>;

/** The one stream a database holds. */
export const STREAM = 1;
