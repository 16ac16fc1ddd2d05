import { type COMMAND_TABLE, commandRule } from '#contract/domain/command-table.ts';
import type { RawChange } from '../../server/core/storage.ts';
import type { Logged } from './history.ts';
import type { Laboratory } from './laboratory.ts';
import { require } from './violation.ts';

/** Commands that may end a hold. */
const RELEASING: ReadonlySet<string> = new Set(['releaseHold', 'closeShipment']);

const before = (log: readonly Logged[], { entity, id, seq }: RawChange): Record<string, unknown> | null => {
  const known = log.findLast(({ raw }) => raw.seq < seq && raw.entity === entity && raw.id === id);
  return known?.raw.row ?? null;
};

const checkStatus = (change: RawChange, from: string | undefined): void => {
  const to = change.row?.status as string | undefined;
  if (to === undefined || from === to) return;
  const rule = commandRule(change.command as keyof typeof COMMAND_TABLE);
  const starts: readonly string[] | null = rule.from;
  const isLegal = rule.to === to && (from === undefined ? starts === null : starts?.includes(from) === true);
  require(isLegal, 'illegal', 'legal status history', () =>
    `${change.command} took ${change.id} from ${from} to ${to}`);
};

const checkHold = (change: RawChange, old: Record<string, unknown> | null): void => {
  const released = change.row?.releasedAt;
  const was = old?.releasedAt;
  const isKept =
    change.op === 'put' && (old === null || was === released || (was === null && RELEASING.has(change.command)));
  require(isKept, 'illegal', 'a hold is never lost', () => `${change.command} ended hold ${change.id} (${change.op})`);
};

/** What every committed change has to respect, whoever asked for it. */
export const checkLog = (laboratory: Laboratory, news: readonly Logged[]): void => {
  const { log } = laboratory.history;
  for (const { raw } of news) {
    if (raw.entity === 'shipment') checkStatus(raw, before(log, raw)?.status as string | undefined);
    if (raw.entity === 'hold') checkHold(raw, before(log, raw));
    if (raw.entity === 'capacity') {
      const { available, total } = raw.row as { available: number; total: number };
      require(available <= total, 'illegal', 'capacity never exceeded', () => `${available} of ${total} in ${raw.id}`);
    }
  }
};
