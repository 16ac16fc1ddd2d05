import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import css from './button.module.css';
import { cx } from './cx.ts';

type Props = Omit<ButtonProps, 'className' | 'children' | 'style'> & {
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly big?: boolean;
  readonly className?: string | undefined;
  readonly children: ReactNode;
  readonly 'data-testid'?: string | undefined;
  readonly 'data-command'?: string;
};

/** A button of glove size: 15 mm at least, 20 mm when `big`. Presses work by touch, mouse, keyboard and screen reader. */
export const Button = ({ look = 'plain', big = false, className, ...rest }: Props) => (
  <AriaButton {...rest} className={cx(css.button, css[look], big && css.big, className)} />
);
