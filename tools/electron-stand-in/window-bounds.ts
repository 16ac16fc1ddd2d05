import { chromium } from './chromium.ts';
import { display } from './displays.ts';
import type { Page } from './page.ts';

export type WindowState = 'normal' | 'minimized' | 'maximized' | 'fullscreen';

/**
 * Puts a page's window where the app wants it. Without windows (headless) the page gets the size such a window would
 * have; a minimized page keeps its size, as in Electron.
 */
export const placeWindow = async (page: Page, bounds: Electron.Rectangle, state: WindowState): Promise<void> => {
  const { browser, headed } = await chromium();
  const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId: page.target.targetId });
  const place = (wanted: object): Promise<unknown> =>
    browser.send('Browser.setWindowBounds', { windowId, bounds: wanted });
  const { x: left, y: top, width, height } = state === 'normal' || state === 'minimized' ? bounds : display.bounds;
  if (!headed) {
    await place({ left, top, width, height });
    return;
  }
  // Chromium takes a size only for a window in the normal state.
  await place({ windowState: 'normal' });
  await place(state === 'normal' ? { left, top, width, height } : { windowState: state });
};
