import { EventEmitter } from 'node:events';

type Source = Electron.NativeTheme['themeSource'];
type Surface = Pick<Electron.NativeTheme, 'themeSource' | 'shouldUseDarkColors' | 'shouldUseHighContrastColors'>;

export class NativeThemeImpl extends EventEmitter implements Surface {
  readonly shouldUseHighContrastColors = false;
  #source: Source = 'system';
  #systemIsDark = false;

  get themeSource(): Source {
    return this.#source;
  }

  set themeSource(source: Source) {
    if (source === this.#source) return;
    this.#source = source;
    this.emit('updated');
  }

  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark' || (this.#source === 'system' && this.#systemIsDark);
  }

  /** What pages are told, undefined while nobody has chosen. */
  get pageScheme(): 'light' | 'dark' | undefined {
    if (this.#source !== 'system') return this.#source;
    return this.#systemIsDark ? 'dark' : undefined;
  }

  /** As if the user had changed the system's appearance. */
  setSystemDark(dark: boolean): void {
    this.#systemIsDark = dark;
    this.emit('updated');
  }
}

export const nativeThemeImpl = new NativeThemeImpl();
