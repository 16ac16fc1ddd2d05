import { CloudUpload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useZone } from '../hooks/use-place.ts';
import { useScreens, useStation } from '../state/station-context.tsx';
import { Button } from './button.tsx';
import { Chip } from './chip.tsx';
import css from './connection-chip.module.css';
import { connectionWords } from './connection-words.ts';

/** How this station reaches the server, and how much of its work the server does not have yet. */
export const ConnectionChip = () => {
  const { t } = useTranslation();
  const connection = useStation((state) => state.connection);
  const coverage = useStation((state) => state.coverage);
  const unsent = useStation((state) => state.unsent);
  const go = useScreens((state) => state.go);
  const { meaning, word } = connectionWords(connection, coverage, t, useZone());
  return (
    <div className={css.row}>
      <output
        aria-label={`${t('connection.label')}: ${word}`}
        data-testid="connection-chip"
        data-kind={connection.kind}
        data-transport={connection.kind === 'live' ? connection.transport : undefined}
        className={css.row}
      >
        <Chip meaning={meaning} word={word} className={css.chip} />
      </output>
      {unsent > 0 && (
        <Button look="quiet" className={css.unsent} data-testid="unsent-count" onPress={() => go({ name: 'work' })}>
          <CloudUpload aria-hidden="true" />
          {t('connection.unsent', { count: unsent })}
        </Button>
      )}
    </div>
  );
};
