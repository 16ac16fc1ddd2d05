import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '../text/error-text.ts';
import { cx } from './cx.ts';
import css from './notice.module.css';
import { Shape } from './shape.tsx';

type Props = {
  readonly kind: 'failed' | 'attention';
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly testId?: string;
  /** `alert` interrupts a screen reader; leave out for what was there when the screen opened. */
  readonly role?: 'alert' | 'status';
};

/** A message in the flow of a screen, with at most one action at its end. */
export const Notice = ({ kind, title, children, action, testId, role }: Props) => (
  <div className={cx(css.notice, css[kind])} role={role} data-testid={testId}>
    <span className={css.shape}>
      <Shape meaning={kind} />
    </span>
    <div className={css.words}>
      <p className={css.title}>{title}</p>
      {children !== undefined && <div className={css.text}>{children}</div>}
    </div>
    {action}
  </div>
);

/** A refusal in three sentences: what happened, what is safe, what to do. `title` defaults to what happened. */
export const ErrorNotice = ({
  code,
  title,
  action,
  testId,
}: {
  readonly code: ErrorCode;
  readonly title?: string;
  readonly action?: ReactNode;
  readonly testId?: string;
}) => {
  const { t } = useTranslation();
  const what = t(`errors.${code}.what`);
  return (
    <Notice
      kind="failed"
      role="alert"
      title={title ?? what}
      action={action}
      {...(testId === undefined ? {} : { testId })}
    >
      {title !== undefined && `${what} `}
      {t(`errors.${code}.safe`)} {t(`errors.${code}.act`)}
    </Notice>
  );
};
