import { EventEmitter } from 'node:events';
import { fetchThrough } from './net.ts';
import { ProtocolImpl } from './protocol.ts';
import { strict } from './strict.ts';
import { WebRequestImpl } from './web-request.ts';

type RequestHandler = Parameters<Electron.Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0];
type Surface = Pick<
  Electron.Session,
  | 'protocol'
  | 'webRequest'
  | 'fetch'
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setSpellCheckerEnabled'
  | 'setSpellCheckerLanguages'
  | 'isPersistent'
  | 'storagePath'
  | 'getStoragePath'
>;

/**
 * The rules of one partition: who may do what, which requests pass, who answers custom schemes. Storage is not part of
 * it: every partition shares one throw-away Chromium profile.
 */
export class SessionImpl extends EventEmitter implements Surface {
  /** Only in-memory storage exists, whatever the partition's name asks for. */
  readonly storagePath = null;
  readonly protocolImpl = new ProtocolImpl();
  readonly requests = new WebRequestImpl();
  readonly protocol = strict('protocol', this.protocolImpl) as unknown as Electron.Protocol;
  readonly webRequest = strict('session.webRequest', this.requests) as unknown as Electron.WebRequest;
  requestHandler: RequestHandler = null;
  checkHandler: CheckHandler = null;
  readonly #persistent: boolean;

  constructor(persistent: boolean) {
    super();
    this.#persistent = persistent;
  }

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.requestHandler = handler;
    this.emit('stand-in:permissions');
  }

  setPermissionCheckHandler(handler: CheckHandler): void {
    this.checkHandler = handler;
    this.emit('stand-in:permissions');
  }

  // Chromium without Electron offers no HID, serial or USB device and no screen to choose, so nothing ever asks.
  setDevicePermissionHandler(_handler: unknown): void {}
  setDisplayMediaRequestHandler(_handler: unknown): void {}
  // No spell checker runs, so switching it off is already done.
  setSpellCheckerEnabled(_enable: boolean): void {}
  setSpellCheckerLanguages(_languages: string[]): void {}

  isPersistent(): boolean {
    return this.#persistent;
  }

  getStoragePath(): null {
    return null;
  }

  fetch(input: string | Request, options?: Parameters<Electron.Session['fetch']>[1]): Promise<Response> {
    return fetchThrough(this.protocolImpl, input, options);
  }
}

const partitions = new Map<string, SessionImpl>();
const facades = new WeakMap<SessionImpl, Electron.Session>();

/** @param partition '' is the default session; names not starting with `persist:` are in-memory ones. */
export const sessionFor = (partition: string): SessionImpl => {
  const known = partitions.get(partition) ?? new SessionImpl(partition === '' || partition.startsWith('persist:'));
  partitions.set(partition, known);
  return known;
};

/** The object the app sees for a session; always the same one. */
export const sessionFacade = (session: SessionImpl): Electron.Session => {
  const facade = facades.get(session) ?? (strict('session', session) as unknown as Electron.Session);
  facades.set(session, facade);
  return facade;
};

/** The session behind the object the app was given. */
export const sessionBehind = (facade: Electron.Session): SessionImpl => {
  for (const session of partitions.values()) if (facades.get(session) === facade) return session;
  throw new Error('electron stand-in: webPreferences.session is not a session of this app');
};

export const sessionModule = {
  fromPartition: (partition: string): Electron.Session => sessionFacade(sessionFor(partition)),
  get defaultSession(): Electron.Session {
    return sessionFacade(sessionFor(''));
  },
} satisfies Pick<typeof Electron.Session, 'fromPartition' | 'defaultSession'>;
