import { Delete } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PadKey } from '../state/quantity-text.ts';
import { Button } from './button.tsx';
import css from './quantity-pad.module.css';

const KEYS: readonly PadKey[] = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '.', '0', 'back'];

type Props = {
  readonly onPress: (key: PadKey) => void;
  /** A PIN has no decimal point; its place stays empty, so that no other key moves. */
  readonly point?: boolean;
};

/** Keys of 25 mm. They never take the focus, so the field they type into keeps it. */
export const NumberKeys = ({ onPress, point = true }: Props) => {
  const { t } = useTranslation();
  return (
    <fieldset className={css.keys}>
      <legend className="unseen">{t('pad.label')}</legend>
      {KEYS.map((key) =>
        key === '.' && !point ? (
          <span key={key} />
        ) : (
          <Button
            key={key}
            className={css.key}
            preventFocusOnPress
            aria-label={key === 'back' ? t('pad.back') : key === '.' ? t('pad.point') : key}
            data-testid={`pad-${key === '.' ? 'point' : key}`}
            onPress={() => onPress(key)}
          >
            {key === 'back' ? <Delete aria-hidden="true" /> : key}
          </Button>
        ),
      )}
    </fieldset>
  );
};
