import { ChevronDown } from 'lucide-react';
import { Button as AriaButton, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Warehouse } from '#contract/domain/places.ts';
import { cx } from '../../components/cx.ts';
import { useScreens } from '../../state/station-context.tsx';
import css from './warehouse-filter.module.css';

const ALL = 'all';

/** Narrows the board to one warehouse; shown only to people who may see several. */
export const WarehouseFilter = ({ warehouses }: { readonly warehouses: readonly Warehouse[] }) => {
  const { t } = useTranslation();
  const chosen = useScreens((state) => state.warehouseId);
  const narrow = useScreens((state) => state.narrow);
  return (
    <Select
      aria-label={t('board.warehouse')}
      className={cx(css.select)}
      value={chosen ?? ALL}
      onChange={(key) => narrow(key === ALL ? null : String(key))}
    >
      <AriaButton className={cx(css.button)} data-testid="warehouse-filter">
        <SelectValue className={cx(css.value)} />
        <ChevronDown aria-hidden="true" />
      </AriaButton>
      <Popover className={cx(css.popover)}>
        <ListBox className={cx(css.list)}>
          <ListBoxItem id={ALL} className={cx(css.option)}>
            {t('board.allWarehouses')}
          </ListBoxItem>
          {warehouses.map(({ id, name }) => (
            <ListBoxItem key={id} id={id} className={cx(css.option)}>
              {name}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
};
