import { type COMMAND_TABLE, commandRule } from '#contract/domain/command-table.ts';
import type { RawChange } from '../../server/core/storage.ts';
import { checkClosing } from './check-closing.ts';
import type { Logged } from './history.ts';
import type { Laboratory } from './laboratory.ts';
import { markOf } from './people.ts';
import { require } from './violation.ts';

/** Commands that may end a hold. */
const RELEASING: ReadonlySet<string> = new Set(['releaseHold', 'closeShipment']);

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
  const { history, mislabelled } = laboratory;
  const { index, moves, rules } = history;
  for (const { raw, chain } of news) {
    const old = index.last(raw)?.row ?? null;
    if (raw.entity === 'shipment') checkStatus(raw, old?.status as string | undefined);
    if (raw.entity === 'shipment' && raw.supplierId !== null && !raw.id.includes(markOf(raw.supplierId)))
      mislabelled.add(raw.id);
    if (raw.entity === 'shipment' && raw.command === 'closeShipment') checkClosing(laboratory, raw);
    if (raw.entity === 'hold') checkHold(raw, old);
    if (raw.entity === 'capacity') {
      const { available, total } = raw.row as { available: number; total: number };
      require(available <= total, 'illegal', 'capacity never exceeded', () => `${available} of ${total} in ${raw.id}`);
    }
    rules.take(raw, old);
    moves.take(raw, index, chain !== null);
    index.take(raw);
    if (chain !== null) rules.end(index);
  }
};
