/**
 * Number of the wire: everything in `contract/wire` and the schemas it uses. The fingerprint test fails when any of it
 * changes without a new number here. The server also serves the number before. A number grows until a release has carried it.
 *
 * History
 * 1  2026-11-23  first wire: guide events, one log read three ways, mutations with verdicts
 * 2  2026-11-24  snapshots go on where they broke off; `sync:scope` says why; what a person may see can be changed;
 *                an amendment may send a shipment to another warehouse; stations report what is unsent, and closing waits for it
 */
export const PROTOCOL_VERSION = 2;

/** Oldest number the server still answers; older stations get `sync:upgrade`. */
export const OLDEST_SERVED_VERSION = 1;
