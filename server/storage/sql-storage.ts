import type { EntityName } from '#contract/domain/entities.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Mutation } from '#contract/wire/sync.ts';
import type { Group, Scope } from '../core/scope.ts';
import type { IdempotencyKey, KeptAnswer, ListFilter, Position, Sender, Storage } from '../core/storage.ts';
import type { Submission } from '../core/submission.ts';
import { leadApprovals } from './approvals.ts';
import { toProblem } from './faults.ts';
import { GroupCommitter } from './group-committer.ts';
import { keepAnswerJob, keptAnswer } from './kept-answers.ts';
import { listShipments } from './list-shipments.ts';
import { pushJob } from './push-job.ts';
import { chainAt, readPage } from './read-changes.ts';
import { readFrame } from './read-frame.ts';
import { findRow, findShipment, findShipmentByNumber, historyOf, shipmentDetail } from './read-shipment.ts';
import type { Db } from './schema.ts';
import { snapshotPage } from './snapshot-page.ts';
import { submitJob } from './submit-job.ts';
import type { Written } from './write-transaction.ts';

export type SqlStoragePorts = {
  /** Used by one transaction at a time. */
  readonly writer: Db;
  /** Sees committed transactions only. */
  readonly reader: Db;
  readonly position: Position;
  readonly clock: () => Date;
  /** UUIDv7. */
  readonly newId: () => string;
  /** The lead a PIN belongs to, if it may approve for this sender. */
  readonly approveByPin?: (pin: string, sender: Sender) => Promise<Actor | null>;
  /** A listener that threw; the commit it was told of stands. */
  readonly onFault: (error: unknown) => void;
  /** After both connections are closed. */
  readonly onClosed: () => void;
};

/** `Storage` over Kysely: nothing in it knows which database it talks to. */
export const createSqlStorage = (ports: SqlStoragePorts): Storage => {
  const { writer, reader, clock, newId } = ports;
  let { position } = ports;
  let closed: Promise<void> | null = null;
  const listeners = new Set<(head: number) => void>();
  const committer = new GroupCommitter({
    writer,
    now: () => clock().toISOString(),
    onWritten: ({ head, chain }: Written) => {
      position = { ...position, head, chain };
    },
    onAnswered: (head) => {
      for (const listener of listeners) {
        try {
          listener(head);
        } catch (error) {
          ports.onFault(error);
        }
      }
    },
  });
  const read = <T>(reading: Promise<T>): Promise<T> =>
    reading.catch((error: unknown) => {
      throw toProblem(error);
    });
  const close = async (): Promise<void> => {
    await committer.stop();
    await reader.destroy();
    await writer.destroy();
    ports.onClosed();
  };

  return {
    position: () => position,
    onCommit: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    submit: async (submissions: readonly Submission[]) =>
      submissions.length === 0 ? [] : committer.enqueue(submitJob(submissions, newId)),
    push: async (sender: Sender, clientId: string, mutations: readonly Mutation[]) => {
      const approvals = await leadApprovals(sender, mutations, ports.approveByPin);
      return committer.enqueue(pushJob({ sender, clientId, mutations, approvals }, newId));
    },
    lastN: async (clientId: string) => {
      const select = reader.selectFrom('client').select('last_n').where('client_id', '=', clientId);
      return Number((await read(select.executeTakeFirst()))?.last_n ?? 0);
    },
    readFrame: (group: Group, from: number, limit?: number) => read(readFrame(reader, group, from, limit)),
    readChanges: async (from: number, limit: number) => {
      const { to, changes } = await read(readPage(reader, from, limit));
      return { to, changes };
    },
    chainAt: (seq: number) => read(chainAt(reader, seq)),
    snapshotPage: (group, after, limit) => read(snapshotPage(reader, group, after, limit)),
    findShipment: (scope: Scope | null, id: string) => read(findShipment(reader, scope, id)),
    findShipmentByNumber: (supplierId, number) => read(findShipmentByNumber(reader, supplierId, number)),
    shipmentDetail: (scope, id) => read(shipmentDetail(reader, scope, id)),
    listShipments: (scope: Scope, filter: ListFilter) => read(listShipments(reader, scope, filter)),
    history: (shipmentId: string) => read(historyOf(reader, shipmentId)),
    findRow: <N extends EntityName>(entity: N, id: string) => read(findRow(reader, entity, id)),
    capacity: (warehouseId: string) => read(findRow(reader, 'capacity', warehouseId)),
    keptAnswer: (key: IdempotencyKey) => read(keptAnswer(reader, key, clock().getTime())),
    keepAnswer: (key: IdempotencyKey, answer: KeptAnswer) => committer.enqueue(keepAnswerJob(key, answer)),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
};
