import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Limits } from '../../server/limits.ts';
import type { FromServer } from './fanout/server-messages.ts';

export type Usage = Extract<FromServer, { kind: 'usage' }>;

const answer = <K extends FromServer['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<FromServer, { kind: K }>> =>
  new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`the server under measurement ended with ${code}`));
    child.once('exit', gone);
    child.once('message', (message: FromServer) => {
      child.off('exit', gone);
      if (message.kind === kind) resolve(message as Extract<FromServer, { kind: K }>);
    });
  });

export type MeasuredOptions = {
  /** Another port than any free one: for a server that comes back where it was. */
  readonly port?: number;
  readonly dataDir?: string;
  /** Where a few machines of a bench stand for many; the product's own without. */
  readonly limits?: Partial<Limits>;
  readonly logLevel?: string;
  /** Further options for V8. */
  readonly v8?: readonly string[];
};

const environment = ({ port, dataDir, limits, logLevel }: MeasuredOptions): NodeJS.ProcessEnv => ({
  ...process.env,
  ...(port === undefined ? {} : { BENCH_PORT: String(port) }),
  ...(dataDir === undefined ? {} : { BENCH_DATA_DIR: dataDir }),
  ...(limits === undefined ? {} : { BENCH_LIMITS: JSON.stringify(limits) }),
  ...(logLevel === undefined ? {} : { BENCH_LOG_LEVEL: logLevel }),
});

/** A server in a process of its own that can be asked what it costs. It ends with the bench, however that ends. */
export class MeasuredServer {
  readonly url: string;
  readonly port: number;
  readonly #child: ChildProcess;
  #logBytes = 0;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#logBytes += chunk.length;
    });
  }

  /** `script`: a file beside this one that ends in `report(port)`. */
  static async start(script: string, options: MeasuredOptions = {}): Promise<MeasuredServer> {
    const child = fork(join(import.meta.dirname, script), {
      execArgv: ['--expose-gc', ...(options.v8 ?? [])],
      env: environment(options),
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const { port } = await answer(child, 'listening');
    return new MeasuredServer(child, port);
  }

  /** Bytes written to its log so far. */
  get logBytes(): number {
    return this.#logBytes;
  }

  usage(): Promise<Usage> {
    const reply = answer(this.#child, 'usage');
    this.#child.send({ kind: 'usage' });
    return reply;
  }

  /** Asks it to stop, or with SIGKILL does not ask; resolves when the process is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill(signal);
    await gone;
  }
}

/** More than anybody asks for. */
export const UNLIMITED = { perSecond: 1e6, burst: 1e6 } as const;

export const DOCKLINE = 'fanout/dockline-server.ts';
