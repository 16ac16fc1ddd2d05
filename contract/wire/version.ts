/**
 * Number of the wire: everything in `contract/wire` and the schemas it uses. The fingerprint test fails when any of it
 * changes without a new number here. The server also serves the number before.
 *
 * History
 * 1  2026-11-23  first wire: guide events, one log read three ways, mutations with verdicts
 */
export const PROTOCOL_VERSION = 1;

/** Oldest number the server still answers; older stations get `sync:upgrade`. */
export const OLDEST_SERVED_VERSION = 1;
