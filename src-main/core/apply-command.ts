import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { ShipmentDetail, ShipmentPart } from '#contract/domain/entities.ts';
import type { Actor } from '#contract/domain/roles.ts';

/** Who did it and when, as the server will most likely record it. */
export type By = {
  readonly actor: Actor;
  readonly at: string;
  /**
   * Whether the row under it has this work in it already: rows of a snapshot can be read before the cache stands at a position, and
   * so before what is in them counts as done. `wrote`: how many lines, units or flags the work changed.
   */
  readonly isIn: (entity: ShipmentPart, id: string, wrote: number) => boolean;
};

/** What one scan added, so that undoing it takes away exactly that. */
export type ScanEffect = {
  readonly unitIds: readonly string[];
  readonly lines: readonly { readonly lineId: string; readonly quantity: string }[];
};

/** Remembers the scans made on this station, also those the server has by now. */
export interface ScanMemory {
  get(scanId: string): ScanEffect | undefined;
  set(scanId: string, effect: ScanEffect): unknown;
}

/** What one command does to a shipment on this station's screen until the server's own rows arrive. */
export type Apply<N extends CommandName> = (
  detail: ShipmentDetail,
  args: CommandArgs[N],
  by: By,
  scans: ScanMemory,
) => ShipmentDetail;

export type ApplyTable = { readonly [N in CommandName]?: Apply<N> };
