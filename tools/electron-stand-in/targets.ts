import type { CdpSession } from './cdp.ts';
import { type Chromium, chromium } from './chromium.ts';
import { debug } from './debug.ts';

export interface PageTarget {
  readonly targetId: string;
  readonly session: CdpSession;
}

const attached = new Map<string, string>();
const awaited = new Map<string, (sessionId: string) => void>();
const opening = new Set<Promise<string>>();
const own = new Set<string>();

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
export const watchTargets = async ({ browser, connection }: Chromium): Promise<void> => {
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
  await browser.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
};

/** Opens an empty page, in a window of its own where there are windows. @param size content size in CSS pixels. */
export const openTarget = async (size: { width: number; height: number }): Promise<PageTarget> => {
  const { browser, connection } = await chromium();
  const created = browser
    .send('Target.createTarget', { url: 'about:blank', newWindow: true, ...size })
    .then(({ targetId }) => {
      own.add(targetId);
      return targetId;
    });
  opening.add(created);
  const targetId = await created.finally(() => opening.delete(created));
  const sessionId = attached.get(targetId) ?? (await new Promise<string>((resolve) => awaited.set(targetId, resolve)));
  awaited.delete(targetId);
  return { targetId, session: connection.session(sessionId) };
};
