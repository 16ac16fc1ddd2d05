import type { CommandName } from '#contract/domain/command-table.ts';
import { AskCheck } from './ask-check.tsx';
import { AskClosing } from './ask-closing.tsx';
import { AskCount } from './ask-count.tsx';
import { AskDoor } from './ask-door.tsx';
import { AskPlaceHold, AskReleaseHold } from './ask-hold.tsx';
import { AskClaim, AskComplete, AskRequest } from './ask-inspection.tsx';
import { AskEnd, AskReopen } from './ask-reason.tsx';
import { AskDiscrepancy, AskRejection } from './ask-report.tsx';

/** A command waiting for its answers; `target` is the line, hold or inspection it is about. */
export type Asked = { readonly command: CommandName; readonly target: string | null };

/** The question a command needs answered before it can be saved; null when it needs none. */
export const Asking = ({ asked: { command, target }, onClose }: { asked: Asked; onClose: () => void }) => {
  const rest = { target, onClose };
  switch (command) {
    case 'assignDoor':
    case 'reportAtDoor':
      return <AskDoor command={command} {...rest} />;
    case 'refuseShipment':
    case 'cancelShipment':
      return <AskEnd command={command} {...rest} />;
    case 'reopenCount':
    case 'reopenShipment':
      return <AskReopen command={command} {...rest} />;
    case 'closeShipment':
      return <AskClosing command={command} {...rest} />;
    case 'placeHold':
      return <AskPlaceHold command={command} {...rest} />;
    case 'releaseHold':
      return <AskReleaseHold command={command} {...rest} />;
    case 'reportDiscrepancy':
      return <AskDiscrepancy command={command} {...rest} />;
    case 'reportRejection':
      return <AskRejection command={command} {...rest} />;
    case 'requestInspection':
      return <AskRequest command={command} {...rest} />;
    case 'claimInspection':
      return <AskClaim command={command} {...rest} />;
    case 'recordInspectionResult':
      return <AskCheck command={command} {...rest} />;
    case 'completeInspection':
      return <AskComplete command={command} {...rest} />;
    case 'setCount':
      return <AskCount command={command} {...rest} />;
    default:
      return null;
  }
};

/** Steps that need nothing but the press itself. */
const AT_ONCE = ['recordDeparture', 'recordArrival', 'startUnloading', 'startCounting', 'completeCount'] as const;
export type AtOnce = (typeof AT_ONCE)[number];

/** True for steps that are saved by the press alone; narrows, so that they can be saved without arguments. */
export const isAtOnce = (command: CommandName): command is AtOnce =>
  (AT_ONCE as readonly CommandName[]).includes(command);
