import { type ReactNode, useId, useState } from 'react';
import { canBecomeQuantity, type PadKey, typeKey } from '../state/quantity-text.ts';
import { NumberKeys } from './number-keys.tsx';
import css from './quantity-pad.module.css';

/** One number to type; `unit` is shown beside it and not part of the value. */
export type Slot<K extends string> = { readonly key: K; readonly label: string; readonly unit?: string };

type Props<K extends string> = {
  readonly slots: readonly Slot<K>[];
  readonly values: Readonly<Record<K, string>>;
  readonly onChange: (key: K, value: string) => void;
  /** Test ids become `<testId>-<slot key>`. */
  readonly testId: string;
  /** What else belongs to the numbers: it stands under them, beside the keys. */
  readonly children?: ReactNode;
};

/**
 * Our own number pad: a scanner counts as a keyboard, so Windows never shows its touch keyboard. It types into the slot
 * touched last; what was there before is replaced by the first digit, as on a calculator.
 */
export const QuantityPad = <K extends string>({ slots, values, onChange, testId, children }: Props<K>) => {
  const id = useId();
  const [active, setActive] = useState<{ readonly key: K | null; readonly fresh: boolean }>({ key: null, fresh: true });
  const target = active.key ?? slots[0]?.key ?? null;

  const press = (key: PadKey): void => {
    if (target === null) return;
    const before = active.fresh && key !== 'back' ? '' : values[target];
    onChange(target, typeKey(before, key));
    setActive({ key: target, fresh: false });
  };

  return (
    <div className={css.pad}>
      <div className={css.slots}>
        {slots.map((slot) => (
          <div key={slot.key} className={css.slot}>
            <label className={css.label} htmlFor={`${id}${slot.key}`}>
              {slot.label}
              {slot.unit !== undefined && <span className={css.unit}>{slot.unit}</span>}
            </label>
            <input
              id={`${id}${slot.key}`}
              className={css.input}
              inputMode="none"
              autoComplete="off"
              data-active={slot.key === target}
              data-testid={`${testId}-${slot.key}`}
              value={values[slot.key]}
              onFocus={(event) => {
                setActive({ key: slot.key, fresh: true });
                event.target.select();
              }}
              onChange={(event) => {
                if (!canBecomeQuantity(event.target.value)) return;
                setActive({ key: slot.key, fresh: false });
                onChange(slot.key, event.target.value);
              }}
            />
          </div>
        ))}
        {children}
      </div>
      <NumberKeys onPress={press} />
    </div>
  );
};
