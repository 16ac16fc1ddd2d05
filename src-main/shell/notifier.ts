import { Notification } from 'electron';
import type { InboxItem } from '#contract/bridge/view.ts';
import type { Log } from '../core/ports.ts';

export type NotifierOptions = {
  readonly onClick: (shipmentId: string | null) => void;
  readonly isSilent: () => boolean;
  readonly log: Log;
};

/** Kept references: a notification that is collected loses its click. */
const KEPT = 50;

/** Toasts of the system: best effort beside the alert inside the app, which a full-screen station relies on. */
export const createNotifier = ({ onClick, isSilent, log }: NotifierOptions): ((item: InboxItem) => void) => {
  const shown: Notification[] = [];
  return ({ title, body, shipmentId }) => {
    if (!Notification.isSupported()) return;
    const toast = new Notification({ title, body, silent: isSilent() });
    toast.on('click', () => onClick(shipmentId));
    toast.on('failed', () => log('toast.failed'));
    shown.push(toast);
    if (shown.length > KEPT) shown.shift();
    toast.show();
  };
};
