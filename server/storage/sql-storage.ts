import type { Actor } from '#contract/domain/roles.ts';
import type { StationBook } from '../core/station-book.ts';
import type { Position, Sender, Storage } from '../core/storage.ts';
import { leadApprovals } from './approvals.ts';
import { setAccessJob } from './changed-access.ts';
import type { Session, Writer } from './compiled.ts';
import { GroupCommitter } from './group-committer.ts';
import { keepAnswerJob } from './kept-answers.ts';
import { maintain, RETENTION, type Retention } from './maintain.ts';
import { PageCache } from './page-cache.ts';
import { pushInParts } from './push-in-parts.ts';
import { createReads } from './sql-reads.ts';
import { keepReportsJob } from './station-reports.ts';
import { submitJob } from './submit-job.ts';

export type SqlStoragePorts = {
  /** Used by one transaction at a time. */
  readonly writer: Writer;
  /** Sees committed transactions only. */
  readonly reader: Session;
  readonly position: Position;
  readonly clock: () => Date;
  /** UUIDv7. */
  readonly newId: () => string;
  /** What stations say is still to come; nothing where nobody asks them. */
  readonly waitingFor?: StationBook['waitingFor'];
  /** The lead a PIN belongs to, if it may approve for this sender. */
  readonly approveByPin?: (pin: string, sender: Sender) => Promise<Actor | null>;
  readonly retention?: Retention;
  /** Called with where the log stands after each commit that moved it, before anybody hears of that commit. Must not throw. */
  readonly onWritten?: (position: Position) => void;
  /** A listener that threw; the commit it was told of stands. */
  readonly onFault: (error: unknown) => void;
  /** Closes both connections, the reader first: the last to close folds the log back, which a reader cannot. */
  readonly close: () => Promise<void>;
};

/** Tells everybody of a commit; one who throws does not keep the others from hearing. */
const tell = (listeners: Iterable<(head: number) => void>, head: number, onFault: (error: unknown) => void): void => {
  for (const listener of listeners) {
    try {
      listener(head);
    } catch (error) {
      onFault(error);
    }
  }
};

/** `Storage` over Kysely: nothing in it knows which database it talks to. */
export const createSqlStorage = (ports: SqlStoragePorts): Storage => {
  const { writer, reader, clock, newId, waitingFor = () => [] } = ports;
  let { position } = ports;
  let closed: Promise<void> | null = null;
  const now = (): number => clock().getTime();
  const pages = new PageCache(reader);
  const listeners = new Set<(head: number) => void>();
  const committer = new GroupCommitter({
    writer,
    now: () => clock().toISOString(),
    onWritten: ({ head, chain }) => {
      position = { ...position, head, chain };
      ports.onWritten?.(position);
      pages.clear();
    },
    onAnswered: (head) => tell(listeners, head, ports.onFault),
  });
  const close = async (): Promise<void> => {
    await committer.stop();
    await ports.close();
  };

  return {
    ...createReads(reader, pages, now),
    position: () => position,
    onCommit: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    submit: async (submissions, key) =>
      submissions.length === 0 ? [] : committer.enqueue(submitJob(submissions, { newId, waitingFor }, key)),
    push: async (sender, clientId, mutations, senderNow = () => sender) => {
      const approvals = await leadApprovals(sender, mutations, ports.approveByPin);
      const work = { sender, clientId, mutations, approvals };
      const sources = { newId, waitingFor: (shipmentId: string) => waitingFor(shipmentId, { clientId }) };
      return pushInParts((job) => committer.enqueue(job), work, senderNow, sources);
    },
    keepAnswer: (key, answer) => committer.enqueue(keepAnswerJob(key, answer)),
    keepReports: (reports) => committer.enqueue(keepReportsJob(reports)),
    setAccess: (change) => committer.enqueue(setAccessJob(change)),
    maintain: () =>
      maintain(
        (job) => committer.enqueue(job),
        now(),
        ports.retention ?? RETENTION,
        (floor) => {
          position = { ...position, floor };
        },
      ),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
};
