import { type AwaitedStation, REPORT_LEASE_MS, type StationReport } from '#contract/wire/station-report.ts';

/** What a station last said of one client id, as it is kept over restarts. Instants are ISO. */
export type KeptReport = {
  readonly clientId: string;
  /** Who was signed in under it; where only others have told of them so far, who did, and no name. */
  readonly userId: string;
  readonly userName: string;
  readonly station: string;
  /** Shipments with work that has no verdict, and since when that has been known. */
  readonly unsentOn: Readonly<Record<string, string>>;
  readonly workedOn: readonly string[];
  /** It was shut down in good order: it has no more than it said. */
  readonly hasLeft: boolean;
  readonly reportedAt: string;
};

/**
 * How a station is reached now. `heardAt`: of its last report or the end of its last socket. `httpAt`: of its last report over HTTP.
 * Only of clients of whom something is kept.
 */
type Contact = { readonly sockets: Set<string>; heardAt: number; httpAt: number };
type Lists = Pick<KeptReport, 'unsentOn' | 'workedOn'>;

/** Client ids one person may hold shipments up with; beyond that the oldest goes. A kiosk has one per person who works there. */
const MOST_PER_PERSON = 300;
/** Shipments under all of these together. */
const MOST_SHIPMENTS = 20_000;
/** A station that has been silent for so long is not waited for any more for what it may hold; for what it has told of it is. */
const FORGOTTEN_MS = 14 * 24 * 60 * 60 * 1000;
/** A report that says nothing new is written down again after this long: a restart must not take it for one of weeks ago. */
const REFRESHED_MS = 24 * 60 * 60 * 1000;
/** Stations told of at once; whoever waits for so many waits for none of them in particular. */
const MOST_AWAITED = 50;

/** Whether anything can still have to be waited for. */
const matters = ({ unsentOn, workedOn, hasLeft }: KeptReport): boolean =>
  Object.keys(unsentOn).length > 0 || (workedOn.length > 0 && !hasLeft);

const shipmentsOf = ({ unsentOn, workedOn }: KeptReport): string[] => [...Object.keys(unsentOn), ...workedOn];

/** All but the instant of the report, which alone is nothing to write down before it gets old. */
const saysTheSame = (before: KeptReport, now: KeptReport): boolean => {
  const said = ({ reportedAt: _, ...rest }: KeptReport): string => JSON.stringify(rest);
  const isRecent = Date.parse(now.reportedAt) - Date.parse(before.reportedAt) < REFRESHED_MS;
  return isRecent && said(before) === said(now);
};

type Said = StationReport['clients'][number];
type Given = {
  readonly before: KeptReport | undefined;
  readonly isTheirs: boolean;
  readonly sees: (id: string) => boolean;
  readonly reportedAt: string;
};

/** What counts of what was said, each piece of unsent work with when it was first heard of. */
const listsOf = ({ unsentOn, workedOn }: Said, { before, isTheirs, sees, reportedAt }: Given): Lists => {
  const isKept = (id: string): boolean => !isTheirs && !sees(id);
  const unsentBefore = Object.entries(before?.unsentOn ?? {});
  return {
    unsentOn: Object.fromEntries([
      ...unsentBefore.filter(([id]) => isKept(id)),
      ...unsentOn.filter(sees).map((id) => [id, before?.unsentOn[id] ?? reportedAt]),
    ]),
    workedOn: [...new Set([...(before?.workedOn ?? []).filter(isKept), ...workedOn.filter(sees)])],
  };
};

/** Who reports, and over which socket; null over HTTP, where a report counts for `REPORT_LEASE_MS`. */
export type Reporter = { readonly userId: string; readonly userName: string; readonly socketId: string | null };

/**
 * What stations have said of the work on their disks, so that nobody closes a shipment over work that is still to come. A station
 * holds a shipment up while it says that it has unsent work on it, and while it cannot be asked although it has worked on it.
 * Clients that never report hold up nothing. In memory; what `report` returns has to be kept.
 */
