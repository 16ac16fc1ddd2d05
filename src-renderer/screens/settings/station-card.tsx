import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../../components/field.tsx';
import { Tiles } from '../../components/tiles.tsx';
import type { SettingsHook } from '../../hooks/use-settings.ts';
import { doorStates } from '../../state/doors.ts';
import { useStation } from '../../state/station-context.tsx';
import css from '../settings.module.css';

const NO_DOOR = 'none';

/** What this station is called and which door it stands at. */
export const StationCard = ({ settings, change }: SettingsHook) => {
  const { t } = useTranslation();
  const [name, setName] = useState(settings.stationName);
  const doors = useStation((state) => state.doors);
  const warehouses = useStation((state) => state.warehouses);
  const trimmed = name.trim();
  const tiles = warehouses.flatMap((warehouse) =>
    doorStates(doors, [], warehouse.id).map(({ door }) => ({
      value: door.id,
      label: door.name,
      ...(warehouses.length > 1 ? { note: warehouse.name } : {}),
    })),
  );
  return (
    <section className={css.card} aria-label={t('settings.station')}>
      <h2>{t('settings.station')}</h2>
      <Field
        label={t('settings.name')}
        hint={t('settings.nameHint')}
        wrong={trimmed === '' ? t('settings.nameEmpty') : null}
        value={name}
        onChange={setName}
        onBlur={() => trimmed !== '' && trimmed !== settings.stationName && change({ stationName: trimmed })}
        testId="station-name"
      />
      <Tiles
        label={t('settings.door')}
        value={settings.doorId ?? NO_DOOR}
        onChange={(id) => change({ doorId: id === NO_DOOR ? null : id })}
        tiles={[{ value: NO_DOOR, label: t('settings.noDoor') }, ...tiles]}
        size={warehouses.length > 1 ? 'normal' : 'narrow'}
        testId="station-door"
      />
    </section>
  );
};
