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

/** How a station is reached now. `heardAt`: of its last report or the end of its last socket; null since this server started. */
type Contact = { readonly sockets: Set<string>; heardAt: number | null };
type Lists = Pick<KeptReport, 'unsentOn' | 'workedOn'>;

/** Client ids one person may hold shipments up with; beyond that the oldest goes. A kiosk has one per person who works there. */
const MOST_PER_PERSON = 300;

/** Whether anything can still have to be waited for. */
const matters = ({ unsentOn, workedOn, hasLeft }: KeptReport): boolean =>
  Object.keys(unsentOn).length > 0 || (workedOn.length > 0 && !hasLeft);

const shipmentsOf = ({ unsentOn, workedOn }: KeptReport): string[] => [...Object.keys(unsentOn), ...workedOn];

/** All but the instant of the report, which alone is nothing to write down. */
const saysTheSame = (a: KeptReport, b: KeptReport): boolean => {
  const said = ({ reportedAt: _, ...rest }: KeptReport): string => JSON.stringify(rest);
  return said(a) === said(b);
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
  /** Clients that were reached over HTTP alone when last looked at. */
  readonly #leased = new Set<string>();

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
   * In effect at once. Returns what has changed and has to be on disk before it is acknowledged. `sees`: what whoever reports may
   * say anything about; of others at the same station, what they do not see stays as it was said.
   */
  report(
    by: Reporter,
    { station, clientId, clients, leaving }: StationReport,
    sees: (id: string) => boolean,
  ): KeptReport[] {
    const now = this.#now();
    const reportedAt = new Date(now).toISOString();
    const changed: KeptReport[] = [];
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
      this.#reached(said.clientId, by.socketId, now);
      const isSame = before !== undefined ? saysTheSame(before, report) : !matters(report);
      if (isSame && wasHere) continue;
      for (const id of [...(before === undefined ? [] : shipmentsOf(before)), ...shipmentsOf(report)]) touched.add(id);
      if (isSame) continue;
      this.#set(report);
      changed.push(report);
    }
    changed.push(...this.#dropOldest(by.userId));
    this.#tell(touched);
    return changed;
  }

  /** A socket has ended: whoever reported over it cannot be asked any more. */
  hungUp(socketId: string): void {
    this.#signedIn.delete(socketId);
    const touched = new Set<string>();
    for (const [clientId, contact] of this.#contacts) {
      if (!contact.sockets.delete(socketId) || contact.sockets.size > 0) continue;
      contact.heardAt = this.#now();
      this.#leased.delete(clientId);
      this.#silent(clientId, touched);
    }
    this.#tell(touched);
  }

  /** To be called now and then: tells of stations that polled and have fallen silent. */
  expire(): void {
    const touched = new Set<string>();
    for (const clientId of this.#leased) {
      if (this.#isHere(clientId)) continue;
      this.#leased.delete(clientId);
      this.#silent(clientId, touched);
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
    return [...awaited.values()];
  }

  #awaited(report: KeptReport, shipmentId: string): AwaitedStation | null {
    const { clientId, station, userName, hasLeft, reportedAt } = report;
    const unsentSince = report.unsentOn[shipmentId];
    if (unsentSince !== undefined) return { station, userName, state: 'unsent', since: unsentSince };
    if (hasLeft || this.#isHere(clientId)) return null;
    const heardAt = this.#contacts.get(clientId)?.heardAt ?? null;
    const since = heardAt === null ? reportedAt : new Date(heardAt).toISOString();
    return { station, userName, state: 'unheard', since };
  }

  #isHere(clientId: string): boolean {
    const contact = this.#contacts.get(clientId);
    if (contact === undefined) return false;
    return (
      contact.sockets.size > 0 || (this.#leased.has(clientId) && this.#now() - (contact.heardAt ?? 0) < REPORT_LEASE_MS)
    );
  }

  #silent(clientId: string, touched: Set<string>): void {
    const report = this.#reports.get(clientId);
    if (report === undefined) this.#contacts.delete(clientId);
    else for (const id of shipmentsOf(report)) touched.add(id);
  }

  #reached(clientId: string, socketId: string | null, now: number): void {
    const contact = this.#contacts.get(clientId) ?? { sockets: new Set(), heardAt: now };
    contact.heardAt = now;
    if (socketId === null) this.#leased.add(clientId);
    else contact.sockets.add(socketId);
    this.#contacts.set(clientId, contact);
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

  /** Nobody fills the memory with stations of their own making. */
  #dropOldest(userId: string): KeptReport[] {
    const own = [...this.#reports.values()].filter((report) => report.userId === userId);
    const dropped = own.slice(0, Math.max(0, own.length - MOST_PER_PERSON));
    return dropped.map((report) => {
      const empty = { ...report, unsentOn: {}, workedOn: [] };
      this.#set(empty);
      return empty;
    });
  }

  #tell(shipmentIds: ReadonlySet<string>): void {
    if (shipmentIds.size > 0) for (const listener of this.#listeners) listener(shipmentIds);
  }
}

const LIST = new Intl.ListFormat('en', { type: 'conjunction' });

/** Both, or the one that is known. */
const nameOf = ({ station, userName }: AwaitedStation): string =>
  station === '' || userName === '' ? station || userName || 'A station' : `${station} (${userName})`;

/** What closing waits for, as a sentence for whoever wanted to close. */
export const waitSentence = (awaited: readonly AwaitedStation[]): string => {
  const named = (state: AwaitedStation['state']): string[] =>
    awaited.filter((each) => each.state === state).map(nameOf);
  const verb = (names: readonly string[]): string => (names.length === 1 ? 'has' : 'have');
  const unsent = named('unsent');
  const unheard = named('unheard');
  const parts = [
    ...(unsent.length === 0 ? [] : [`${LIST.format(unsent)} ${verb(unsent)} work on it that is not sent yet.`]),
    ...(unheard.length === 0
      ? []
      : [`${LIST.format(unheard)} ${verb(unheard)} worked on it, cannot be reached, and may hold more.`]),
  ];
  return `${parts.join(' ')} Wait until it has come, or say why you close without it.`;
};
