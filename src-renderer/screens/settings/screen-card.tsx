import { Minus, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Tiles } from '../../components/tiles.tsx';
import type { SettingsHook } from '../../hooks/use-settings.ts';
import css from '../settings.module.css';

const STEP = 0.1;
const SMALLEST = 5;
const LARGEST = 100;
const THEMES = ['system', 'light', 'dark'] as const;

const stepped = (inches: number, by: number): number =>
  Math.min(LARGEST, Math.max(SMALLEST, Math.round((inches + by) * 10) / 10));

/** Diagonal and appearance. The drawn card changes at once, because every size on the page is in millimetres. */
export const ScreenCard = ({ settings, change }: SettingsHook) => {
  const { t, i18n } = useTranslation();
  // Presses come faster than the main process answers; count from what was asked last, until it has answered.
  const [asked, setAsked] = useState(settings.screenInches);
  const [answered, setAnswered] = useState(settings.screenInches);
  if (answered !== settings.screenInches) {
    setAnswered(settings.screenInches);
    setAsked(settings.screenInches);
  }
  const step = (by: number) => (): void => {
    const inches = stepped(asked, by);
    setAsked(inches);
    change({ screenInches: inches });
  };
  const inches = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 1 }).format(asked);
  return (
    <section className={css.card} aria-label={t('settings.screen')}>
      <h2>{t('settings.screen')}</h2>
      <div className={css.stepper}>
        <Button big aria-label={t('settings.smaller')} onPress={step(-STEP)} data-testid="diagonal-less">
          <Minus aria-hidden="true" />
        </Button>
        <output className={css.value} aria-label={t('settings.diagonal')} data-testid="diagonal">
          {t('settings.inches', { value: inches })}
        </output>
        <Button big aria-label={t('settings.larger')} onPress={step(STEP)} data-testid="diagonal-more">
          <Plus aria-hidden="true" />
        </Button>
      </div>
      <p className={css.hint}>{t('settings.calibrate')}</p>
      <div className={css.true}>
        <div className={css.bankcard} role="img" aria-label={t('settings.cardLabel')}>
          {t('settings.cardSize')}
        </div>
      </div>
      <Tiles
        label={t('settings.theme')}
        value={settings.theme}
        onChange={(theme) => change({ theme })}
        tiles={THEMES.map((theme) => ({ value: theme, label: t(`settings.themes.${theme}`) }))}
        size="narrow"
        testId="theme"
      />
    </section>
  );
};
