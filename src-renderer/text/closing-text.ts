import type { TFunction } from 'i18next';
import type { blockedBy } from '#contract/domain/next-action.ts';
import type { AwaitedStation } from '#contract/wire/station-report.ts';
import type { Format } from './format.ts';

/** A station by its name and who works there; by the person alone where it has no name. */
const stationName = ({ station, userName }: AwaitedStation, t: TFunction): string =>
  station === '' || userName === '' ? station || userName : t('shipment.station', { station, name: userName });

/** Why closing waits for a station, as a sentence; `now` is server time in ms. */
export const awaitedText = (awaited: AwaitedStation, t: TFunction, format: Format, now: number): string => {
  const who = stationName(awaited, t);
  if (awaited.state === 'unsent') return t('shipment.stationUnsent', { who });
  return t('shipment.stationUnheard', { who, time: format.when(awaited.since, now) });
};

/** What closing is called by what it is done without; `stations` is how many are awaited. */
export const closingTitle = (blocks: ReturnType<typeof blockedBy>, stations: number, t: TFunction): string => {
  const withoutDocuments = blocks.includes('documents');
  const withoutStations = blocks.includes('stations');
  if (withoutDocuments && withoutStations) return t('closeWithout.both');
  if (withoutDocuments) return t('closeWithout.documents');
  return withoutStations ? t('closeWithout.stations', { count: stations }) : t('do.closeShipment');
};
