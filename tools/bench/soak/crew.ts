import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Desk, FromStations, ToStations } from './stations.ts';

export type Pulled = Extract<FromStations, { kind: 'pulled' }>;
type Kind = FromStations['kind'];

/** The process in which the stations run. */
export class Crew {
  readonly pulled: Pulled[] = [];
  readonly #child: ChildProcess;

  private constructor() {
    this.#child = fork(join(import.meta.dirname, 'stations.ts'), { execArgv: ['--expose-gc'] });
    this.#child.on('message', (message: FromStations) => {
      if (message.kind === 'pulled') this.pulled.push(message);
    });
  }

  static async start(desks: readonly Desk[]): Promise<Crew> {
    const crew = new Crew();
    await crew.#ask({ kind: 'start', desks }, 'started');
    return crew;
  }

  usage(): Promise<Extract<FromStations, { kind: 'usage' }>> {
    return this.#ask({ kind: 'usage' }, 'usage');
  }

  /** Resolves when every file is closed. */
  async stop(): Promise<void> {
    await this.#ask({ kind: 'stop' }, 'stopped');
    this.#child.disconnect();
  }

  #ask<K extends Kind>(message: ToStations, kind: K): Promise<Extract<FromStations, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the stations ended with ${code}`));
      const hear = (reply: FromStations): void => {
        if (reply.kind !== kind) return;
        this.#child.off('message', hear);
        this.#child.off('exit', ended);
        resolve(reply as Extract<FromStations, { kind: K }>);
      };
      this.#child.on('message', hear);
      this.#child.once('exit', ended);
      this.#child.send(message);
    });
  }
}
