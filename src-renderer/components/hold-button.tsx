import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from './cx.ts';
import css from './hold-button.module.css';

/** How long a press must last before it counts. */
export const HOLD_MS = 1000;
/** A screen reader cannot hold: its press arms the button for this long, and the next one counts. */
const ARMED_MS = 6000;

type Props = {
  readonly onHeld: () => void;
  readonly disabled?: boolean;
  readonly danger?: boolean;
  readonly children: ReactNode;
  readonly testId?: string;
  readonly command?: string;
};

const isHoldKey = (event: KeyboardEvent): boolean => event.key === 'Enter' || event.key === ' ';

/**
 * For what cannot be taken back: counts after being held for a second by finger, mouse, Enter or Space. A click without
 * a pointer (screen reader, switch) arms it and counts the second time.
 */
export const HoldButton = ({ onHeld, disabled = false, danger = false, children, testId, command }: Props) => {
  const { t } = useTranslation();
  const [phase, setPhase] = useState<'rest' | 'holding' | 'armed'>('rest');
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const rest = (): void => {
    clearTimeout(timer.current);
    setPhase('rest');
  };
  const wait = (next: 'holding' | 'armed', ms: number, then: () => void): void => {
    clearTimeout(timer.current);
    setPhase(next);
    timer.current = setTimeout(then, ms);
  };
  const begin = (): void => {
    if (disabled) return;
    wait('holding', HOLD_MS, () => {
      setPhase('rest');
      onHeld();
    });
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <button
      type="button"
      className={cx(css.hold, danger && css.danger)}
      disabled={disabled}
      data-holding={phase === 'holding'}
      data-testid={testId}
      data-command={command}
      onPointerDown={(event: PointerEvent<HTMLButtonElement>) => event.button === 0 && begin()}
      onPointerUp={() => phase === 'holding' && rest()}
      onPointerLeave={() => phase === 'holding' && rest()}
      onPointerCancel={rest}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isHoldKey(event)) return;
        event.preventDefault();
        if (!event.repeat) begin();
      }}
      onKeyUp={(event) => isHoldKey(event) && phase === 'holding' && rest()}
      onBlur={rest}
      onClick={(event) => {
        if (event.detail !== 0 || disabled) return;
        if (phase !== 'armed') return wait('armed', ARMED_MS, () => setPhase('rest'));
        rest();
        onHeld();
      }}
    >
      <span className={css.fill} />
      <span className={css.text}>
        <span>{children}</span>
        <span className={css.hint} aria-live="polite">
          {t(phase === 'rest' ? 'hold.hint' : phase === 'armed' ? 'hold.again' : 'hold.keep')}
        </span>
      </span>
    </button>
  );
};
