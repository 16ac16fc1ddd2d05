/** What Electron passes as the first argument of its events: parameters plus `preventDefault`. */
export class StandInEvent {
  defaultPrevented = false;

  constructor(params: object = {}) {
    Object.assign(this, params);
  }

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}
