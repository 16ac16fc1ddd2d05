import { useTranslation } from 'react-i18next';
import type { CommandName } from '#contract/domain/command-table.ts';
import { Button } from '../../components/button.tsx';

type AskSaveProps = {
  readonly command: CommandName;
  /** False while an answer is missing. */
  readonly isComplete?: boolean;
  readonly look?: 'primary' | 'danger';
  readonly onSave: () => void;
};

/** What the questions of a command end in: one big press that says what it does. */
export const AskSave = ({ command, isComplete = true, look = 'primary', onSave }: AskSaveProps) => {
  const { t } = useTranslation();
  return (
    <Button big look={look} isDisabled={!isComplete} data-testid="ask-save" onPress={onSave}>
      {t(`do.${command}`)}
    </Button>
  );
};
