import { LoaderCircle, Plus, Search, SearchX, Truck, WifiOff, X } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { VirtualList } from '../components/virtual-list.tsx';
import { type Board, useBoard } from '../hooks/use-board.ts';
import { useNow } from '../hooks/use-now.ts';
import { useHome, useZone } from '../hooks/use-place.ts';
import type { BoardItem } from '../state/board-search.ts';
import { doorStates } from '../state/doors.ts';
import { type Loading, loadingOf } from '../state/loading.ts';
import { useScreens, useStation, useStationApi } from '../state/station-context.tsx';
import { ArrivalDialog } from './board/arrival-dialog.tsx';
import { DoorsLane, ONE_COLUMN } from './board/doors.tsx';
import { BoardRow } from './board/row.tsx';
import { WarehouseFilter } from './board/warehouse-filter.tsx';
import css from './board.module.css';

const keyOf = (item: BoardItem): string => (item.kind === 'row' ? item.row.id : item.group);
const isRow = (item: BoardItem): boolean => item.kind === 'row';
/** Heights in px before measuring; near enough that the scroll bar does not jump. */
const estimate = (item: BoardItem): number => (item.kind === 'row' ? 96 : 72);

const SearchBox = () => {
  const { t } = useTranslation();
  const query = useScreens((state) => state.query);
  const search = useScreens((state) => state.search);
  return (
    <div className={css.search}>
      <Search aria-hidden="true" />
      <input
        type="search"
        className={css.input}
        aria-label={t('board.search')}
        placeholder={t('board.search')}
        value={query}
        maxLength={100}
        spellCheck="false"
        autoComplete="off"
        data-testid="board-search"
        onChange={(event) => search(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && search('')}
      />
      {query !== '' && (
        <Button look="quiet" className={css.clear} aria-label={t('board.clear')} onPress={() => search('')}>
          <X aria-hidden="true" />
        </Button>
      )}
    </div>
  );
};

/** Nothing was found; among what is here so far, while not everything is. */
const NothingFound = ({ query, loading }: { readonly query: string; readonly loading: Loading }) => {
  const { t } = useTranslation();
  if (loading === null)
    return <EmptyState icon={SearchX} title={t('board.nothingTitle', { query })} text={t('board.nothingText')} />;
  const text = t(loading === 'loading' ? 'board.nothingYetText' : 'board.nothingStoppedText');
  return <EmptyState icon={SearchX} title={t('board.nothingYetTitle', { query })} text={text} />;
};

/** Why the list is empty: nothing announced, nothing found, nothing come yet, or nothing ever fetched. */
const NoRows = ({ onArrival }: { readonly onArrival: (() => void) | null }) => {
  const { t } = useTranslation();
  const query = useScreens((state) => state.query.trim());
  const narrowed = useScreens((state) => state.warehouseId !== null);
  const loading = useStation((state) => loadingOf(state.coverage, state.connection));
  const station = useStationApi();
  if (query !== '') return <NothingFound query={query} loading={loading} />;
  if (loading === 'loading')
    return <EmptyState icon={LoaderCircle} title={t('board.loadingTitle')} text={t('board.loadingText')} />;
  if (loading === 'stopped')
    return (
      <EmptyState icon={WifiOff} title={t('board.emptyTitle')} text={t('board.emptyOffline')}>
        <Button big look="primary" onPress={() => void station.retryNow()}>
          {t('connection.retry')}
        </Button>
      </EmptyState>
    );
  return (
    <EmptyState icon={Truck} title={t(narrowed ? 'board.nothingHere' : 'board.emptyTitle')} text={t('board.emptyText')}>
      {onArrival !== null && (
        <Button big onPress={onArrival}>
          {t('board.unplannedArrival')}
        </Button>
      )}
    </EmptyState>
  );
};

const ShipmentList = ({ board, onOpen }: { readonly board: Board; readonly onOpen: (id: string) => void }) => {
  const { t } = useTranslation();
  const format = useZone();
  const now = useNow(30);
  const doors = useStation((state) => state.doors);
  const names = useMemo(() => new Map(doors.map((door) => [door.id, door.name])), [doors]);
  const lastOpened = useScreens((state) => state.lastOpened);
  const render = useCallback(
    (item: BoardItem) =>
      item.kind === 'heading' ? (
        <h2 className={css.heading}>
          {t(`board.group.${item.group}`)}
          <span className={css.count}>{item.count}</span>
        </h2>
      ) : (
        <BoardRow
          row={item.row}
          doorName={item.row.doorId === null ? null : (names.get(item.row.doorId) ?? null)}
          format={format}
          now={now}
          onOpen={onOpen}
        />
      ),
    [t, names, format, now, onOpen],
  );
  return (
    <VirtualList
      items={board.items}
      keyOf={keyOf}
      estimate={estimate}
      label={t('board.list')}
      render={render}
      canFocus={isRow}
      focusFirst={board.items.findIndex((item) => item.kind === 'row' && item.row.id === lastOpened)}
    />
  );
};

/** What is at each door, what waits, what comes next, what is done: the screen a station shows all day. */
export const BoardScreen = () => {
  const { t } = useTranslation();
  const board = useBoard();
  const go = useScreens((state) => state.go);
  const chosen = useScreens((state) => state.warehouseId);
  const home = useHome().warehouse;
  const warehouses = useStation((state) => state.warehouses);
  const doors = useStation((state) => state.doors);
  const capacities = useStation((state) => state.capacities);
  const role = useStation((state) => state.session?.role);
  const canSave = useStation((state) => state.journalProblem === null);
  const [recording, setRecording] = useState(false);
  const shown = warehouses.find(({ id }) => id === chosen) ?? home;
  const format = useZone(shown?.id);
  const now = useNow(30);
  const open = useCallback((shipmentId: string) => go({ name: 'shipment', shipmentId }), [go]);
  const lane = useMemo(
    () => doorStates(doors, board.groups.dock, shown?.id ?? null),
    [doors, board.groups.dock, shown?.id],
  );
  const mayRecord = shown !== null && (role === 'receiver' || role === 'lead');

  return (
    <div className={css.board} data-testid="board" data-doors={lane.length > ONE_COLUMN ? 'many' : 'few'}>
      <h1 className="unseen">{t('board.title')}</h1>
      <DoorsLane
        warehouse={shown}
        doors={lane}
        capacity={capacities.find(({ id }) => id === shown?.id) ?? null}
        format={format}
        now={now}
        onOpen={open}
      />
      <section className={css.shipments} aria-label={t('board.list')}>
        <div className={css.tools}>
          <SearchBox />
          {warehouses.length > 1 && <WarehouseFilter warehouses={warehouses} />}
          {mayRecord && (
            <Button
              className={css.arrival}
              isDisabled={!canSave}
              onPress={() => setRecording(true)}
              data-testid="unplanned"
            >
              <Plus aria-hidden="true" />
              {t('board.unplannedArrival')}
            </Button>
          )}
        </div>
        {board.items.length > 0 ? (
          <ShipmentList board={board} onOpen={open} />
        ) : (
          <NoRows onArrival={mayRecord && canSave ? () => setRecording(true) : null} />
        )}
      </section>
      {recording && shown !== null && <ArrivalDialog warehouseId={shown.id} onClose={() => setRecording(false)} />}
    </div>
  );
};
