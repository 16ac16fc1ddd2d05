import { EventEmitter } from 'node:events';
import { StandInEvent } from './event.ts';

type Options = Electron.NotificationConstructorOptions;
type Surface = Omit<Electron.Notification, keyof NodeJS.EventEmitter>;
type Activation = Parameters<typeof Electron.Notification.handleActivation>[0];

/** Every notification shown, oldest first; kept when it is closed. */
export const shownNotifications: NotificationImpl[] = [];
const state: { activation: Activation | undefined; failure: string | undefined } = {
  activation: undefined,
  failure: undefined,
};

/** A notification nobody sees: it is recorded, and a test acts for the person. */
export class NotificationImpl extends EventEmitter implements Surface {
  static isSupported(): boolean {
    return true;
  }

  static handleActivation(callback: Activation): void {
    state.activation = callback;
  }

  readonly id: string;
  readonly groupId: string;
  readonly groupTitle: string;
  title: string;
  subtitle: string;
  body: string;
  silent: boolean;
  hasReply: boolean;
  timeoutType: NonNullable<Options['timeoutType']>;
  replyPlaceholder: string;
  sound: string;
  urgency: NonNullable<Options['urgency']>;
  actions: Electron.NotificationAction[];
  closeButtonText: string;
  toastXml: string;
  #isShown = false;

  constructor(options: Options = {}) {
    super();
    this.id = options.id ?? '';
    this.groupId = options.groupId ?? '';
    this.groupTitle = options.groupTitle ?? '';
    this.title = options.title ?? '';
    this.subtitle = options.subtitle ?? '';
    this.body = options.body ?? '';
    this.silent = options.silent ?? false;
    this.hasReply = options.hasReply ?? false;
    this.timeoutType = options.timeoutType ?? 'default';
    this.replyPlaceholder = options.replyPlaceholder ?? '';
    this.sound = options.sound ?? '';
    this.urgency = options.urgency ?? 'normal';
    this.actions = options.actions ?? [];
    this.closeButtonText = options.closeButtonText ?? '';
    this.toastXml = options.toastXml ?? '';
  }

  get isShown(): boolean {
    return this.#isShown;
  }

  show(): void {
    // Later, as from the system: the app has had its turn to listen.
    queueMicrotask(() => {
      if (state.failure !== undefined) {
        this.emit('failed', new StandInEvent({ error: state.failure }), state.failure);
        return;
      }
      this.#isShown = true;
      if (!shownNotifications.includes(this)) shownNotifications.push(this);
      this.emit('show', new StandInEvent());
    });
  }

  close(): void {
    this.dismiss('applicationHidden');
  }

  /** As if it had gone from the screen. */
  dismiss(reason: NonNullable<Electron.NotificationCloseEventParams['reason']>): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.emit('close', new StandInEvent({ reason }));
  }

  /** As if a person had clicked it; it goes away, as notifications do. */
  click(): void {
    this.emit('click', new StandInEvent());
    this.dismiss('userCanceled');
  }

  /** As if a person had pressed one of its buttons. */
  press(actionIndex: number): void {
    this.emit('action', new StandInEvent({ actionIndex, selectionIndex: -1 }), actionIndex, -1);
    this.dismiss('userCanceled');
  }
}

/** From now on the system refuses notifications with this error; undefined: it shows them again. */
export const failNotifications = (error: string | undefined): void => {
  state.failure = error;
};

/** As if a toast of an earlier run had been clicked (Windows). */
export const activateNotification = (details: Electron.ActivationArguments): void => state.activation?.(details);
