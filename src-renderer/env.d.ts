import type { StationApi } from '#contract/bridge/station-api.ts';

declare global {
  interface Window {
    /** Put there by the preload script; everything this page knows of the world. */
    readonly station: StationApi;
  }
}
