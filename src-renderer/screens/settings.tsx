import { Switch } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { cx } from '../components/cx.ts';
import { Notice } from '../components/notice.tsx';
import { type SettingsHook, useSettings } from '../hooks/use-settings.ts';
import { play, type Sound } from '../state/sounds.ts';
import page from './page.module.css';
import { ConnectionCard } from './settings/connection-card.tsx';
import { ScreenCard } from './settings/screen-card.tsx';
import { StationCard } from './settings/station-card.tsx';
import css from './settings.module.css';

const SOUNDS: readonly Sound[] = ['alert', 'saved', 'refused'];

const SoundCard = ({ settings, change }: SettingsHook) => {
  const { t } = useTranslation();
  return (
    <section className={css.card} aria-label={t('settings.sounds')}>
      <h2>{t('settings.sounds')}</h2>
      <Switch
        className={cx(css.switch)}
        isSelected={settings.sounds}
        onChange={(sounds) => change({ sounds })}
        data-testid="sounds"
      >
        {t('settings.soundsOn')}
        <span className={css.track}>
          <span className={css.knob} />
        </span>
      </Switch>
      <p className={css.hint}>{t('settings.soundsHint')}</p>
      <div className={css.row}>
        {SOUNDS.map((sound) => (
          <Button key={sound} onPress={() => play(sound)}>
            {t(`settings.tests.${sound}`)}
          </Button>
        ))}
      </div>
    </section>
  );
};

/** Everything a station can be told, each applied as soon as it is chosen. */
export const SettingsScreen = () => {
  const { t } = useTranslation();
  const hook = useSettings();
  return (
    <div className={page.page} data-testid="settings">
      <header className={page.head}>
        <h1 className={page.title}>{t('settings.title')}</h1>
      </header>
      <div className={page.body}>
        {hook.failed && <Notice kind="failed" role="alert" title={t('settings.saveFailed')} />}
        <div className={css.groups}>
          <StationCard {...hook} />
          <ScreenCard {...hook} />
          <ConnectionCard />
          <SoundCard {...hook} />
        </div>
      </div>
    </div>
  );
};
