import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Verdict } from '#contract/wire/sync.ts';
import type { Group } from '../../server/core/scope.ts';
import { enter, unhandled } from './ambient.ts';
import { checkFrame } from './check-frame.ts';
import { checkLog } from './check-log.ts';
import type { Marks } from './check-missed.ts';
import { checkScreen } from './check-screen.ts';
import { checkStation, type Seen } from './check-station.ts';
import { furnished } from './furnished.ts';
import { History } from './history.ts';
import { Killed, type Machine } from './machine.ts';
import { forbiddenMarks, PEOPLE, type Person } from './people.ts';
import { Rights } from './rights.ts';
import { copyImage, ServerNode, type ServerPorts } from './server-node.ts';
import { StationNode, type StationPorts } from './station-node.ts';
import { require, Violation } from './violation.ts';
import { World } from './world.ts';

/** A copy of the server's database from earlier, and how far it goes. */
type Backup = { readonly dir: string; readonly head: number; readonly history: History };

/** One schedule's server, stations and network, the truth about them, and everything that is looked at after every event. */
export class Laboratory {
  readonly world: World;
  readonly dir: string;
  readonly stations: StationNode[] = [];
  readonly backups: Backup[] = [];
  readonly seen = new Map<string, Seen>();
  readonly marks = new Map<string, Marks>();
  readonly rights = new Rights();
  /** Ids that name another supplier than the shipment has: whoever announced it had become a supplier in the meantime. */
  readonly mislabelled = new Set<string>();
  /** Shipments that somebody wanted to send elsewhere. */
  readonly moved = new Set<string>();
  /** All shipments there ever were, the newest last. */
  readonly shipments: string[] = [];
  /** Ids of records made on shipments, by kind and shipment: what later commands are about. */
  readonly made = new Map<string, string[]>();
  /** Which station made a note or hold that its screen has to go on showing. */
  readonly madeBy = new Map<string, string>();
  history!: History;
  /** Histories that a restore has put an end to. */
  readonly lost: History[] = [];
  server: ServerNode | null = null;
  restores = 0;
  /** From where on the server's log was kept when it was last alive. */
  floor = 0;
  /** Epochs in which numbers came again, because the generation file was put back together with the database. */
  readonly forked = new Set<string>();
  markers = 0;
  #serverDir = '';
  #serverBackAt = 0;
  readonly #backAt = new Map<StationNode, number>();
  #violation: Violation | null = null;
  #dirs = 0;
  #servers = 0;
  #histories = 0;

  constructor(seed: number, where: string) {
    this.world = new World(seed);
    this.dir = mkdtempSync(join(where, 'dockline-sim-'));
  }