export class StationBook {
  readonly #now: () => number;
  readonly #reports = new Map<string, KeptReport>();
  readonly #contacts = new Map<string, Contact>();
  readonly #byShipment = new Map<string, Set<string>>();
  readonly #listeners: ((shipmentIds: ReadonlySet<string>) => void)[] = [];
  /** Client ids of those who are signed in, by socket. */
  readonly #signedIn = new Map<string, string>();
  /** Clients that were reached over HTTP when last looked at. */
  readonly #leased = new Set<string>();
  /** Clients told of over each socket, of whom something is kept. */
  readonly #bySocket = new Map<string, Set<string>>();
  /** What is not known to be on disk, by client. */
  readonly #unsaved = new Map<string, KeptReport>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What was kept from before this server started. */
  load(kept: readonly KeptReport[]): void {
    for (const report of kept) this.#set(report);
  }

  /** Hears of shipments of which something else may have to be waited for now. */
  onChange(listener: (shipmentIds: ReadonlySet<string>) => void): void {
    this.#listeners.push(listener);
  }

  /** Shipments that stand under these clients now. */
  shipmentsOf(clientIds: readonly string[]): string[] {
    return clientIds.flatMap((clientId) => {
      const report = this.#reports.get(clientId);
      return report === undefined ? [] : shipmentsOf(report);
    });
  }

