import { useCallback, useEffect, useRef, useState } from 'react';
import type { HistoryView } from '#contract/bridge/view.ts';
import { useStationApi } from '../state/station-context.tsx';

/** `view` stays while a newer one is asked for, and after a failure. */
export type History = {
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly view: HistoryView | null;
  again(): void;
};

/** A shipment's history, asked anew whenever `changed` differs; what is known stays on screen meanwhile. */
export const useHistory = (shipmentId: string, changed: string): History => {
  const station = useStationApi();
  const [state, setState] = useState<Omit<History, 'again'>>({ phase: 'loading', view: null });
  // The change last asked for: an answer to an earlier question comes too late and is dropped.
  const asked = useRef('');

  const ask = useCallback(
    (of: string): void => {
      asked.current = of;
      station.getHistory(shipmentId).then(
        (view) => asked.current === of && setState({ phase: 'ready', view }),
        () => asked.current === of && setState((before) => ({ phase: 'failed', view: before.view })),
      );
    },
    [station, shipmentId],
  );
  useEffect(() => ask(changed), [ask, changed]);
  return { ...state, again: useCallback(() => ask(changed), [ask, changed]) };
};
