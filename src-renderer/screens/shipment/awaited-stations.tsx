import { useTranslation } from 'react-i18next';
import type { AwaitedStation } from '#contract/wire/station-report.ts';
import { awaitedText } from '../../text/closing-text.ts';
import css from './awaited-stations.module.css';
import { useDesk } from './desk.ts';

type Props = {
  readonly stations: readonly AwaitedStation[];
  /** More than these are only counted. */
  readonly most?: number;
};

/** The stations that closing waits for, each with why. */
export const AwaitedStations = ({ stations, most = stations.length }: Props) => {
  const { t } = useTranslation();
  const { format, now } = useDesk();
  const more = stations.length - most;
  return (
    <ul className={css.stations}>
      {stations.slice(0, most).map((awaited) => (
        <li
          key={`${awaited.station}/${awaited.userName}/${awaited.state}/${awaited.since}`}
          data-testid="awaited-station"
        >
          {awaitedText(awaited, t, format, now)}
        </li>
      ))}
      {more > 0 && <li data-testid="awaited-more">{t('shipment.stationsMore', { count: more })}</li>}
    </ul>
  );
};
