import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StationView } from '#contract/bridge/view.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import { DockClient } from '../../../tools/dock/dock-client.ts';
import { defineDock } from '../../../tools/dock/furnish.ts';
import { ADA, LENA, MARA, tokenFor } from '../../../tools/dock/people.ts';
import { sampleNotices } from '../../../tools/dock/sample-notices.ts';
import { freePort, type ServerProcess, startServerProcess } from '../../../tools/dock/server-process.ts';
import type { Effect } from './audit.ts';
import { type Faults, faultEnv } from './patches.ts';
import { StationGone, StationProcess } from './station-process.ts';

const SECRET = 'a secret of the fault tests only, long enough';
/** What a process under test may take until everything is level again. */
const SETTLE_MS = 30_000;
const TRY_AGAIN_MS = 50;

const folders: string[] = [];
export const newFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `dockline-faults-${name}-`));
  folders.push(folder);
  return folder;
};

/** The station's files belong to the server's address, so whoever begins with them serves at the same port: one at a time in a lane. */
const templates = new Map<number, Promise<FaultDock>>();

export const removeFolders = (): void => {
  templates.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
};

/** A furnished server and a station level with it, both stopped properly: what every run begins with a copy of. */
const makeTemplate = async (): Promise<FaultDock> => {
  const dataDir = newFolder('template-data');
  const stationDir = newFolder('template-station');
  const server = await startServerProcess({ dataDir, secret: SECRET });
  await defineDock(server);
  const ada = await DockClient.signIn(server.url, ADA, SECRET);
  let shipmentId = '';
  for (const { text } of sampleNotices().slice(0, 3)) {
    const { shipments } = await ada.sendNotice(text);
    shipmentId ||= shipments[0]?.id ?? '';
  }
  const dock = new FaultDock({ dataDir, stationDir, shipmentId });
  dock.adopt(server);
  await dock.startStation();
  await dock.untilView(
    'a first sync',
    ({ connection, shipments }) => connection.kind === 'live' && shipments.length > 0,
  );
  await dock.stop();
  return dock;
};

export type DockOptions = {
  readonly dataDir: string;
  readonly stationDir: string;
  readonly shipmentId: string;
  /** Where toasts are written down; beside the station's folder unless told otherwise. */
  readonly toastFile?: string;
};

/** One server and one station as real processes, and what was promised to the people at both. */
export class FaultDock {
  readonly dataDir: string;
  readonly stationDir: string;
  readonly toastFile: string;
  readonly shipmentId: string;
  /** Everything somebody asked for, and whether they were told that it is done. */
  readonly effects: Effect[] = [];
  /** Numbers the station said are saved. */
  readonly saved: number[] = [];
  /** Whose access was changed, and acknowledged as changed. */
  readonly changedAccess: string[] = [];
  /** How often the station has to say that its journal was damaged. */
  damages = 0;
  /** What the server has is so old that it may forget verdicts and the beginning of the log. */
  isForgetful = false;
  readonly #lena = `lena-desk-${randomUUID()}`;
  #lenaN = 0;
  #server: ServerProcess | null = null;
  #station: StationProcess | null = null;
  /** Where the station finds the server; another address when a proxy stands between them. */
  stationUrl: string | null = null;
  #port = 0;

  constructor({ dataDir, stationDir, shipmentId, toastFile }: DockOptions) {
    this.dataDir = dataDir;
    this.stationDir = stationDir;
    this.shipmentId = shipmentId;
    this.toastFile = toastFile ?? join(stationDir, '..', `toasts-${randomUUID()}.log`);
    writeFileSync(this.toastFile, '');
    folders.push(this.toastFile);
  }

  /** A copy of the template; `fresh` leaves the station's files out and serves at a port of its own. */
  static async copy(name: string, fresh = false, lane = 0): Promise<FaultDock> {
    const template = templates.get(lane) ?? makeTemplate();
    templates.set(lane, template);
    return (await template).again(name, fresh);
  }

  /** A stopped dock once more, with what was promised at it. */
  again(name: string, fresh = false): FaultDock {
    const dataDir = newFolder(`${name}-data`);
    const stationDir = newFolder(`${name}-station`);
    cpSync(this.dataDir, dataDir, { recursive: true });
    const dock = new FaultDock({ dataDir, stationDir, shipmentId: this.shipmentId });
    if (fresh) return dock;
    cpSync(this.stationDir, stationDir, { recursive: true });
    dock.#port = this.#port;
    dock.damages = this.damages;
    dock.isForgetful = this.isForgetful;
    dock.effects.push(...this.effects.map((effect) => ({ ...effect })));
    dock.saved.push(...this.saved);
    return dock;
  }

