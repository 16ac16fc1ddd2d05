/** Prints to stderr when DOCKLINE_STANDIN_DEBUG is set; stderr, because stdout belongs to the app. */
export const debug = (...what: unknown[]): void => {
  if (process.env.DOCKLINE_STANDIN_DEBUG) console.error('[electron stand-in]', ...what);
};
