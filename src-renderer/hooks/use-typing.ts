import { useCallback, useEffect, useRef } from 'react';
import { useStationApi } from '../state/station-context.tsx';

/** After this long without a key the others no longer see "is typing". */
const IDLE_MS = 4000;

/** Tells others that this person is writing about a shipment; stops by itself when idle and when the screen closes. */
export const useTyping = (shipmentId: string): { typed: () => void; stopped: () => void } => {
  const station = useStationApi();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const stopped = useCallback(() => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
    // Presence is a courtesy: when it cannot be told, writing goes on.
    station.setTyping(shipmentId, false).catch(() => undefined);
  }, [station, shipmentId]);

  const typed = useCallback(() => {
    if (timer.current === undefined) station.setTyping(shipmentId, true).catch(() => undefined);
    else clearTimeout(timer.current);
    timer.current = setTimeout(stopped, IDLE_MS);
  }, [station, shipmentId, stopped]);

  useEffect(() => stopped, [stopped]);
  return { typed, stopped };
};
