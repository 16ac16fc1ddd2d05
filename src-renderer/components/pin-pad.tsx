import { useId } from 'react';
import { typePin } from '../state/quantity-text.ts';
import { NumberKeys } from './number-keys.tsx';
import css from './quantity-pad.module.css';

type Props = { readonly label: string; readonly value: string; readonly onChange: (pin: string) => void };

/** A PIN on our own pad, never shown in clear and never offered to a password store. */
export const PinPad = ({ label, value, onChange }: Props) => {
  const id = useId();
  return (
    <div className={css.pad}>
      <div className={css.slot}>
        <label className={css.label} htmlFor={id}>
          {label}
        </label>
        <input
          id={id}
          type="password"
          className={css.input}
          inputMode="none"
          autoComplete="one-time-code"
          data-active="true"
          data-testid="lead-pin"
          value={value}
          onChange={(event) => /^\d{0,20}$/.test(event.target.value) && onChange(event.target.value)}
        />
      </div>
      <NumberKeys point={false} onPress={(key) => onChange(typePin(value, key))} />
    </div>
  );
};
