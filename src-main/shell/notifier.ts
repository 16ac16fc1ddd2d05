import { Notification } from 'electron';
import type { Log, Toasts } from '../core/ports.ts';

export type NotifierOptions = {
  readonly onClick: (shipmentId: string | null) => void;
  readonly isSilent: () => boolean;
  readonly log: Log;
};

/** Kept references: a notification that is collected loses its click. */
const KEPT = 50;

/** Toasts of the system: best effort beside the alert inside the app, which a full-screen station relies on. */
export const createNotifier = ({ onClick, isSilent, log }: NotifierOptions): Toasts => {
  /** By seq, oldest first. */
  const shown = new Map<number, Notification>();
  return {
    show: ({ seq, title, body, shipmentId }) => {
      if (!Notification.isSupported()) return;
      const toast = new Notification({ title, body, silent: isSilent() });
      toast.on('click', () => onClick(shipmentId));
      toast.on('failed', () => log('toast.failed'));
      shown.set(seq, toast);
      const [oldest] = shown.keys();
      if (shown.size > KEPT && oldest !== undefined) shown.delete(oldest);
      toast.show();
    },
    withdraw: (seqs) => {
      for (const seq of seqs) {
        shown.get(seq)?.close();
        shown.delete(seq);
      }
    },
  };
};
