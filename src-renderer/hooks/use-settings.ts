import { useCallback, useState } from 'react';
import type { StationSettings } from '#contract/bridge/view.ts';
import { useStation, useStationApi } from '../state/station-context.tsx';

/** Settings as the main process last said, and how to change them. */
export type SettingsHook = {
  readonly settings: StationSettings;
  /** Stores a change; what is shown changes when the main process says so. */
  change(change: Partial<StationSettings>): void;
  readonly failed: boolean;
};

/** Reads and changes this station's settings; `failed` until the next change succeeds. */
export const useSettings = (): SettingsHook => {
  const station = useStationApi();
  const settings = useStation((state) => state.settings);
  const [failed, setFailed] = useState(false);
  const change = useCallback(
    (part: Partial<StationSettings>) => {
      station.setSettings(part).then(
        () => setFailed(false),
        () => setFailed(true),
      );
    },
    [station],
  );
  return { settings, change, failed };
};
