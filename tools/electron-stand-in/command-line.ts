import { strict } from './strict.ts';

type Surface = Pick<
  Electron.CommandLine,
  'appendSwitch' | 'appendArgument' | 'getSwitchValue' | 'hasSwitch' | 'removeSwitch'
>;

/** Chromium's command line as the app sees it. Switches the app appends are remembered but do not reach Chromium. */
export class CommandLineImpl implements Surface {
  readonly #switches = new Map<string, string>();

  constructor(argv: readonly string[]) {
    for (const argument of argv) {
      const [, name, value = ''] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
      if (name) this.appendSwitch(name, value);
    }
  }

  appendSwitch(name: string, value = ''): void {
    // Lower case, as Electron has done since 36.
    this.#switches.set(name.toLowerCase(), value);
  }

  appendArgument(argument: string): void {
    const [, name, value = ''] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name) this.appendSwitch(name, value);
  }

  getSwitchValue(name: string): string {
    return this.#switches.get(name.toLowerCase()) ?? '';
  }

  hasSwitch(name: string): boolean {
    return this.#switches.has(name.toLowerCase());
  }

  removeSwitch(name: string): void {
    this.#switches.delete(name.toLowerCase());
  }
}

export const commandLine = strict('app.commandLine', new CommandLineImpl(process.argv));