  async begin(stations: number): Promise<void> {
    const start = await furnished();
    enter(this.world);
    this.#serverDir = this.newDir();
    copyImage(start.dir, this.#serverDir);
    this.shipments.push(...start.shipments);
    this.world.watch = (machine) => this.#watch(machine);
    await this.startServer();
    const first = this.world.chance.below(PEOPLE.length);
    for (let at = 0; at < stations; at += 1) await this.addStation(PEOPLE[(first + at) % PEOPLE.length] as Person);
  }

  end(): void {
    this.world.watch = () => undefined;
    for (const station of this.stations) {
      station.machine.isAlive = false;
      station.machine.closeFiles();
    }
    if (this.server !== null) this.server.kill(this.server.machine.isAlive ? this.newDir() : '');
    enter(null);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** What happened, for whoever looks for the reason of a failure. */
  account(actions: readonly object[]): string {
    const lines = this.stations.map(({ name, person, logged, memory }) =>
      [
        `${name} (${person.sub})`,
        ...memory.saved.map((each) => `  saved ${JSON.stringify(each)}`),
        ...logged.map((line) => `  ${line}`),
      ].join('\n'),
    );
    for (const station of this.stations) {
      const rows = station
        .journal()
        .map(
          ({ client_id, n, type, state, verdict, args }) =>
            `  ${client_id}/${n} ${type} ${state} ${verdict?.slice(0, 70)} ${args.slice(0, 90)}`,
        );
      lines.push([`journal of ${station.name}`, ...rows].join('\n'));
    }
    const log = this.history.log.map(
      ({ raw, chain }) =>
        `${raw.seq}${chain === null ? '' : '.'} ${raw.command} ${raw.op} ${raw.entity} ${raw.id} ${raw.origin ?? ''}`,
    );
    return [...actions.map((action) => JSON.stringify(action)), ...lines, ...log.slice(26)].join('\n');
  }

  newDir(): string {
    this.#dirs += 1;
    return join(this.dir, `${this.#dirs}`);
  }

  /** Lets time pass, then throws what was found meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.world.advance(ms);
    this.raise();
  }

  raise(): void {
    if (this.#violation !== null) throw this.#violation;
    const [error] = unhandled;
    if (error !== undefined) throw new Violation('illegal', 'no fault goes unhandled', stackOf(error));
  }

  /** Found where throwing would only be caught by the product. */
  report(violation: unknown): void {
    this.#violation ??=
      violation instanceof Violation ? violation : new Violation('illegal', 'the check itself', stackOf(violation));
  }

  // --- server ---

  async startServer(): Promise<void> {
    this.#servers += 1;
    const server = new ServerNode(this.world, this.#serverDir, `server.${this.#servers}`, this.serverPorts);
    await server.start();
    this.server = server;
    this.rights.refresh(server.looker);
    this.floor = server.storage.position().floor;
    server.machine.onFuse = () => this.#crashServer(server);
    const { epoch } = server.storage.position();
    const genesis = server.genesis();
    this.history ??= new History(epoch, genesis);
    if (this.history.epoch !== epoch) this.#beginHistory(epoch, genesis);
    else this.#requireNoticed();
    this.#follow();
  }

  /** Only who finds an older database in the place of the one it knows may begin a new history. */
  #beginHistory(epoch: string, genesis: string): void {
    const isRestored = this.restores > this.#histories;
    this.#histories = this.restores;
    if (!isRestored)
      this.report(new Violation('illegal', 'epoch', 'a new history began although nothing was restored'));
    this.history = new History(epoch, genesis, this.history.log);
  }

  /** Where numbers would come again that somebody knows, a new history has to begin, however young the backup was. */
  #requireNoticed(): void {
    const isNew = this.restores > this.#histories;
    this.#histories = this.restores;
    const lost = this.lost.at(-1);
    if (!isNew || lost === undefined || lost.head === this.history.head || this.forked.has(lost.epoch)) return;
    this.report(new Violation('diverged', 'epoch', `the server took a backup from before ${lost.head} for its own`));
  }

  /** As by kill -9, at this instant; it is back after a while. */
  killServer(downMs: number): void {
    const { server } = this;
    if (server === null || !server.machine.isAlive) return;
    this.#serverDir = this.newDir();
    server.kill(this.#serverDir);
    this.server = null;
    this.#serverBackAt = this.world.elapsed + downMs;
    for (const station of this.stations) station.unplug();
  }

  backup(): void {
    const { server } = this;
    if (server === null || !server.machine.isAlive) return;
    const dir = this.newDir();
    copyImage(server.dir, dir);
    this.backups.push({ dir, head: this.history.head, history: this.history });
  }

  /**
   * An operator puts an older copy of the database in the place of the present one. Whatever stands beside it stays, as it should;
   * or, with `whole`, all of the folder is as it was, and only who remembers more can tell.
   */
  restore(pick: number, whole: boolean): void {
    const fitting = this.backups.filter(({ history }) => history === this.history);
    const backup = fitting[pick % Math.max(1, fitting.length)];
    if (backup === undefined || this.server?.machine.isAlive !== true) return;
    this.killServer(500);
    if (whole && backup.head !== this.history.head) this.forked.add(this.history.epoch);
    for (const side of ['', '-wal', '-shm', ...(whole ? ['.generation'] : [])]) {
      const file = `dockline.db${side}`;
      rmSync(join(this.#serverDir, file), { force: true });
      const kept = join(backup.dir, file);
      if (existsSync(kept)) copyFileSync(kept, join(this.#serverDir, file));
    }
    this.lost.push(this.history);
    this.history = this.history.upTo(backup.head, this.history.epoch);
    this.restores += 1;
    // Nothing between here and the server keeps a page for longer than a moment, and a restore takes longer.
    for (const { cable } of this.stations) cable.pages.length = 0;
  }

  #crashServer(server: ServerNode): void {
    // In the middle of a statement: the disk is copied here and now, the rest is tidied up after this event.
    this.#serverDir = this.newDir();
    copyImage(server.dir, this.#serverDir);
    server.machine.isAlive = false;
  }

  readonly serverPorts: ServerPorts = {
    frame: (group, frame) => this.guarded(() => this.#checkFrame(group, frame)),
    accessChanged: () => {
      if (this.server?.looker.open === true) this.rights.refresh(this.server.looker);
    },
  };

  #checkFrame(group: Group, frame: Frame): void {
    if (this.server?.machine.isAlive !== true) return;
    this.world.isFrozen = true;
    this.#follow();
    this.world.isFrozen = false;
    checkFrame(this.history, group, frame);
  }

  #follow(): void {
    const { server } = this;
    if (server === null || !server.looker.open) return;
    checkLog(this, this.history.follow(server.changesAfter(this.history.head)));
  }

  // --- stations ---

  readonly stationPorts: StationPorts = {
    world: undefined as never,
    server: () => this.server,
    observer: {
      leaves: (token, what, text) => this.#leaves(token, what, text),
      hole: (text) =>
        this.report(new Violation('diverged', 'frames contiguous', `a hole before ${text.slice(0, 200)}`)),
      acknowledges: (clientId, { verdicts }) => this.guarded(() => this.#acknowledges(clientId, verdicts ?? [])),
    },
    shown: (station, shipment) => this.guarded(() => checkScreen(this, station, shipment)),
  };

  async addStation(person: Person, from?: StationNode): Promise<StationNode> {
    const ports = { ...this.stationPorts, world: this.world };
    const dir = this.newDir();
    const name = `station${this.stations.length + 1}`;
    const memory = from && {
      saved: [...from.memory.saved],
      unknown: from.memory.unknown,
      toasts: new Map(from.memory.toasts),
    };
    const station = new StationNode(ports, name, dir, person, memory);
    if (from !== undefined) {
      from.image(dir);
      station.token = from.token;
    }
    this.stations.push(station);
    await this.startStation(station);
    return station;
  }

  /** With a fuse, it dies before so many statements have run. */
  async startStation(station: StationNode, fuse: number | null = null): Promise<void> {
    this.#backAt.delete(station);
    this.rights.issued(station.token);
    await station.start((machine) => Object.assign(machine, { fuse, onFuse: () => this.#crashStation(station) }));
  }

  killStation(station: StationNode, downMs: number): void {
    if (!station.isRunning) return;
    const dir = this.newDir();
    station.image(dir);
    station.bury(dir);
    this.#backAt.set(station, this.world.elapsed + downMs);
  }

  readonly #crashed = new Map<StationNode, string>();
  #crashStation(station: StationNode): void {
    const dir = this.newDir();
    station.image(dir);
    station.machine.isAlive = false;
    this.#crashed.set(station, dir);
  }

  /** Closed by a person; true when nothing of it runs any more, and its files are whole. */
  async closeStation(station: StationNode): Promise<boolean> {
    if (station.isRunning) {
      await station.close();
      await this.pass(300);
    }
    // Killed meanwhile: its files are looked after first.
    if (this.#crashed.has(station)) return false;
    station.machine.isAlive = false;
    station.machine.closeFiles();
    return true;
  }

  /** Whoever was down long enough comes back. */
  async tend(now = false): Promise<void> {
    for (const [station, dir] of this.#crashed) {
      station.bury(dir);
      this.#backAt.set(station, this.world.elapsed + 200);
      this.#crashed.delete(station);
    }
    if (this.server !== null && !this.server.machine.isAlive) {
      this.server.kill('');
      this.server = null;
      this.#serverBackAt = this.world.elapsed + 300;
      for (const station of this.stations) station.unplug();
    }
    if (this.server === null && (now || this.world.elapsed >= this.#serverBackAt)) await this.startServer();
    for (const station of this.stations) {
      const due = this.#backAt.get(station);
      if (due !== undefined && (now || this.world.elapsed >= due)) await this.startStation(station);
    }
    this.raise();
  }

  // --- looking ---

  guarded(look: () => void): void {
    try {
      look();
    } catch (error) {
      if (!(error instanceof Killed)) this.report(error);
    }
  }

  /** A text without ids that say what is not so; nothing else of such a shipment is forbidden to anybody who may see it. */
  unlabelled(text: string): string {
    return [...this.mislabelled].reduce((rest, id) => rest.replaceAll(id, ''), text);
  }

  #watch(machine: Machine | null): void {
    const { server } = this;
    this.world.isFrozen = true;
    this.guarded(() => {
      if (machine === server?.machine && server.machine.isAlive) {
        this.floor = server.storage.position().floor;
        if (server.storage.position().head !== this.history.head) this.#follow();
        return;
      }
      const station = this.stations.find((each) => each.machine === machine);
      if (station?.machine.isAlive === true && station.hasChanged()) checkStation(this, station);
    });
    this.world.isFrozen = false;
  }

  /** Whoever is told of a verdict may rely on it: it is on the disk, for another connection to read, before the answer leaves. */
  #acknowledges(clientId: string, verdicts: readonly Verdict[]): void {
    const { server } = this;
    if (server?.looker.open !== true) return;
    for (const { n, seq } of verdicts) {
      const isKept = seq === 0 || server.hasVerdict(clientId, n);
      require(isKept, 'lost', 'no acknowledged work is lost', () =>
        `${clientId}/${n} is acknowledged before it is committed`);
    }
  }

  /** What leaves the server holds nothing that is forbidden to its reader at that moment. */
  #leaves(token: string, what: string, text: string): void {
    const person = this.rights.holderOf(token);
    for (const mark of forbiddenMarks(person)) {
      if (!text.includes(mark)) continue;
      this.#follow();
      const at = this.unlabelled(text).indexOf(mark);
      if (at < 0) continue;
      const where = text.slice(Math.max(0, at - 150), at + 60);
      this.report(new Violation('leaked', 'no leak', `${person.sub} was sent ${mark} in ${what}: …${where}…`));
    }
  }
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
