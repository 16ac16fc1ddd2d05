import { useTranslation } from 'react-i18next';
import type { CommandName } from '#contract/domain/command-table.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import type { Offered, SheetAction } from '../../state/shipment-actions.ts';
import { whyNotText } from '../../text/why-not.ts';
import css from './actions-sheet.module.css';
import { useDesk } from './desk.ts';

const Action = ({ action, onPick }: { readonly action: SheetAction; readonly onPick: () => void }) => {
  const { t } = useTranslation();
  const { format } = useDesk();
  const { command, whyNot } = action;
  const reason = (): string | null => {
    if (whyNot === null) return null;
    if (whyNot.code === 'nothing_to_release' || whyNot.code === 'nothing_to_take') return t(`whyNot.${whyNot.code}`);
    return whyNotText(whyNot, t, format);
  };
  const why = reason();
  return (
    <li>
      <Button className={css.action} isDisabled={why !== null} data-testid={`action-${command}`} onPress={onPick}>
        <span>{command === 'closeShipment' ? t('closeWithWaiver') : t(`do.${command}`)}</span>
        {why !== null && <span className={css.why}>{why}</span>}
      </Button>
    </li>
  );
};

type Props = {
  readonly groups: Offered['groups'];
  readonly onPick: (command: CommandName) => void;
  readonly onClose: () => void;
};

/** Everything else that can be done here. What cannot be done now stays in its place and says why. */
export const ActionsSheet = ({ groups, onPick, onClose }: Props) => {
  const { t } = useTranslation();
  return (
    <Dialog wide title={t('sheet.title')} onClose={onClose} testId="actions-sheet">
      {groups.map(({ group, actions }) => (
        <section key={group} className={css.group} aria-label={t(`sheet.${group}`)}>
          <h3>{t(`sheet.${group}`)}</h3>
          <ul className={css.grid}>
            {[...actions]
              .sort((a, b) => Number(a.whyNot !== null) - Number(b.whyNot !== null))
              .map((action) => (
                <Action key={action.command} action={action} onPick={() => onPick(action.command)} />
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
};