  get server(): ServerProcess {
    if (this.#server === null) throw new Error('the server is not running');
    return this.#server;
  }

  get station(): StationProcess {
    if (this.#station === null) throw new Error('the station is not running');
    return this.#station;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  adopt(server: ServerProcess): void {
    this.#server = server;
    this.#port = server.port;
  }

  /** Rejects when it dies before it is ready. */
  async startServer(faults?: Faults, env: Record<string, string> = {}): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const all = { ...env, ...(faults === undefined ? {} : faultEnv(faults)) };
    this.#server = await startServerProcess({ dataDir: this.dataDir, port: this.#port, secret: SECRET, env: all });
  }

  /** Rejects with `StationGone` when it dies before it has started. */
  async startStation(faults?: Faults, env: Record<string, string> = {}): Promise<void> {
    const token = await tokenFor(MARA, SECRET);
    const { stationDir: dir, toastFile } = this;
    const setup = { dir, toastFile, serverUrl: this.stationUrl ?? this.url, token };
    this.#station = new StationProcess(setup, { ...env, ...(faults === undefined ? {} : faultEnv(faults)) });
    await this.#station.ready();
  }

  async isServerUp(): Promise<boolean> {
    return (await fetch(`${this.url}/health`).catch(() => null))?.ok === true;
  }

  async stop(): Promise<void> {
    await this.#station?.stop();
    await this.#server?.stop();
  }

  /** At once, for a test that failed. */
  async kill(): Promise<void> {
    await this.#station?.kill9();
    await this.#server?.kill9();
  }

  token(person = LENA): Promise<string> {
    return tokenFor(person, SECRET);
  }

  untilView(what: string, shows: (view: StationView) => boolean, ms = SETTLE_MS): Promise<StationView> {
    return until(what, ms, async () => {
      const view = await this.station.ask('view');
      return shows(view)
        ? { ok: view }
        : { not: { connection: view.connection, unsent: view.unsent, work: view.work } };
    }).catch(async (error: Error) => {
      const log = await this.station.ask('log').catch(() => [this.station.output]);
      throw new Error(`${error.message}\n${log.slice(-40).join('\n')}\n${this.#server?.output() ?? ''}`);
    });
  }

  /** Saves at the station; the answer, or null when the station died before it gave one. */
  async save(type: CommandName, args: Record<string, unknown>, effect?: Omit<Effect, 'acknowledged'>) {
    const promised: Effect | null = effect === undefined ? null : { ...effect, acknowledged: false };
    if (promised !== null) this.effects.push(promised);
    try {
      const answer = await this.station.ask('save', {
        type,
        args: { shipmentId: this.shipmentId, ...args },
        base: null,
      });
      if (answer.ok) this.saved.push(answer.n);
      if (answer.ok && promised !== null) promised.acknowledged = true;
      return answer;
    } catch (error) {
      if (error instanceof StationGone) return null;
      throw error;
    }
  }

  /** A note at the station. */
  saveNote(text: string) {
    const id = `note-${randomUUID()}`;
    return this.save('addNote', { noteId: id, text }, { entity: 'note', id });
  }

  /** Lena's work from a desk of her own, sent again under its number until it is acknowledged; `revive` is called in between. */
  async push(
    type: CommandName,
    args: Record<string, unknown>,
    effect: Omit<Effect, 'acknowledged'> | null,
    revive?: () => Promise<void>,
  ): Promise<void> {
    const promised: Effect | null = effect === null ? null : { ...effect, acknowledged: false };
    if (promised !== null) this.effects.push(promised);
    this.#lenaN += 1;
    const mutation = { clientId: this.#lena, n: this.#lenaN, type, args, occurredAt: new Date().toISOString() };
    const reply = await this.#insist(`${type} is acknowledged`, revive, async () =>
      fetch(`${this.url}/api/sync/mutations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await this.token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ mutations: [mutation] }),
      }),
    );
    const { verdicts } = reply as { verdicts: { verdict: string; message?: string }[] };
    if (verdicts[0]?.verdict !== 'applied') throw new Error(`${type} was not applied: ${JSON.stringify(reply)}`);
    if (promised !== null) promised.acknowledged = true;
  }

  pushNote(text: string, revive?: () => Promise<void>): Promise<void> {
    const id = `note-${randomUUID()}`;
    return this.push('addNote', { shipmentId: this.shipmentId, noteId: id, text }, { entity: 'note', id }, revive);
  }

  pushHold(reason: string, revive?: () => Promise<void>): Promise<void> {
    const id = `hold-${randomUUID()}`;
    return this.push('placeHold', { shipmentId: this.shipmentId, holdId: id, reason }, { entity: 'hold', id }, revive);
  }

  /** Says anew what Mara may do and see, which is what she may already: everybody of hers has to say hello again. */
  async changeAccess(revive?: () => Promise<void>): Promise<void> {
    const { role, warehouses, sub } = MARA;
    await this.#insist('the change of access is acknowledged', revive, async () =>
      fetch(`${this.url}/api/users/${sub}/access`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${await this.token(ADA)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ role, warehouses }),
      }),
    );
    this.changedAccess.push(sub);
  }

  /** A document by HTTP under one Idempotency-Key, sent until it is acknowledged. */
  async upload(bytes: string, revive?: () => Promise<void>): Promise<void> {
    const key = randomUUID();
    const reply = await this.#insist('the upload is acknowledged', revive, async () => {
      const form = new FormData();
      form.set('documentType', 'packing_list');
      form.set('file', new Blob([`%PDF-1.4\n${bytes}`], { type: 'application/pdf' }), 'list.pdf');
      return fetch(`${this.url}/api/shipments/${this.shipmentId}/documents`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await this.token()}`, 'idempotency-key': key },
        body: form,
      });
    });
    this.effects.push({ entity: 'document', id: (reply as { id: string }).id, acknowledged: true });
  }

  async #insist(what: string, revive: (() => Promise<void>) | undefined, send: () => Promise<Response>) {
    return until(what, SETTLE_MS, async () => {
      try {
        const reply = await send();
        const text = await reply.text();
        if (reply.ok) return { ok: JSON.parse(text) as unknown };
        if (reply.status < 500) throw new Refused(`${what}: ${reply.status} ${text}`);
        return { not: `${reply.status} ${text}` };
      } catch (error) {
        if (error instanceof Refused) throw error;
        await revive?.();
        return { not: String(error) };
      }
    });
  }
}

class Refused extends Error {}

/** Asks until the answer is `ok`; throws what it was `not` when the time is up. */
export const until = async <T>(
  what: string,
  ms: number,
  look: () => Promise<{ readonly ok: T } | { readonly not: unknown }>,
): Promise<T> => {
  const deadline = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if ('ok' in seen) return seen.ok;
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}: ${JSON.stringify(seen.not)}`);
    await sleep(TRY_AGAIN_MS);
  }
};
