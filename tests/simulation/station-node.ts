import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PushChannel, Pushes } from '#contract/bridge/channels.ts';
import type { InboxItem, Saved, ShipmentView, StationView, ViewPatch } from '#contract/bridge/view.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Position } from '../../src-main/core/ports.ts';
import type { OpenLinks } from '../../src-main/link-session.ts';
import { createStation, type Station } from '../../src-main/station.ts';
import { applyPatch, memorySettings } from '../../src-main/station-for-tests.ts';
import { Cable, type Observer } from './cable.ts';
import { Machine, type OpenDatabase } from './machine.ts';
import { simulatedLinks } from './network.ts';
import { type Person, tokenOf } from './people.ts';
import { copyImage, type ServerNode } from './server-node.ts';
import type { World } from './world.ts';

export const SERVER_URL = 'http://dockline.simulated';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A piece of work that the screen was told is saved. */
export type SavedWork = { readonly type: CommandName; readonly marker: string; readonly by: string };

export type InboxRow = {
  readonly owner: string;
  readonly epoch: string;
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly title: string;
  readonly inspection_id: string | null;
  readonly taken_by: string | null;
};

/** How far somebody's inbox has come; see the product's own `Bookmark`. */
export type BookmarkRow = { readonly epoch: string; readonly seq: number; readonly chain: string };

export type JournalRow = {
  readonly client_id: string;
  readonly n: number;
  readonly user_id: string;
  readonly type: CommandName;
  readonly args: string;
  readonly base: string | null;
  readonly occurred_at: string;
  readonly state: string;
  readonly verdict: string | null;
};

export type CachedRow = { readonly entity: string; readonly id: string; readonly seq: number; readonly body: string };
/** Rows and position in one look. */
export type CacheState = {
  readonly file: string;
  readonly position: Position | null;
  readonly rows: () => readonly CachedRow[];
};

const lookerOf = (file: string, database: OpenDatabase) => ({
  file,
  database,
  position: database.prepare(`SELECT value FROM meta WHERE key = 'position'`).pluck(),
  rows: database.prepare('SELECT entity, id, seq, body FROM row'),
});

const POINTER = 'cache.current';

/** Another whenever the pointer was replaced; empty when there is none. */
const pointerKey = (dir: string): string => {
  const stat = statSync(join(dir, POINTER), { throwIfNoEntry: false });
  return stat === undefined ? '' : `${dir} ${stat.ino} ${stat.mtimeMs}`;
};

/** What a device remembers in the laboratory over all its starts. */
export type Memory = {
  readonly saved: SavedWork[];
  /** Saves whose outcome the screen never learned: they may or may not be there. */
  unknown: number;
  /** Toasts by who saw them, and of what. */
  readonly toasts: Map<string, number>;
};

export type StationPorts = {
  readonly world: World;
  readonly server: () => ServerNode | null;
  readonly observer: Observer;
  /** A screen was sent something. */
  readonly shown: (station: StationNode, shipment: ShipmentView) => void;
};

/** One device: its disk, its cable and its person; and the process that runs on it now. */
export class StationNode {
  readonly name: string;
  readonly cable: Cable;
  readonly memory: Memory;
  dir: string;
  /** Who works here, as their token says; what it is good for now is in `Rights`. */
  person: Person;
  token: string;
  machine: Machine;
  view: StationView | null = null;
  skewMs = 0;
  logged: string[] = [];
  /** Own notes and holds that the screen has shown, by shipment: none may vanish before its verdict. */
  readonly seenOnScreen = new Map<string, Set<string>>();
  /** The group whose view it showed then. */
  viewOnScreen: string | undefined;
  readonly #ports: StationPorts;
  #station: Station | null = null;
  #unplug: () => void = () => undefined;
  #starts = 0;
  #looker: ReturnType<typeof lookerOf> | null = null;
  #current = { pointer: '', file: '' };
  #lookedAt = '';

  constructor(ports: StationPorts, name: string, dir: string, person: Person, memory?: Memory) {
    this.#ports = ports;
    this.name = name;
    this.dir = dir;
    this.person = person;
    this.token = tokenOf(person, ports.world.wall() / 1000);
    this.cable = new Cable();
    this.memory = memory ?? { saved: [], unknown: 0, toasts: new Map() };
    this.machine = new Machine(name, ports.world);
    this.machine.isAlive = false;
  }

