import type { CdpSession } from './cdp.ts';
import { claimFrame, type RequestOwner, releaseFrame } from './interception.ts';
import { WebFrame } from './web-frame.ts';

export interface FrameEvents {
  /** A document was committed. */
  navigated(frame: WebFrame): void;
  /** The URL changed without a new document: a fragment or history.pushState. */
  movedInPage(frame: WebFrame): void;
}

/** The frames of one page, kept current from Chromium's events. */
export class FrameTree {
  readonly #frames = new Map<string, WebFrame>();
  readonly #contexts = new Map<number, string>();
  readonly #main: WebFrame;
  readonly #owner: RequestOwner;

  constructor(main: WebFrame, owner: RequestOwner) {
    this.#main = main;
    this.#owner = owner;
  }

  /** @param mainId Chromium's id of the top frame, which is the target's id. */
  follow(session: CdpSession, mainId: string, events: FrameEvents): void {
    this.#main.frameToken = mainId;
    this.#add(mainId, this.#main);
    session.on('Page.frameAttached', ({ frameId, parentFrameId }) => {
      if (this.#frames.has(frameId)) return;
      const parent = this.#frames.get(parentFrameId) ?? this.#main;
      this.#add(frameId, new WebFrame(frameId, parent, () => undefined));
    });
    session.on('Page.frameNavigated', ({ frame }) => {
      const known = this.#frames.get(frame.id);
      if (!known) return;
      known.name = frame.name ?? '';
      known.carrierUrl = frame.url + (frame.urlFragment ?? '');
      events.navigated(known);
    });
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      const known = this.#frames.get(frameId);
      if (!known) return;
      known.carrierUrl = url;
      events.movedInPage(known);
    });
    session.on('Page.frameDetached', ({ frameId, reason }) => {
      // 'swap': the same frame goes on in another process.
      if (reason === 'remove') this.#remove(frameId);
    });
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = (context.auxData ?? {}) as { frameId?: string };
      if (frameId) this.#contexts.set(context.id, frameId);
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) =>
      this.#contexts.delete(executionContextId),
    );
    session.on('Runtime.executionContextsCleared', () => this.#contexts.clear());
  }

  get(frameId: string): WebFrame | undefined {
    return this.#frames.get(frameId);
  }

  /** The frame a piece of page script belongs to. */
  ofContext(contextId: number): WebFrame | undefined {
    return this.#frames.get(this.#contexts.get(contextId) ?? '');
  }

  detachAll(): void {
    for (const frameId of [...this.#frames.keys()]) this.#remove(frameId);
    this.#main.detach();
  }

  #add(frameId: string, frame: WebFrame): void {
    this.#frames.set(frameId, frame);
    claimFrame(frameId, this.#owner);
  }

  #remove(frameId: string): void {
    this.#frames.get(frameId)?.detach();
    this.#frames.delete(frameId);
    releaseFrame(frameId);
  }
}
