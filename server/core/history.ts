import type { HistoryDraft, Ruling } from './decision.ts';
import type { Work } from './work.ts';

/** Arguments that history leaves out: secrets, and lists that stand in rows of their own. */
const LEFT_OUT: ReadonlySet<string> = new Set(['leadPin', 'lines', 'handlingUnits', 'shipmentId']);

const details = (work: Work): Record<string, unknown> => {
  const args: Record<string, unknown> = work.submission.command.args;
  const kept = Object.entries(args).filter(([name, value]) => !LEFT_OUT.has(name) && value !== undefined);
  const lines = args.lines;
  const counts = Array.isArray(lines) ? { lineCount: lines.length } : {};
  const { clockOffsetMs } = work.submission;
  // What `occurredAt` has to be read with: it stands there as the device told it.
  const clock = clockOffsetMs === undefined ? {} : { clockOffsetMs };
  return { ...Object.fromEntries(kept), ...counts, ...clock, ...work.notes };
};

/** The permanent record of a command that took effect, or came too late to. */
export const historyOf = (work: Work, ruling: Ruling): HistoryDraft => {
  const late = ruling.verdict === 'superseded';
  return {
    id: work.given.newId(),
    shipmentId: ruling.shipment?.id ?? null,
    command: work.command,
    outcome: late ? 'superseded' : 'applied',
    fromStatus: late ? (ruling.shipment?.status ?? null) : (work.step?.from ?? null),
    toStatus: late ? work.rule.to : (work.step?.to ?? null),
    actor: work.actor,
    details: details(work),
    occurredAt: work.submission.occurredAt,
    recordedAt: work.now,
  };
};
