/** What the app needs to know of a window to close it; BrowserWindow is the only kind there is. */
export interface ListedWindow {
  close(): void;
  destroy(): void;
  isDestroyed(): boolean;
}

/** Every open window, oldest first. Here and not in browser-window.ts, so that app.ts need not import that. */
export const openWindows = new Set<ListedWindow>();
