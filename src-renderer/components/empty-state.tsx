import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import css from './empty-state.module.css';

type Props = {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
};

/** What stands where nothing is: why, and what can be done about it. */
export const EmptyState = ({ icon: Icon, title, text, children }: Props) => (
  <div className={css.empty}>
    <Icon className={css.icon} aria-hidden="true" strokeWidth={1.5} />
    <h2 className={css.title}>{title}</h2>
    {text !== undefined && <p className={css.text}>{text}</p>}
    {children !== undefined && <div className={css.actions}>{children}</div>}
  </div>
);
