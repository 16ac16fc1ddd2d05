import { EventEmitter } from 'node:events';
import { fromCarrier } from './carrier.ts';
import { type IpcMainImpl, ipcScope } from './ipc-main.ts';
import { strict } from './strict.ts';

type Surface = Pick<
  Electron.WebFrameMain,
  | 'url'
  | 'origin'
  | 'name'
  | 'parent'
  | 'top'
  | 'frames'
  | 'framesInSubtree'
  | 'detached'
  | 'isDestroyed'
  | 'routingId'
  | 'processId'
  | 'frameTreeNodeId'
  | 'frameToken'
  | 'ipc'
  | 'send'
>;

let lastId = 0;

/** One frame of a page. `facade` is what the app sees; it stays the same object while the frame lives. */
export class WebFrame extends EventEmitter implements Surface {
  /** Chromium's id of the frame; the top frame exists before Chromium has named it. */
  frameToken: string;
  readonly routingId: number;
  readonly frameTreeNodeId: number;
  readonly processId = 1;
  readonly facade: Electron.WebFrameMain;
  readonly ipcScope: IpcMainImpl;
  readonly ipc: Electron.IpcMain;
  readonly children = new Set<WebFrame>();
  name = '';
  carrierUrl = 'about:blank';
  readonly #parent: WebFrame | null;
  readonly #deliver: (channel: string, args: unknown[]) => void;
  #detached = false;

  /** @param deliver sends a message to the frame's document; only the top frame has someone listening. */
  constructor(id: string, parent: WebFrame | null, deliver: (channel: string, args: unknown[]) => void) {
    super();
    lastId += 1;
    this.frameToken = id;
    this.routingId = lastId;
    this.frameTreeNodeId = lastId;
    this.#parent = parent;
    this.#deliver = deliver;
    this.facade = strict('WebFrameMain', this) as unknown as Electron.WebFrameMain;
    const { scope, facade } = ipcScope('WebFrameMain.ipc');
    this.ipcScope = scope;
    this.ipc = facade;
    parent?.children.add(this);
  }

  get url(): string {
    return fromCarrier(this.carrierUrl);
  }

  get origin(): string {
    return URL.canParse(this.carrierUrl) ? fromCarrier(new URL(this.carrierUrl).origin) : 'null';
  }

  get parent(): Electron.WebFrameMain | null {
    return this.#parent?.facade ?? null;
  }

  get top(): Electron.WebFrameMain | null {
    return this.#parent?.top ?? this.facade;
  }

  get frames(): Electron.WebFrameMain[] {
    return [...this.children].map((child) => child.facade);
  }

  get framesInSubtree(): Electron.WebFrameMain[] {
    return [this.facade, ...[...this.children].flatMap((child) => child.framesInSubtree)];
  }

  get detached(): boolean {
    return this.#detached;
  }

  isDestroyed(): boolean {
    return this.#detached;
  }

  send(channel: string, ...args: unknown[]): void {
    if (!this.#parent) this.#deliver(channel, args);
  }

  /** The frame has left the page. */
  detach(): void {
    this.#detached = true;
    this.#parent?.children.delete(this);
  }
}
