import type { Bug } from './plant.ts';

/** Mistakes in what the server decides, writes and keeps. */
export const DECISION_BUGS: readonly Bug[] = [
  {
    name: 'applied-without-effect',
    number: 20,
    edits: [
      {
        file: 'server/storage/push-job.ts',
        find: '    const decision = await transaction.take(attempt);',
        replace: `    const decision = await transaction.take(attempt);
    if (mutation.type === 'recordArrival' && decision.verdict === 'applied') transaction.rollback(start);`,
      },
    ],
  },
  {
    name: 'history-not-written',
    number: 21,
    edits: [
      {
        file: 'server/storage/write-transaction.ts',
        find: 'await HISTORY.run(session, historyRows(transaction, before.base));',
        replace: 'await HISTORY.run(session, historyRows(transaction, before.base).slice(1));',
      },
    ],
  },
  {
    name: 'anybody-may',
    number: 22,
    edits: [
      {
        file: 'server/core/gate.ts',
        find: '  if (!work.rule.who.includes(role)) {',
        replace: '  if (!work.rule.who.includes(role) && role.length < 1) {',
      },
    ],
  },
  {
    name: 'decided-on-any-version',
    number: 23,
    edits: [
      {
        file: 'server/core/gate.ts',
        find: '  if (expectedVersion === undefined || expectedVersion === shipment.version) return;',
        replace: '  if (expectedVersion === undefined || expectedVersion <= shipment.version) return;',
      },
    ],
  },
  {
    name: 'two-at-one-door',
    number: 24,
    edits: [
      {
        file: 'server/core/decide/doors.ts',
        find: '  const [occupant] = others(work, shipment, door);',
        replace: '  const [occupant] = others(work, shipment, door).slice(1);',
      },
    ],
  },
  {
    name: 'second-claim-wins',
    number: 25,
    edits: [
      {
        file: 'server/core/decide/inspections.ts',
        find: `  if (inspection.claimedBy !== null) {
    throw`,
        replace: `  if (inspection.claimedBy === work.actor) {
    throw`,
      },
      {
        file: 'server/core/decide/inspections.ts',
        find: `{ ...inspection, ...claim(work, inspection), status: 'claimed' }`,
        replace: `{ ...inspection, claimedAt: work.now, claimedBy: work.actor, status: 'claimed' }`,
      },
    ],
  },
  {
    name: 'scan-counted-twice',
    number: 26,
    edits: [
      {
        file: 'server/core/decide/count.ts',
        find: `setCounted(work, line, addQuantity(line.counted ?? '0', amount));`,
        replace: `setCounted(work, line, addQuantity(addQuantity(line.counted ?? '0', amount), amount));`,
      },
    ],
  },
  {
    name: 'quality-without-holds',
    number: 27,
    edits: [
      {
        file: 'contract/domain/quality.ts',
        find: `  if (activeHolds > 0) return 'on_hold';`,
        replace: `  if (activeHolds < 0) return 'on_hold';`,
      },
    ],
  },
  {
    name: 'kept-for-no-time',
    number: 28,
    edits: [
      {
        file: 'src-main/station.ts',
        find: 'const KEPT_MS = 30 * 24 * 60 * 60 * 1000;',
        replace: 'const KEPT_MS = 0;',
      },
    ],
  },
  {
    name: 'late-facts-not-told',
    number: 29,
    edits: [
      {
        file: 'server/core/decide.ts',
        find: "ruling.verdict === 'superseded' ? historyOf(work, ruling) : null;",
        replace: "ruling.verdict === 'superseded' && ruling.shipment === null ? historyOf(work, ruling) : null;",
      },
    ],
  },
  {
    name: 'late-facts-told-as-of-now',
    number: 32,
    edits: [
      {
        file: 'server/core/history.ts',
        find: '    occurredAt: work.submission.occurredAt,',
        replace: '    occurredAt: late ? work.now : work.submission.occurredAt,',
      },
    ],
  },
];
