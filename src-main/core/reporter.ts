import { isOpen, type ShipmentStatus } from '#contract/domain/status.ts';
import type { StationReport } from '#contract/wire/station-report.ts';
import type { Frame } from '#contract/wire/sync.ts';
import { unreachable } from './link-fault.ts';
import type { Outbox } from './outbox.ts';
import type { Log, Work } from './ports.ts';
import { ReportTalk } from './report-talk.ts';
import { SerialQueue } from './serial-queue.ts';
import { buildReport, isAwaited } from './station-report.ts';
import { WorkedOn, type WorkedOnPorts } from './worked-on.ts';

/** Well before a report over HTTP stops counting (`REPORT_LEASE_MS`), also when one gets lost. */
const REPEAT_MS = { http: 45_000, socket: 600_000 };
const LEAVE_MS = 1_000;
/** What is on its way when the station leaves has this long for its answer. */
const SETTLE_MS = 400;
const SETTLE_STEP_MS = 20;

export type ReporterPorts = WorkedOnPorts & {
  readonly log: Log;
  readonly outbox: Pick<Outbox, 'clientId' | 'all' | 'pendingOn' | 'isInFlight'>;
  readonly stationName: () => string;
  /** By which way the server can be told now: `http`, another name for each socket, or null for none. */
  readonly way: () => string | null;
  /** Rejects with a `LinkFault`. */
  readonly send: (report: StationReport) => Promise<void>;
  /** Work may go to the server. */
  readonly onSpoken: () => void;
};

/**
 * Tells one server what it cannot know: the work on this disk that is still to come, so that nobody closes a shipment over it.
 * Nothing of it rejects, and nobody waits for it but work right after a connection was made.
 */
export class Reporter {
  readonly #ports: ReporterPorts;
  readonly #worked: WorkedOn;
  #way: string | null = null;
  #talk: ReportTalk | null = null;
  /** What reads files, one after the other. */
  readonly #reads = new SerialQueue();
  #isLoaded = false;
  #isLeaving = false;
  #hasStopped = false;

  constructor(ports: ReporterPorts) {
    this.#ports = ports;
    this.#worked = new WorkedOn(ports);
  }

  /** False until the server has heard, by the present way, what there is; it has at most two seconds to hear it. */
  get hasSpoken(): boolean {
    return !this.#isLeaving && this.#talk?.hasSpoken === true;
  }

  /** The way to the server may be another now. */
  refresh(): void {
    const way = this.#isLeaving ? this.#way : this.#ports.way();
    if (way === this.#way) return;
    this.#way = way;
    this.#talk?.end();
    this.#talk = way === null ? null : this.#begin(way);
    this.#talk?.start();
  }

  /** The work on these shipments has changed (null: work that is not about one). */
  changed(shipmentIds: ReadonlySet<string | null>): void {
    let isNews = false;
    for (const id of shipmentIds) {
      const works = id === null ? [] : this.#ports.outbox.pendingOn(id);
      for (const work of works) isNews = this.#touch(work) || isNews;
    }
    this.#talk?.changed(isNews);
  }

  /** The server knows another view of this person: what it passed over before may count now. */
  scopeChanged(): void {
    this.#talk?.repeat();
  }

  /** A shipment that had ended and goes on belongs among those worked on again. */
  heard({ changes }: Frame): void {
    const isBack = changes.some(
      ({ entity, id, row }) =>
        entity === 'shipment' && this.#worked.leftOut(id) && row !== null && isOpen(row.status as ShipmentStatus),
    );
    if (isBack) this.#talk?.changed(true);
  }

  /** Says that nothing more is to come, with what is left; takes a second at most. Nothing is sent any more from now on. */
  async leave(): Promise<void> {
    const { clock } = this.#ports;
    this.#isLeaving = true;
    const talk = this.#talk;
    if (talk?.isUnderstood !== true) return;
    let end = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      end = clock.setTimer(LEAVE_MS, resolve);
    });
    await Promise.race([this.#goodbye(talk), late]);
    end();
  }

  /** The link ends. No file is read any more when this resolves. */
  async stop(): Promise<void> {
    this.#isLeaving = true;
    this.#hasStopped = true;
    this.#talk?.end();
    await this.#reads.idle();
  }

  #begin(way: string): ReportTalk {
    const { clock, log, outbox, send, onSpoken } = this.#ports;
    return new ReportTalk({
      clock,
      log,
      send,
      onSpoken,
      unsent: () => outbox.all().filter(isAwaited),
      compose: (unsent, leaving) => this.#reads.run(() => this.#compose(unsent, leaving)),
      repeatMs: way === 'http' ? REPEAT_MS.http : REPEAT_MS.socket,
    });
  }

  async #compose(unsent: readonly Work[], leaving: boolean): Promise<StationReport> {
    const { outbox, stationName } = this.#ports;
    if (this.#hasStopped) throw unreachable('This connection was ended.');
    if (!this.#isLoaded) await this.#load();
    const worked = await this.#worked.open();
    return buildReport({ station: stationName(), present: outbox.clientId, unsent, worked }, leaving);
  }

  /** Once; where the journal cannot be read, what is known without it is told, and the next report tries again. */
  async #load(): Promise<void> {
    const { outbox, log } = this.#ports;
    for (const work of outbox.all()) this.#touch(work);
    try {
      await this.#worked.load(() => !this.#hasStopped);
      this.#isLoaded = true;
    } catch {
      log('report.worked_not_read');
    }
  }

  #touch({ state, server, shipmentId, mutation }: Work): boolean {
    const isOnItsWay = state === 'pending' || state === 'answered';
    return (
      isOnItsWay &&
      server === this.#ports.server &&
      shipmentId !== null &&
      this.#worked.touch(mutation.clientId, shipmentId)
    );
  }

  async #goodbye(talk: ReportTalk): Promise<void> {
    const { clock, outbox } = this.#ports;
    const until = clock.elapsed() + SETTLE_MS;
    while (clock.elapsed() < until && outbox.all().some((work) => outbox.isInFlight(work)))
      await new Promise<void>((resolve) => void clock.setTimer(SETTLE_STEP_MS, resolve));
    await talk.leave();
  }
}
