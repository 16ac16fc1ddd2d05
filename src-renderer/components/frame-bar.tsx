import { useTranslation } from 'react-i18next';
import { useNow } from '../hooks/use-now.ts';
import { useHome, useZone } from '../hooks/use-place.ts';
import { useStation } from '../state/station-context.tsx';
import { ConnectionChip } from './connection-chip.tsx';
import css from './frame-bar.module.css';
import { PersonChip } from './person-chip.tsx';

const Clock = () => {
  const { t } = useTranslation();
  const now = useNow(1);
  const format = useZone();
  return (
    <time className={css.clock} dateTime={new Date(now).toISOString()} title={t('frame.clock')}>
      <span className="unseen">{t('frame.clock')} </span>
      {format.time(now)}
    </time>
  );
};

/** The same on every screen: where this is, what time it is there, whether the server hears us, and who is working. */
export const FrameBar = () => {
  const { t } = useTranslation();
  const name = useStation((state) => state.settings.stationName);
  const session = useStation((state) => state.session);
  const { door } = useHome();
  return (
    <header className={css.bar}>
      <div className={css.place}>
        <span className={css.name}>{name === '' ? t('frame.unnamed') : name}</span>
        <span className={css.door}>{door === null ? t('frame.noDoor') : t('frame.door', { name: door.name })}</span>
      </div>
      <Clock />
      <div className={css.end}>
        <ConnectionChip />
        {session !== null && <PersonChip session={session} />}
      </div>
    </header>
  );
};
