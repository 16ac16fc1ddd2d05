import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Saved, StationView } from '#contract/bridge/view.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import { plainEnv, root } from './patches.ts';

export type StationSetup = {
  /** Folder of its files; lives on over restarts. */
  readonly dir: string;
  readonly toastFile: string;
  readonly serverUrl: string;
  readonly token: string;
};

type Base = { readonly id: string; readonly version: number } | null;

/** What a station process can be asked. */
export type Asks = {
  view: { args: null; result: StationView };
  save: { args: { type: CommandName; args: Record<string, unknown>; base: Base }; result: Saved };
  states: { args: null; result: { at: number; state: ConnectionState }[] };
  log: { args: null; result: string[] };
  retry: { args: null; result: null };
  skew: { args: { ms: number }; result: null };
  stop: { args: null; result: null };
};
export type Ask = keyof Asks;

type Reply = { readonly id: number; readonly result?: unknown; readonly error?: string };

/** The station process ended before it answered. */
export class StationGone extends Error {}

export class StationProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #lastId = 0;
  #output = '';
  #isGone = false;

  constructor(setup: StationSetup, env: Record<string, string> = {}) {
    const script = join(import.meta.dirname, 'station-child.ts');
    this.child = spawn(process.execPath, [script, JSON.stringify(setup)], {
      cwd: root,
      env: { ...plainEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-10_000);
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
    this.child.on('message', (message) => this.#answered(message as Reply));
    this.child.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      this.child.once('exit', () => {
        this.#isGone = true;
        for (const { reject } of this.#waiting.values()) reject(new StationGone(`the station ended\n${this.#output}`));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** What it has written, for the message of a failed test. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the station has started; rejects with `StationGone` when it died before. */
  ready(): Promise<void> {
    return this.#expect(0) as Promise<void>;
  }

  ask<A extends Ask>(
    ask: A,
    ...[args]: Asks[A]['args'] extends null ? [] : [Asks[A]['args']]
  ): Promise<Asks[A]['result']> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = this.#expect(id);
    if (!this.#isGone) this.child.send({ id, ask, args: args ?? null }, () => undefined);
    return answer as Promise<Asks[A]['result']>;
  }

  async kill9(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Closes its files as a quitting app does, then ends it. */
  async stop(): Promise<void> {
    if (!this.#isGone) await this.ask('stop').catch(() => undefined);
    await this.kill9();
  }

  #expect(id: number): Promise<unknown> {
    if (this.#isGone) return Promise.reject(new StationGone(`the station has ended\n${this.#output}`));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #answered({ id, result, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }
}