  /**
   * In effect at once. Returns what has to be on disk before it is acknowledged: what has changed, and what `saved` was not called
   * for. `sees`: what whoever reports may say anything about; of others at the same station, what they do not see stays as it was.
   */
  report(
    by: Reporter,
    { station, clientId, clients, leaving }: StationReport,
    sees: (id: string) => boolean,
  ): KeptReport[] {
    const reportedAt = new Date(this.#now()).toISOString();
    const touched = new Set<string>();
    if (by.socketId !== null && clientId !== undefined) this.#signedIn.set(by.socketId, clientId);
    for (const said of clients) {
      const before = this.#reports.get(said.clientId);
      const isOwn = said.clientId === clientId;
      const { userId, userName } = isOwn ? by : (before ?? { userId: by.userId, userName: '' });
      // What somebody told themselves they may take back, also of what has gone out of their sight.
      const isTheirs = isOwn || before?.userId === by.userId;
      const lists = listsOf(said, { before, isTheirs, sees, reportedAt });
      const report = { clientId: said.clientId, userId, userName, station, ...lists, hasLeft: leaving, reportedAt };
      const wasHere = this.#isHere(said.clientId);
      const isSame = before !== undefined ? saysTheSame(before, report) : !matters(report);
      if (!isSame) this.#replace(report);
      if (this.#reports.has(said.clientId)) this.#reached(said.clientId, by.socketId);
      if (isSame && wasHere) continue;
      for (const id of [...(before === undefined ? [] : shipmentsOf(before)), ...shipmentsOf(report)]) touched.add(id);
    }
    const dropped = this.#tooMany(by.userId);
    for (const each of dropped) this.#replace({ ...each, unsentOn: {}, workedOn: [] });
    this.#tell(touched);
    const told = new Set([...clients, ...dropped].map((each) => each.clientId));
    return [...told].flatMap((each) => this.#unsaved.get(each) ?? []);
  }

  /** These are on disk; what has changed since is not. */
  saved(reports: readonly KeptReport[]): void {
    for (const report of reports)
      if (this.#unsaved.get(report.clientId) === report) this.#unsaved.delete(report.clientId);
  }

  /** A socket has ended: whoever reported over it cannot be asked any more, unless by another way. */
  hungUp(socketId: string): void {
    const touched = new Set<string>();
    const clients = this.#bySocket.get(socketId) ?? [];
    this.#signedIn.delete(socketId);
    this.#bySocket.delete(socketId);
    for (const clientId of clients) {
      const contact = this.#contacts.get(clientId);
      if (contact === undefined) continue;
      contact.sockets.delete(socketId);
      contact.heardAt = this.#now();
      if (!this.#isHere(clientId)) this.#silent(clientId, touched);
    }
    this.#tell(touched);
  }

  /** To be called now and then: tells of stations that polled and have fallen silent. */
  expire(): void {
    const touched = new Set<string>();
    for (const clientId of this.#leased) {
      if (this.#isLeased(clientId)) continue;
      this.#leased.delete(clientId);
      if (!this.#isHere(clientId)) this.#silent(clientId, touched);
    }
    this.#tell(touched);
  }

  /**
   * Stations that closing this shipment waits for, each once. Left out is the work of who asks, by client id or by socket: it comes
   * before what is asked for.
   */
  waitingFor(shipmentId: string, asker: { clientId?: string; socketId?: string } = {}): AwaitedStation[] {
    const own = asker.clientId ?? this.#signedIn.get(asker.socketId ?? '');
    const awaited = new Map<string, AwaitedStation>();
    for (const clientId of this.#byShipment.get(shipmentId) ?? []) {
      const report = this.#reports.get(clientId);
      if (clientId === own || report === undefined) continue;
      const one = this.#awaited(report, shipmentId);
      if (one !== null) awaited.set(`${one.state} ${one.station} ${one.userName}`, one);
    }
    const byName = [...awaited].sort(([a], [b]) => (a < b ? -1 : 1));
    return byName.slice(0, MOST_AWAITED).map(([, one]) => one);
  }

  #awaited(report: KeptReport, shipmentId: string): AwaitedStation | null {
    const { clientId, station, userName, hasLeft, reportedAt } = report;
    const unsentSince = report.unsentOn[shipmentId];
    if (unsentSince !== undefined) return { station, userName, state: 'unsent', since: unsentSince };
    if (hasLeft || this.#isHere(clientId)) return null;
    const heardAt = this.#contacts.get(clientId)?.heardAt ?? Date.parse(reportedAt);
    if (this.#now() - heardAt > FORGOTTEN_MS) return null;
    return { station, userName, state: 'unheard', since: new Date(heardAt).toISOString() };
  }

  #isHere(clientId: string): boolean {
    return (this.#contacts.get(clientId)?.sockets.size ?? 0) > 0 || this.#isLeased(clientId);
  }

  #isLeased(clientId: string): boolean {
    const httpAt = this.#contacts.get(clientId)?.httpAt;
    return httpAt !== undefined && this.#now() - httpAt < REPORT_LEASE_MS;
  }

  #silent(clientId: string, touched: Set<string>): void {
    const report = this.#reports.get(clientId);
    if (report !== undefined) for (const id of shipmentsOf(report)) touched.add(id);
  }

  #reached(clientId: string, socketId: string | null): void {
    const now = this.#now();
    const contact = this.#contacts.get(clientId) ?? {
      sockets: new Set(),
      heardAt: now,
      httpAt: Number.NEGATIVE_INFINITY,
    };
    contact.heardAt = now;
    this.#contacts.set(clientId, contact);
    if (socketId === null) {
      contact.httpAt = now;
      this.#leased.add(clientId);
      return;
    }
    contact.sockets.add(socketId);
    const clients = this.#bySocket.get(socketId) ?? new Set();
    this.#bySocket.set(socketId, clients.add(clientId));
  }

  /** What goes leaves nothing behind in memory. */
  #replace(report: KeptReport): void {
    const { clientId } = report;
    this.#set(report);
    this.#unsaved.set(clientId, report);
    if (this.#reports.has(clientId)) return;
    this.#leased.delete(clientId);
    for (const socketId of this.#contacts.get(clientId)?.sockets ?? []) this.#bySocket.get(socketId)?.delete(clientId);
    this.#contacts.delete(clientId);
  }

  #set(report: KeptReport): void {
    const { clientId } = report;
    const before = this.#reports.get(clientId);
    for (const id of before === undefined ? [] : shipmentsOf(before)) this.#unlink(id, clientId);
    this.#reports.delete(clientId);
    if (!matters(report)) return;
    this.#reports.set(clientId, report);
    for (const id of shipmentsOf(report)) {
      const clients = this.#byShipment.get(id) ?? new Set();
      this.#byShipment.set(id, clients.add(clientId));
    }
  }

  #unlink(shipmentId: string, clientId: string): void {
    const clients = this.#byShipment.get(shipmentId);
    clients?.delete(clientId);
    if (clients?.size === 0) this.#byShipment.delete(shipmentId);
  }

  /** Nobody fills the memory with stations of their own making: the oldest of what one person told that is too much. */
  #tooMany(userId: string): KeptReport[] {
    const own = [...this.#reports.values()].filter((report) => report.userId === userId).reverse();
    let shipments = 0;
    return own.filter((report, index) => {
      shipments += shipmentsOf(report).length;
      return index >= MOST_PER_PERSON || shipments > MOST_SHIPMENTS;
    });
  }

  #tell(shipmentIds: ReadonlySet<string>): void {
    if (shipmentIds.size > 0) for (const listener of this.#listeners) listener(shipmentIds);
  }
}
