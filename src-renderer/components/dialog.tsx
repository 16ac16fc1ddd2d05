import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import css from './dialog.module.css';

type Props = {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the bottom; they stay in view while the body scrolls. */
  readonly foot?: ReactNode;
  readonly wide?: boolean;
  readonly testId?: string;
};

/** A question over the screen. Escape, the cross and a press outside close it without doing anything. */
export const Dialog = ({ title, onClose, children, foot, wide = false, testId }: Props) => {
  const { t } = useTranslation();
  return (
    <ModalOverlay className={cx(css.overlay)} isOpen isDismissable onOpenChange={(open) => open || onClose()}>
      <Modal className={cx(css.modal, wide && css.wide)}>
        <AriaDialog className={cx(css.dialog)} data-testid={testId}>
          <div className={css.head}>
            <Heading slot="title" level={2} className={cx(css.title)}>
              {title}
            </Heading>
            <Button look="quiet" aria-label={t('app.close')} onPress={onClose}>
              <X aria-hidden="true" />
            </Button>
          </div>
          <div className={css.body}>{children}</div>
          {foot !== undefined && <div className={css.foot}>{foot}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
};