  /** From the next start on somebody else works here, or the same person with another token. */
  signIn(person: Person): void {
    this.person = person;
    this.token = tokenOf(person, this.#ports.world.wall() / 1000);
  }

  get isRunning(): boolean {
    return this.#station !== null && this.machine.isAlive;
  }

  /** `prepare` gets the new process before anything runs in it. */
  async start(prepare: (machine: Machine) => void): Promise<void> {
    const { world, server, observer } = this.#ports;
    this.#starts += 1;
    const machine = new Machine(`${this.name}.${this.#starts}`, world);
    machine.skewMs = this.skewMs;
    this.machine = machine;
    prepare(machine);
    this.view = null;
    this.seenOnScreen.clear();
    const links = simulatedLinks({ world, cable: this.cable, machine, server, observer });
    this.#unplug = links.pull;
    await world.as(machine, () => {
      try {
        this.#station = this.#create(machine, links.open);
      } catch (error) {
        // Killed while it opened its files.
        if (machine.isAlive) throw error;
        return;
      }
      const station = this.#station;
      station
        .start()
        .then(() => station.handlers['view:get']())
        .then((view) => {
          this.view = view;
        })
        .catch((error: unknown) => this.logged.push(`start failed: ${String(error)}`));
    });
  }

  #create(machine: Machine, openLinks: OpenLinks): Station {
    const { world } = this.#ports;
    let ids = 0;
    return createStation({
      dir: this.dir,
      app: 'simulation',
      clock: machine.clock,
      random: world.chance.unit,
      newId: () => {
        ids += 1;
        return `${machine.name}-${ids}-${world.chance.below(1e9).toString(36)}`;
      },
      hash: sha256,
      log: (event, facts) => {
        this.logged.push(`${world.elapsed.toFixed(1)} ${event} ${JSON.stringify(facts ?? {})}`);
        if (this.logged.length > 200) this.logged.splice(0, 100);
      },
      settings: memorySettings({ serverUrl: SERVER_URL, token: this.token }),
      toasts: { show: (item) => this.#toast(item), withdraw: () => undefined },
      push: (channel, payload) => this.#pushed(channel, payload),
      openLinks,
    });
  }

  save(
    type: CommandName,
    args: Record<string, unknown>,
    marker: string,
    base: { id: string; version: number } | null,
  ): Promise<void> {
    const station = this.#station;
    if (station === null || !this.isRunning) return Promise.resolve();
    const { memory } = this;
    memory.unknown += 1;
    const { sub } = this.person;
    return this.#ports.world.as(this.machine, () => {
      station.handlers['work:save'](type, args, base).then(
        (saved: Saved) => {
          memory.unknown -= 1;
          if (saved.ok) memory.saved.push({ type, marker, by: sub });
        },
        () => undefined,
      );
    });
  }

  /** Opens a shipment's screen, which from then on is told of every change. */
  open(shipmentId: string): Promise<void> {
    return this.#ports.world.as(
      this.machine,
      () => void this.#station?.handlers['shipment:open'](shipmentId).catch(() => undefined),
    );
  }

  retryNow(): Promise<void> {
    return this.#ports.world.as(this.machine, () => this.#station?.retryNow());
  }

  unplug(): void {
    this.#unplug();
  }

  /** The application is closed by a person; the caller lets time pass until it has. */
  async close(): Promise<void> {
    const station = this.#station;
    this.#station = null;
    if (station !== null && this.machine.isAlive)
      await this.#ports.world.as(this.machine, () => void station.stop().catch(() => undefined));
  }

  /** As by kill -9: the disk stays as it is at this instant. Call between events, or from a fuse. */
  image(to: string): void {
    copyImage(this.dir, to);
  }

  /** Nothing of it runs any more. */
  bury(newDir: string): void {
    this.machine.isAlive = false;
    this.machine.closeFiles();
    this.#station = null;
    rmSync(this.dir, { recursive: true, force: true });
    this.dir = newDir;
  }

  cache(): CacheState | null {
    const file = this.#cacheFile();
    if (file !== this.#looker?.file || this.#looker.database.open !== true) {
      const database = [...this.machine.databases].findLast((each) => each.open && each.name === file);
      if (database === undefined) return null;
      this.#looker = this.#asNobody(() => lookerOf(file, database));
    }
    const { position: read, rows: readRows } = this.#looker;
    return this.#asNobody(() => {
      const text = read.get() as string | undefined;
      const position = text === undefined ? null : (JSON.parse(text) as Position);
      return { file, position, rows: () => this.#asNobody(() => readRows.all() as CachedRow[]) };
    });
  }

  /** Whether anything was written since this was asked last: of what was not, nothing new can be seen. */
  hasChanged(): boolean {
    const before = this.#lookedAt;
    const { name, writes } = this.machine;
    this.#lookedAt = `${name} ${writes} ${pointerKey(this.dir)}`;
    return this.#lookedAt !== before;
  }

  #cacheFile(): string {
    const pointer = pointerKey(this.dir);
    if (pointer === '') return '';
    if (pointer !== this.#current.pointer) {
      const file = join(this.dir, readFileSync(join(this.dir, POINTER), 'utf8').trim());
      this.#current = { pointer, file };
    }
    return this.#current.file;
  }

  journal(): JournalRow[] {
    const columns = 'client_id, n, user_id, type, args, base, occurred_at, state, verdict';
    return this.#read(`SELECT ${columns} FROM mutation ORDER BY client_id, n`);
  }

  /** Whether work was ever numbered under this client id here. */
  hasClient(clientId: string): boolean {
    return this.isRunning && this.journal().some(({ client_id }) => client_id === clientId);
  }

  inbox(): InboxRow[] {
    return this.#read('SELECT owner, epoch, seq, at, kind, title, inspection_id, taken_by FROM inbox ORDER BY at, seq');
  }

  /** Those of whoever works here, ascending. */
  bookmarks(): BookmarkRow[] {
    const rows = this.#read<BookmarkRow & { owner: string }>('SELECT * FROM bookmark ORDER BY seq');
    return rows.filter(({ owner }) => owner.endsWith(`:${this.person.sub}`));
  }

  /** Whether the inbox of whoever works here has come as far as the rows. */
  isFollowed(): boolean {
    const [follower] = this.#read<{ owner: string }>('SELECT owner FROM follower');
    return follower?.owner.endsWith(`:${this.person.sub}`) === true;
  }

  hasJournal(): boolean {
    return this.#journal() !== undefined;
  }

  /** Items by which whoever works here was told that messages may be missing. */
  missed(): InboxRow[] {
    const rows = this.#read<InboxRow>(`SELECT * FROM inbox WHERE kind = 'digest' AND title LIKE 'Messages may be%'`);
    return rows.filter(({ owner }) => owner.endsWith(`:${this.person.sub}`));
  }

  #read<Row>(sql: string): Row[] {
    const database = this.#journal();
    return database === undefined ? [] : this.#asNobody(() => database.prepare(sql).all() as Row[]);
  }

  #journal(): OpenDatabase | undefined {
    return [...this.machine.databases].findLast((each) => each.open && each.name.endsWith('journal.db'));
  }

  /** Looking is no statement of the station's own: no fuse burns and no disk is full. */
  #asNobody<T>(look: () => T): T {
    const { fuse, roomFor } = this.machine;
    this.machine.fuse = null;
    this.machine.roomFor = null;
    try {
      return look();
    } finally {
      this.machine.fuse = fuse;
      this.machine.roomFor = roomFor;
    }
  }

  #toast(item: InboxItem): void {
    const key = `${this.person.sub} ${item.at} ${item.kind} ${item.seq} ${item.title}`;
    this.memory.toasts.set(key, (this.memory.toasts.get(key) ?? 0) + 1);
  }

  #pushed<C extends PushChannel>(channel: C, payload: Pushes[C]): void {
    if (channel === 'view:changed' && this.view !== null) this.view = applyPatch(this.view, payload as ViewPatch);
    if (channel === 'shipment:changed') this.#ports.shown(this, payload as ShipmentView);
  }
}
