import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Capacity, Warehouse } from '#contract/domain/places.ts';
import { Chip } from '../../components/chip.tsx';
import { cx } from '../../components/cx.ts';
import { STATUS_MEANING } from '../../components/status-chip.tsx';
import type { DoorState } from '../../state/doors.ts';
import { minutesSince } from '../../state/lateness.ts';
import type { Format } from '../../text/format.ts';
import css from './doors.module.css';

/** More doors than this stand in two columns; up to ten never scroll on a kiosk. */
export const ONE_COLUMN = 10;
const FEW = 6;
/** Names longer than this ("Cold 12") are set smaller so that they fit their square. */
const SHORT_NAME = 3;
/** Percent taken from which the bar warns. */
const NEARLY_FULL = 85;

type DoorProps = {
  readonly state: DoorState;
  readonly format: Format;
  readonly now: number;
  readonly onOpen: (shipmentId: string) => void;
  /** Two columns leave room for the number and whole minutes only. */
  readonly compact: boolean;
};

const DoorName = ({ name }: { readonly name: string }) => (
  <span className={cx(css.name, name.length > SHORT_NAME && css.long)}>{name}</span>
);

const Door = memo(({ state: { door, here }, format, now, onOpen, compact }: DoorProps) => {
  const { t } = useTranslation();
  const first = here[0];
  if (first === undefined)
    return (
      <div className={cx(css.door, css.free)} data-testid={`door-${door.id}`} data-free={door.inService}>
        <DoorName name={door.name} />
        <span>{t(door.inService ? 'board.doorFree' : 'board.doorOut')}</span>
      </div>
    );
  const meaning = STATUS_MEANING[first.status];
  const minutes = minutesSince(first.statusChangedAt, now);
  const held = first.quality === 'on_hold';
  return (
    <button
      type="button"
      className={css.door}
      data-meaning={here.length > 1 || held ? 'attention' : meaning}
      data-testid={`door-${door.id}`}
      data-shipment-id={first.id}
      onClick={() => onOpen(first.id)}
    >
      <DoorName name={door.name} />
      <span className={css.here}>
        <span className={css.line}>
          <Chip meaning={meaning} look="quiet" word={t(`status.${first.status}`)} className={css.status} />
          <span className={css.minutes}>
            {compact ? t('time.minutes', { count: minutes }) : format.duration(minutes)}
          </span>
        </span>
        {here.length > 1 ? (
          <Chip
            meaning="attention"
            look="quiet"
            word={t('board.doorClash', { count: here.length - 1 })}
            className={css.alarm}
          />
        ) : (
          <span className={css.line}>
            <span className={css.what}>
              <strong>{first.number}</strong> {!compact && first.supplierName}
            </span>
            {held && <Chip meaning="attention" look="quiet" word={t('quality.on_hold')} className={css.alarm} />}
          </span>
        )}
      </span>
    </button>
  );
});
Door.displayName = 'Door';

const Room = ({ capacity }: { readonly capacity: Capacity }) => {
  const { t } = useTranslation();
  return (
    <div className={css.room}>
      <dl>
        <dt>{t('board.capacity')}</dt>
        <dd>{t('board.capacityText', { available: capacity.available, total: capacity.total })}</dd>
      </dl>
      <div className={css.bar}>
        <div
          className={css.taken}
          data-full={capacity.utilization >= NEARLY_FULL}
          style={{ inlineSize: `${capacity.utilization}%` }}
        />
      </div>
    </div>
  );
};

type LaneProps = Omit<DoorProps, 'state' | 'compact'> & {
  readonly warehouse: Warehouse | null;
  readonly doors: readonly DoorState[];
  readonly capacity: Capacity | null;
};

/** Every door of one warehouse, always in the same place, readable from two metres. */
export const DoorsLane = ({ warehouse, doors, capacity, ...rest }: LaneProps) => {
  const { t } = useTranslation();
  const compact = doors.length > ONE_COLUMN;
  return (
    <section className={css.lane} aria-label={t('board.doors')}>
      <div className={css.head}>
        <h2 className={css.title}>{warehouse?.name ?? t('board.doors')}</h2>
      </div>
      {doors.length === 0 ? (
        <div className={css.room}>
          <strong>{t('board.noDoors')}</strong>
          <span>{t('board.noDoorsText')}</span>
        </div>
      ) : (
        <ul className={cx(css.doors, compact && css.two)} data-count={doors.length <= FEW ? 'few' : 'many'}>
          {doors.map((state) => (
            <li key={state.door.id}>
              <Door state={state} compact={compact} {...rest} />
            </li>
          ))}
        </ul>
      )}
      {capacity !== null && <Room capacity={capacity} />}
    </section>
  );
};
