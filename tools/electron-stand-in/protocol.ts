import { appImpl } from './app.ts';

type Handler = Parameters<Electron.Protocol['handle']>[1];
type Surface = Pick<Electron.Protocol, 'handle' | 'unhandle' | 'isProtocolHandled' | 'registerSchemesAsPrivileged'>;

/** Schemes the app has announced; only a `standard` one has hosts and relative URLs in Electron. */
const standardSchemes = new Set<string>();

/** One session's custom schemes and their handlers. */
export class ProtocolImpl implements Surface {
  readonly #handlers = new Map<string, Handler>();

  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    if (appImpl.isReady()) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    }
    for (const { scheme, privileges } of schemes) if (privileges?.standard) standardSchemes.add(scheme);
  }

  handle(scheme: string, handler: Handler): void {
    if (this.#handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    this.#handlers.set(scheme, handler);
  }

  unhandle(scheme: string): void {
    if (!this.#handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
  }

  isProtocolHandled(scheme: string): boolean {
    return this.#handlers.has(scheme);
  }

  /**
   * Has the app answer a request for one of its own URLs.
   * @returns undefined when no handler of this session knows the scheme.
   * @throws Error when the scheme was not registered as standard: in Electron its relative URLs would not work.
   */
  async answer(request: Request): Promise<Response | undefined> {
    const scheme = request.url.slice(0, request.url.indexOf(':'));
    const handler = this.#handlers.get(scheme);
    if (handler && !standardSchemes.has(scheme)) {
      throw new Error(`electron stand-in: register ${scheme}: as a standard scheme before ready`);
    }
    return handler?.(request);
  }
}
