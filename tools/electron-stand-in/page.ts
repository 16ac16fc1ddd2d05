import { randomUUID } from 'node:crypto';
import { chromium } from './chromium.ts';
import { debug } from './debug.ts';
import type { FromPage, ToPage } from './page-messages.ts';
import { preloadShim } from './preload-shim.ts';
import { openTarget, type PageTarget } from './targets.ts';

export interface PageOptions {
  size: { width: number; height: number };
  /** Source of the preload bundle; '' for none. */
  preload: string;
  additionalArguments: string[];
  /** Called before anything is loaded, so that no event is missed. */
  onTarget(target: PageTarget): void;
  onMessage(contextId: number, message: FromPage): void;
}

/** One page of Chromium with the preload shim in it: the string pipe between the two halves of the IPC. */
export class Page {
  readonly target: PageTarget;
  readonly #door: string;

  private constructor(target: PageTarget, door: string) {
    this.target = target;
    this.#door = door;
  }

  static async open({ size, preload, additionalArguments, onTarget, onMessage }: PageOptions): Promise<Page> {
    const target = await openTarget(size);
    const { session } = target;
    onTarget(target);
    const binding = `standIn${randomUUID().replaceAll('-', '')}`;
    const page = new Page(target, randomUUID());
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === binding) onMessage(executionContextId, JSON.parse(payload) as FromPage);
    });
    const { version } = await chromium();
    const source = preloadShim(
      {
        binding,
        door: page.#door,
        process: {
          platform: process.platform,
          arch: process.arch,
          versions: { node: process.versions.node, chrome: version, electron: process.versions.electron },
          argv: [process.execPath, ...additionalArguments],
        },
      },
      preload,
    );
    // Sent together and before the page is let go: it stands still until the last one.
    await Promise.all([
      session.send('Page.enable'),
      session.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      session.send('Runtime.enable'),
      session.send('Log.enable'),
      session.send('Inspector.enable'),
      session.send('Runtime.addBinding', { name: binding }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source }),
      session.send('Runtime.runIfWaitingForDebugger'),
    ]);
    return page;
  }

  /** Hands a message to the document that is there now; one that has no shim, or is going, loses it, as in Electron. */
  deliver(message: ToPage): void {
    const expression = `globalThis[Symbol.for(${JSON.stringify(this.#door)})]?.(${JSON.stringify(message)})`;
    this.evaluate(expression).catch((error: unknown) => debug('not delivered', error));
  }

  /** @returns the value of an expression in the top frame, awaited if it is a promise. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.target.session.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as unknown;
  }

  /** @param scheme undefined lets the page follow the system again. */
  setColorScheme(scheme: 'light' | 'dark' | undefined): void {
    const features = scheme ? [{ name: 'prefers-color-scheme', value: scheme }] : [];
    const set = this.target.session.send('Emulation.setEmulatedMedia', { features });
    set.catch((error: unknown) => debug('colour scheme', error));
  }

  async close(): Promise<void> {
    const { browser } = await chromium();
    await browser.send('Target.closeTarget', { targetId: this.target.targetId });
  }
}
