import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import type { BoardShipment } from '#contract/bridge/view.ts';
import { type BoardItem, boardItems, narrowGroups } from '../state/board-search.ts';
import { type BoardGroups, createBoardGrouping } from '../state/selectors.ts';
import { useScreens, useStation, useStationApi } from '../state/station-context.tsx';

/** The store is asked for older finds once typing pauses this long; the board itself is filtered at once. */
const ASK_AFTER_MS = 150;

/** Finds of the whole cache that the board does not show; empty without a query. */
const useOlder = (query: string, rows: ReadonlyMap<string, BoardShipment>): readonly BoardShipment[] => {
  const station = useStationApi();
  const isWhole = useStation((state) => state.coverage === 'whole');
  // What was found in a part of the rows is asked for again when all are here.
  const asked = useMemo(() => ({ text: query.trim(), isWhole }), [query, isWhole]);
  const [found, setFound] = useState<{ query: string; rows: readonly BoardShipment[] }>({ query: '', rows: [] });
  useEffect(() => {
    const { text } = asked;
    if (text === '') return;
    let current = true;
    const timer = setTimeout(() => {
      station.search(text).then(
        (answer) => current && setFound({ query: text, rows: answer }),
        // The board's own filter still answers; finding less is not an error worth a message.
        () => undefined,
      );
    }, ASK_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked, station]);
  return useMemo(
    () => (found.query === asked.text ? found.rows.filter((row) => !rows.has(row.id)) : []),
    [found, asked, rows],
  );
};

/** What the board screen shows, derived from rows, query and warehouse. */
export type Board = {
  /** All shipments grouped, before search and filter: what doors and counts are made from. */
  readonly groups: BoardGroups;
  readonly items: readonly BoardItem[];
  /** True when a query or a warehouse narrows the list. */
  readonly narrowed: boolean;
};

/** The board's list: grouped, narrowed by the search box and the warehouse, with older finds at its end. */
export const useBoard = (): Board => {
  const rows = useStation((state) => state.rows);
  const warehouseId = useScreens((state) => state.warehouseId);
  // Typing must never wait for a filter over 10 000 rows: the list may lag one render behind the box.
  const query = useDeferredValue(useScreens((state) => state.query));
  const [group] = useState(createBoardGrouping);
  const groups = useMemo(() => group(rows), [group, rows]);
  const found = useOlder(query, rows);
  const items = useMemo(() => {
    const older = warehouseId === null ? found : found.filter((row) => row.warehouseId === warehouseId);
    return boardItems(narrowGroups(groups, warehouseId, query), older);
  }, [groups, warehouseId, query, found]);
  return { groups, items, narrowed: query.trim() !== '' || warehouseId !== null };
};
