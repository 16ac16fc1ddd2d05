import { CircleCheckBig, PackageOpen } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { compareQuantity, subtractQuantity } from '#contract/domain/quantity.ts';
import type { ShipmentLine } from '#contract/domain/shipment.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { VirtualList } from '../../components/virtual-list.tsx';
import { useDesk } from './desk.ts';
import css from './tab.module.css';

const FILTERS = ['all', 'open', 'different'] as const;
type Filter = (typeof FILTERS)[number];

const isDifferent = (line: ShipmentLine): boolean =>
  (line.counted !== null && compareQuantity(line.counted, line.expected) !== 0) ||
  (line.damaged !== null && compareQuantity(line.damaged, '0') > 0);

const KEEP: { readonly [F in Filter]: (line: ShipmentLine) => boolean } = {
  all: () => true,
  open: (line) => line.counted === null,
  different: isDifferent,
};

/** Counted against announced, in words: short, over, as announced, not counted. */
const Outcome = ({ line }: { readonly line: ShipmentLine }) => {
  const { t } = useTranslation();
  if (line.counted === null) return <Chip meaning="waiting" look="quiet" word={t('lines.notCounted')} />;
  const order = compareQuantity(line.counted, line.expected);
  if (order === 0) return <Chip meaning="done" look="quiet" word={t('lines.matches')} />;
  const difference =
    order < 0 ? subtractQuantity(line.expected, line.counted) : subtractQuantity(line.counted, line.expected);
  const word = t(order < 0 ? 'lines.countedBelow' : 'lines.countedAbove', { difference });
  return <Chip meaning="attention" look="quiet" word={word} />;
};

const LineRow = ({ line, onCount }: { readonly line: ShipmentLine; readonly onCount: (() => void) | null }) => {
  const { t } = useTranslation();
  const facts = [
    line.sku,
    line.gtin,
    line.lot === null ? null : t('lines.lot', { lot: line.lot }),
    line.expiresOn === null ? null : t('lines.expires', { date: line.expiresOn }),
  ].filter((part) => part !== null);
  const damaged = line.damaged !== null && compareQuantity(line.damaged, '0') > 0 ? line.damaged : null;
  const cells = (
    <>
      <span className={css.no}>{line.lineNumber}</span>
      <span className={css.words}>
        <span className={cx(css.ellipsis, css.main)}>{line.description ?? line.sku ?? t('lines.noDescription')}</span>
        <span className={cx(css.ellipsis, css.sub)}>{facts.join(' · ')}</span>
      </span>
      <span className={css.qty}>
        <span>
          {line.counted !== null && `${line.counted} / `}
          {line.expected} <span className={css.unit}>{line.unit}</span>
        </span>
        <span className={css.small}>
          <Outcome line={line} />
          {damaged !== null && (
            <Chip meaning="failed" look="quiet" word={t('lines.damagedCount', { quantity: damaged })} />
          )}
        </span>
      </span>
    </>
  );
  const hooks = { 'data-testid': 'line-row', 'data-line-id': line.id, 'data-line-number': line.lineNumber };
  return onCount === null ? (
    <div className={css.line} {...hooks}>
      {cells}
    </div>
  ) : (
    <button type="button" className={css.line} onClick={onCount} {...hooks}>
      {cells}
    </button>
  );
};

const keyOf = (line: ShipmentLine): string => line.id;
const estimate = (): number => 96;

/** What was announced against what was counted. While counting, a press on a line opens the number pad. */
export const LinesTab = () => {
  const { t } = useTranslation();
  const { shipment, why, begin } = useDesk();
  const [filter, setFilter] = useState<Filter>('all');
  const mayCount = why('setCount') === null;
  const lines = useMemo(
    () => shipment.lines.filter(KEEP[filter]).sort((a, b) => a.lineNumber - b.lineNumber),
    [shipment.lines, filter],
  );
  const render = useCallback(
    (line: ShipmentLine) => <LineRow line={line} onCount={mayCount ? () => begin('setCount', line.id) : null} />,
    [mayCount, begin],
  );
  if (shipment.lines.length === 0)
    return <EmptyState icon={PackageOpen} title={t('lines.emptyTitle')} text={t('lines.emptyText')} />;
  return (
    <div className={css.tab}>
      <div className={css.tools}>
        {FILTERS.map((name) => (
          <Button key={name} className={css.tool} aria-pressed={filter === name} onPress={() => setFilter(name)}>
            {t(`lines.${name}`)}
            <span>{shipment.lines.filter(KEEP[name]).length}</span>
          </Button>
        ))}
      </div>
      {lines.length === 0 ? (
        <EmptyState icon={CircleCheckBig} title={t(filter === 'open' ? 'lines.noneOpen' : 'lines.noneDifferent')} />
      ) : (
        <VirtualList items={lines} keyOf={keyOf} estimate={estimate} label={t('tab.lines')} render={render} />
      )}
    </div>
  );
};
