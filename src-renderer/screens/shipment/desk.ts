import { createContext, useContext } from 'react';
import type { Session, ShipmentView } from '#contract/bridge/view.ts';
import type { CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { ShipmentLine } from '#contract/domain/shipment.ts';
import type { Reason } from '../../state/shipment-actions.ts';
import type { Format } from '../../text/format.ts';

/** Arguments of a command about a shipment, without the shipment itself. */
export type Rest<N extends CommandName> = Omit<CommandInput[N], 'shipmentId'>;

/** The five parts of a shipment, in the order of the tabs. */
export type TabName = 'lines' | 'documents' | 'inspections' | 'problems' | 'history';

/** What every part of the shipment's screen works with. */
export type Desk = {
  readonly shipment: ShipmentView;
  readonly session: Session;
  /** The server can be reached, so decisions may be made. */
  readonly online: boolean;
  readonly format: Format;
  /** Server time, ms, renewed every half minute. */
  readonly now: number;
  readonly tab: TabName;
  showTab(tab: TabName): void;
  /** Why a command about this shipment cannot be issued here now; null when it can. */
  why(command: CommandName): Reason | null;
  /** Starts a command: at once when it needs nothing, else by asking. `target` is a line, hold or inspection it is about. */
  begin(command: CommandName, target?: string): void;
  /** Saves a command about this shipment; true when it is on the disk. */
  save<N extends CommandName>(command: N, rest: Rest<N>): Promise<boolean>;
};

/** Filled by the shipment screen; null anywhere else. */
export const DeskContext = createContext<Desk | null>(null);

/** The open shipment and what can be done with it. Throws outside the shipment screen. */
export const useDesk = (): Desk => {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('a part of the shipment screen was rendered outside it');
  return desk;
};

/** The line a record is about; null for the whole shipment, and for a line that an amendment took away. */
export const lineOf = (desk: Desk, lineId: string | null): ShipmentLine | null =>
  lineId === null ? null : (desk.shipment.lines.find(({ id }) => id === lineId) ?? null);
