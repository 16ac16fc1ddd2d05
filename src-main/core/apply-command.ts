import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { Actor } from '#contract/domain/roles.ts';

/** Who did it and when, as the server will most likely record it. */
export type By = { readonly actor: Actor; readonly at: string };

/** What one command does to a shipment on this station's screen until the server's own rows arrive. */
export type Apply<N extends CommandName> = (
  detail: ShipmentDetail,
  args: CommandArgs[N],
  by: By,
  /** Looks up a scan made on this station, for undoing it. */
  scan: ScanLookup,
) => ShipmentDetail;

export type ScanLookup = (scanId: string) => CommandArgs['recordScan'] | null;
export type ApplyTable = { readonly [N in CommandName]?: Apply<N> };
