/** Menus are remembered, not shown: there is no menu bar. */
export class MenuImpl implements Pick<Electron.Menu, 'popup' | 'closePopup'> {
  static #application: Electron.Menu | null = null;

  static setApplicationMenu(menu: Electron.Menu | null): void {
    MenuImpl.#application = menu;
  }

  static getApplicationMenu(): Electron.Menu | null {
    return MenuImpl.#application;
  }

  static buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): MenuImpl {
    const menu = new MenuImpl();
    menu.template = template;
    return menu;
  }

  template: Electron.MenuItemConstructorOptions[] = [];

  popup(): void {}
  closePopup(): void {}
}
