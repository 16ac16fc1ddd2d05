import type { EventEmitter } from 'node:events';
import { fromCarrier, toCarrier } from './carrier.ts';
import { chromium } from './chromium.ts';
import { debug } from './debug.ts';
import { StandInEvent } from './event.ts';
import type { Page } from './page.ts';
import { applyPermissions } from './permissions.ts';
import type { SessionImpl } from './session.ts';
import type { PageTarget } from './targets.ts';
import type { WebFrame } from './web-frame.ts';

type Kind = 'will-navigate' | 'will-frame-navigate' | 'will-redirect';

/** The part of a WebContents that navigation needs. */
interface Contents extends EventEmitter {
  readonly facade: Electron.WebContents;
  readonly rules: SessionImpl;
}

/** Chromium's numbers for the errors a navigation of this app can meet. */
const errorNumbers: Record<string, number> = {
  ERR_FAILED: -2,
  ERR_ABORTED: -3,
  ERR_BLOCKED_BY_CLIENT: -20,
  ERR_ADDRESS_UNREACHABLE: -109,
};

/** Loads pages for the app, and asks the app about what pages load by themselves. */
export class Navigation {
  readonly #contents: Contents;
  readonly #main: WebFrame;
  readonly #page: Promise<Page>;
  readonly #loaded = new Map<string, () => void>();
  #lastLoaded = '';
  /** Set while a navigation of the app's own is on its way: those are not asked about. */
  #ownNavigation = false;
  #lastUrl = 'about:blank';
  #loading = false;

  constructor(contents: Contents, main: WebFrame, page: Promise<Page>) {
    this.#contents = contents;
    this.#main = main;
    this.#page = page;
  }

  get isLoading(): boolean {
    return this.#loading;
  }

  follow({ targetId, session }: PageTarget): void {
    session.on('Page.domContentEventFired', () => this.#contents.emit('dom-ready', new StandInEvent()));
    session.on('Page.lifecycleEvent', ({ frameId, loaderId, name }) => {
      if (frameId !== targetId || name !== 'load') return;
      this.#lastLoaded = loaderId;
      this.#loading = false;
      this.#contents.emit('did-finish-load', new StandInEvent());
      this.#contents.emit('did-stop-loading', new StandInEvent());
      this.#loaded.get(loaderId)?.();
      this.#loaded.delete(loaderId);
    });
  }

  /** @throws Error `ERR_… (-n) loading '<url>'`, as Electron words it. */
  async load(url: string): Promise<void> {
    const page = await this.#page;
    const { session } = page.target;
    await this.permit(url);
    this.#begin();
    const { errorText, loaderId } = await session.send('Page.navigate', { url: toCarrier(url) });
    this.#ownNavigation = false;
    if (errorText) {
      const name = errorText.replace(/^net::/, '');
      const number = errorNumbers[name] ?? -2;
      this.#loading = false;
      this.#contents.emit('did-fail-load', new StandInEvent(), number, name, url, true);
      throw Object.assign(new Error(`${name} (${number}) loading '${url}'`), { code: name, errno: number, url });
    }
    if (!loaderId || loaderId === this.#lastLoaded) return;
    await new Promise<void>((resolve) => this.#loaded.set(loaderId, resolve));
  }

  reload(ignoreCache: boolean): void {
    this.#begin();
    const reloaded = this.#page.then((page) => page.target.session.send('Page.reload', { ignoreCache }));
    reloaded.catch((error: unknown) => debug('reload', error));
  }

  /** Sets Chromium's permissions for the origin of an app URL. */
  async permit(url: string): Promise<void> {
    const carrier = URL.canParse(toCarrier(url)) ? new URL(toCarrier(url)).origin : 'null';
    // Without an origin (about:blank, data:) there is nobody to grant anything to.
    if (carrier === 'null') return;
    const { browser } = await chromium();
    const { rules, facade } = this.#contents;
    await applyPermissions(browser, rules, facade, fromCarrier(carrier), carrier);
  }

  /** The app's say on a document request. */
  allows(frame: WebFrame, url: string, isRedirect: boolean): boolean {
    const isMain = frame === this.#main;
    if (isRedirect) return this.#asks('will-redirect', frame, url);
    if (isMain && this.#ownNavigation) {
      this.#ownNavigation = false;
      return true;
    }
    return this.#asks('will-frame-navigate', frame, url) && (!isMain || this.#asks('will-navigate', frame, url));
  }

  /** A document was committed in some frame. */
  committed(frame: WebFrame): void {
    if (frame !== this.#main) return;
    // about: and blob: pages make no request that could be held back: put the page back where it was.
    const unasked = /^(about|blob):/.test(frame.carrierUrl) && !this.#ownNavigation;
    if (unasked && this.#lastUrl !== frame.carrierUrl && !this.allows(frame, frame.url, false)) {
      this.load(fromCarrier(this.#lastUrl)).catch((error: unknown) => debug('putting the page back', error));
      return;
    }
    this.#ownNavigation = false;
    this.#lastUrl = frame.carrierUrl;
    this.#contents.emit('did-navigate', new StandInEvent(), frame.url, 200, 'OK');
  }

  movedInPage(frame: WebFrame): void {
    if (frame === this.#main) this.#lastUrl = frame.carrierUrl;
    this.#contents.emit(
      'did-navigate-in-page',
      new StandInEvent(),
      frame.url,
      frame === this.#main,
      1,
      frame.routingId,
    );
  }

  /** Lets everyone who waits for a page go: the window is closing. */
  abandon(): void {
    for (const proceed of this.#loaded.values()) proceed();
    this.#loaded.clear();
  }

  #begin(): void {
    this.#ownNavigation = true;
    this.#loading = true;
    this.#contents.emit('did-start-loading', new StandInEvent());
  }

  #asks(kind: Kind, frame: WebFrame, url: string): boolean {
    const isMainFrame = frame === this.#main;
    const event = new StandInEvent({
      url,
      isSameDocument: false,
      isMainFrame,
      frame: frame.facade,
      initiator: frame.facade,
    });
    this.#contents.emit(kind, event, url, false, isMainFrame, frame.processId, frame.routingId);
    return !event.defaultPrevented;
  }
}
