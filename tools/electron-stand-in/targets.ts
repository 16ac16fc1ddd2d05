import { EventEmitter } from 'node:events';
import type { CdpSession } from './cdp.ts';
import { type Chromium, chromium } from './chromium.ts';
import { debug } from './debug.ts';

export interface PageTarget {
  readonly targetId: string;
  readonly session: CdpSession;
  /** Calls `listener` when the page has gone, also when a person has closed its window. */
  onClosed(listener: () => void): void;
}

const attached = new Map<string, string>();
const awaited = new Map<string, (sessionId: string) => void>();
const opening = new Set<Promise<string>>();
const own = new Set<string>();
const closed = new EventEmitter();
/** The window Chromium started with, until a BrowserWindow takes it over; only where there are windows. */
let spare: string | undefined;

/** Ends a window a page has opened behind the app's back; it is still paused and has loaded nothing. */
const closeForeign = async (browser: CdpSession, targetId: string): Promise<void> => {
  // While a window of our own is being made its id is not known yet: wait, then look.
  await Promise.allSettled(opening);
  if (own.has(targetId)) return;
  debug('closing a window the app did not open', targetId);
  await browser.send('Target.closeTarget', { targetId });
};

/**
 * Attaches to every page before it runs anything. Called once, before the first page.
 * The app hears of windows its pages ask for through `Page.windowOpen` and the shim, not from here.
 */
export const watchTargets = async ({ browser, connection, headed }: Chromium): Promise<void> => {
  if (headed) {
    const { targetInfos } = await browser.send('Target.getTargets');
    spare = targetInfos.find(({ type }) => type === 'page')?.targetId;
    if (spare) own.add(spare);
  }
  browser.on('Target.attachedToTarget', ({ sessionId, targetInfo: { targetId, type } }) => {
    if (type !== 'page') {
      // Workers and the like: nothing to prepare, but they wait for us.
      const resumed = connection.session(sessionId).send('Runtime.runIfWaitingForDebugger');
      resumed.catch((error: unknown) => debug('target', type, error));
      return;
    }
    attached.set(targetId, sessionId);
    awaited.get(targetId)?.(sessionId);
    closeForeign(browser, targetId).catch((error: unknown) => debug('target', targetId, error));
  });
  browser.on('Target.detachedFromTarget', ({ sessionId }) => closed.emit(sessionId));
  await browser.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
};

const resize = async (
  browser: CdpSession,
  targetId: string,
  size: { width: number; height: number },
): Promise<string> => {
  const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId });
  await browser.send('Browser.setWindowBounds', { windowId, bounds: size });
  return targetId;
};

/** Opens an empty page, in a window of its own where there are windows. @param size content size in CSS pixels. */
export const openTarget = async (size: { width: number; height: number }): Promise<PageTarget> => {
  const { browser, connection } = await chromium();
  const created = spare
    ? resize(browser, spare, size)
    : browser.send('Target.createTarget', { url: 'about:blank', newWindow: true, ...size }).then(({ targetId }) => {
        own.add(targetId);
        return targetId;
      });
  spare = undefined;
  opening.add(created);
  const targetId = await created.finally(() => opening.delete(created));
  const sessionId = attached.get(targetId) ?? (await new Promise<string>((resolve) => awaited.set(targetId, resolve)));
  awaited.delete(targetId);
  return {
    targetId,
    session: connection.session(sessionId),
    onClosed: (listener) => closed.once(sessionId, listener),
  };
};
