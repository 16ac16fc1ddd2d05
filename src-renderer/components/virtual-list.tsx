import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useEffect, useRef } from 'react';
import css from './virtual-list.module.css';

type Props<T> = {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Height of an item in px before it has been measured. */
  readonly estimate: (item: T) => number;
  readonly label: string;
  readonly render: (item: T) => ReactNode;
  /** Items that can be opened take part in arrow keys; headings do not. */
  readonly canFocus?: (item: T) => boolean;
  /** Index to show and focus when the list first appears. */
  readonly focusFirst?: number;
};

const always = (): boolean => true;

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/** The next index in a direction that can take the focus; stays when there is none. */
export const stepFocus = (from: number, by: number, count: number, can: (index: number) => boolean): number => {
  const towards = Math.sign(by);
  const wanted = Math.min(count - 1, Math.max(0, from + by));
  for (let index = wanted; index >= 0 && index < count; index += towards) if (can(index)) return index;
  for (let index = wanted; index !== from; index -= towards) if (can(index)) return index;
  return from;
};

/** A list of any length that renders only what is in view. Arrow and page keys, Home and End move between its buttons. */
export const VirtualList = <T,>(props: Props<T>) => {
  const { items, keyOf, estimate, label, render, canFocus = always, focusFirst = -1 } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => {
      const item = items[index];
      return item === undefined ? 0 : estimate(item);
    },
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: 6,
  });

  const focus = useCallback(
    (index: number): void => {
      list.scrollToIndex(index, { align: 'auto' });
      // The row may only be rendered by the scroll, hence the next frame.
      requestAnimationFrame(() => {
        scroll.current?.querySelector<HTMLElement>(`[data-index="${index}"] button`)?.focus({ preventScroll: true });
      });
    },
    [list],
  );
  const shownFirst = useRef(focusFirst);
  useEffect(() => {
    if (shownFirst.current < 0) return;
    focus(shownFirst.current);
    shownFirst.current = -1;
  }, [focus]);

  // Listened to natively: the region scrolls and holds buttons, it is no widget itself and takes no role of one.
  useEffect(() => {
    const region = scroll.current;
    const can = (index: number): boolean => {
      const item = items[index];
      return item !== undefined && canFocus(item);
    };
    const move = (event: KeyboardEvent): void => {
      const from = document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset.index;
      const by = event.key === 'Home' ? -items.length : event.key === 'End' ? items.length : STEPS[event.key];
      if (from === undefined || by === undefined) return;
      event.preventDefault();
      focus(stepFocus(Number(from), by, items.length, can));
    };
    region?.addEventListener('keydown', move);
    return () => region?.removeEventListener('keydown', move);
  }, [items, canFocus, focus]);

  return (
    <div ref={scroll} className={css.scroll}>
      <ul className={css.list} aria-label={label} style={{ blockSize: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, key, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <li
              key={key}
              ref={list.measureElement}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={items.length}
              className={css.item}
              style={{ transform: `translateY(${start}px)` }}
            >
              {render(item)}
            </li>
          );
        })}
      </ul>
    </div>
  );
};
