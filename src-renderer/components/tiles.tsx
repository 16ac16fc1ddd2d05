import { Label, Radio, RadioGroup } from 'react-aria-components';
import { cx } from './cx.ts';
import css from './tiles.module.css';

/** A choice: `note` is the second, smaller line (what it is taken by, whose it is). */
export type Tile<V extends string> = {
  readonly value: V;
  readonly label: string;
  readonly note?: string;
  readonly disabled?: boolean;
};

type Props<V extends string> = {
  readonly label: string;
  readonly tiles: readonly Tile<V>[];
  readonly value: V | null;
  readonly onChange: (value: V) => void;
  /** How wide a tile at least is: door numbers are narrow, sentences wide. */
  readonly size?: 'narrow' | 'normal' | 'wide';
  /** Test ids become `<testId>-<value>`. */
  readonly testId?: string;
};

/** One of several, each a tile of 20 mm: reasons, doors, kinds. Arrow keys move, as in any radio group. */
export const Tiles = <V extends string>({ label, tiles, value, onChange, size = 'normal', testId }: Props<V>) => (
  <RadioGroup
    className={cx(css.group)}
    value={value}
    onChange={(chosen) => {
      const tile = tiles.find((candidate) => candidate.value === chosen);
      if (tile !== undefined) onChange(tile.value);
    }}
  >
    <Label className={cx(css.label)}>{label}</Label>
    <div className={cx(css.tiles, size !== 'normal' && css[size])}>
      {tiles.map((tile) => (
        <Radio
          key={tile.value}
          value={tile.value}
          className={cx(css.tile)}
          isDisabled={tile.disabled === true}
          data-testid={testId === undefined ? undefined : `${testId}-${tile.value}`}
        >
          <span>{tile.label}</span>
          {tile.note !== undefined && <span className={css.note}>{tile.note}</span>}
        </Radio>
      ))}
    </div>
  </RadioGroup>
);
