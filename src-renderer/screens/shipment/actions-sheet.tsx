import { useTranslation } from 'react-i18next';
import type { CommandName } from '#contract/domain/command-table.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import type { Offered, SheetAction } from '../../state/shipment-actions.ts';
import { whyNotText } from '../../text/why-not.ts';
import css from './actions-sheet.module.css';
import { useDesk } from './desk.ts';

type ActionProps = { readonly action: SheetAction; readonly onPick: () => void };

const Action = ({ action: { command, whyNot }, onPick }: ActionProps) => {
  const { t } = useTranslation();
  const { format } = useDesk();
  const reason = (): string | null => {
    if (whyNot === null) return null;
    if (whyNot.code === 'nothing_to_release' || whyNot.code === 'nothing_to_take') return t(`whyNot.${whyNot.code}`);
    return whyNotText(whyNot, t, format);
  };
  const why = reason();
  return (
    <li>
      <Button className={css.action} isDisabled={why !== null} data-testid={`action-${command}`} onPress={onPick}>
        <span>{t(`do.${command}`)}</span>
        {why !== null && <span className={css.why}>{why}</span>}
      </Button>
    </li>
  );
};

type GroupProps = {
  readonly title: string;
  readonly actions: readonly SheetAction[];
  readonly onPick: Props['onPick'];
};

const Group = ({ title, actions, onPick }: GroupProps) =>
  actions.length === 0 ? null : (
    <section className={css.group} aria-label={title}>
      <h3>{title}</h3>
      <ul className={css.grid}>
        {actions.map((action) => (
          <Action key={action.command} action={action} onPick={() => onPick(action.command)} />
        ))}
      </ul>
    </section>
  );

type Props = {
  readonly groups: Offered['groups'];
  readonly onPick: (command: CommandName) => void;
  readonly onClose: () => void;
};

/** Everything else that can be done here, and at the end what cannot be done now, each with why. */
export const ActionsSheet = ({ groups, onPick, onClose }: Props) => {
  const { t } = useTranslation();
  const notNow = groups.flatMap(({ actions }) => actions.filter(({ whyNot }) => whyNot !== null));
  return (
    <Dialog wide title={t('sheet.title')} onClose={onClose} testId="actions-sheet">
      {groups.map(({ group, actions }) => (
        <Group
          key={group}
          title={t(`sheet.${group}`)}
          actions={actions.filter(({ whyNot }) => whyNot === null)}
          onPick={onPick}
        />
      ))}
      <Group title={t('sheet.notNow')} actions={notNow} onPick={onPick} />
    </Dialog>
  );
};
