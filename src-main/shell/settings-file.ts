import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { settingsChange } from '#contract/bridge/channels.ts';
import type { StationSettings } from '#contract/bridge/view.ts';
import type { Log, SettingsStore } from '../core/ports.ts';
import type { Cipher } from './token-cipher.ts';

const storedServer = z.object({
  url: z.string(),
  /** Null after signing out. `sealed` is encrypted by the system, `plain` stands in a file only its owner may read. */
  token: z.union([z.object({ sealed: z.string() }), z.object({ plain: z.string() })]).nullable(),
  /** It came from the environment, so a newer environment may replace it. */
  fromEnvironment: z.boolean().default(false),
});
const stored = z.object({ version: z.literal(1), settings: settingsChange, server: storedServer.nullable() });
type Stored = z.infer<typeof stored>;

const DEFAULTS: StationSettings = {
  stationName: 'Station',
  doorId: null,
  screenInches: 21.5,
  theme: 'system',
  sounds: true,
};
const OWNER_ONLY = 0o600;

/** What may stand in the environment instead of being typed: `npm start`, tests and IT use it. */
export type Environment = { readonly serverUrl?: string; readonly token?: string; readonly stationName?: string };

export type SettingsFileOptions = {
  readonly file: string;
  readonly cipher: Cipher;
  readonly environment: Environment;
  readonly now: () => number;
  readonly log: Log;
  readonly onChange: (settings: StationSettings) => void;
};

/** `settings.json`: what a person or IT has set on this device. Replaced as a whole, so it is never half a file. */
export class SettingsFile implements SettingsStore {
  readonly #options: SettingsFileOptions;
  #stored: Stored;

  constructor(options: SettingsFileOptions) {
    this.#options = options;
    this.#stored = this.#read();
  }

  settings(): StationSettings {
    const { stationName } = this.#options.environment;
    const base = stationName === undefined ? DEFAULTS : { ...DEFAULTS, stationName };
    const set = Object.entries(this.#stored.settings).filter(([, value]) => value !== undefined);
    return { ...base, ...Object.fromEntries(set) };
  }

  async change(change: z.infer<typeof settingsChange>): Promise<StationSettings> {
    this.#write({ ...this.#stored, settings: { ...this.#stored.settings, ...change } });
    const settings = this.settings();
    this.#options.onChange(settings);
    return settings;
  }

  async server(): Promise<{ readonly serverUrl: string; readonly token: string } | null> {
    const { serverUrl, token } = this.#options.environment;
    const kept = this.#stored.server;
    if (serverUrl !== undefined && token !== undefined && (kept === null || kept.fromEnvironment)) {
      await this.#keep(serverUrl, token, true).catch(() => {
        // A profile that may not be written is no reason not to work: the environment says the same at the next start.
        this.#options.log('settings.not_written');
      });
      return { serverUrl, token };
    }
    // Somebody else (IT) may have written the file since.
    this.#stored = this.#read();
    const server = this.#stored.server;
    if (server === null || server.token === null) return null;
    const opened =
      'plain' in server.token ? server.token.plain : await this.#options.cipher.decrypt(server.token.sealed);
    if (opened === null) this.#options.log('settings.token_unreadable');
    return opened === null ? null : { serverUrl: server.url, token: opened };
  }

  async saveServer({ serverUrl, token }: { readonly serverUrl: string; readonly token: string }): Promise<void> {
    await this.#keep(serverUrl, token, false);
  }

  async forgetToken(): Promise<void> {
    const { server } = this.#stored;
    // Signing out is a person's word; the environment does not sign them in again at the next start.
    if (server !== null) this.#write({ ...this.#stored, server: { ...server, token: null, fromEnvironment: false } });
  }

  async #keep(url: string, token: string, fromEnvironment: boolean): Promise<void> {
    const sealed = await this.#options.cipher.encrypt(token);
    if (sealed === null) {
      this.#options.log('settings.token_unprotected', {
        message: 'This system offers no protected storage; the token is in a file only its owner may read.',
      });
    }
    const server = { url, token: sealed === null ? { plain: token } : { sealed }, fromEnvironment };
    this.#write({ ...this.#stored, server });
  }

  #read(): Stored {
    const { file, now, log } = this.#options;
    const empty: Stored = { version: 1, settings: {}, server: null };
    if (!existsSync(file)) return empty;
    try {
      return stored.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      const aside = `${file}.bad-${now()}`;
      log('settings.unreadable');
      try {
        renameSync(file, aside);
      } catch {
        log('settings.not_set_aside');
      }
      return empty;
    }
  }

  #write(next: Stored): void {
    const { file } = this.#options;
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(`${file}.new`, 'w', OWNER_ONLY);
    try {
      writeSync(handle, JSON.stringify(next, null, 2));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(`${file}.new`, file);
    this.#stored = next;
  }
}
