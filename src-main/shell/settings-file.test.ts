import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StationSettings } from '#contract/bridge/view.ts';
import { openLog, redact } from './log-file.ts';
import { type Environment, SettingsFile } from './settings-file.ts';
import type { Cipher } from './token-cipher.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYXJhIn0.c2lnbmF0dXJl';

let dir: string;
let logged: string[];
let changed: StationSettings[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-settings-'));
  logged = [];
  changed = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const real: Cipher = {
  encrypt: async (text) => Buffer.from(text).reverse().toString('base64'),
  decrypt: async (sealed) => Buffer.from(sealed, 'base64').reverse().toString(),
};
const none: Cipher = { encrypt: async () => null, decrypt: async () => null };
const file = () => join(dir, 'profile', 'settings.json');
const open = (cipher = real, environment: Environment = {}) =>
  new SettingsFile({
    file: file(),
    cipher,
    environment,
    now: () => 7,
    log: (event) => logged.push(event),
    onChange: (settings) => changed.push(settings),
  });

describe('settings', () => {
  it('begin as they come, and are kept as they are changed', async () => {
    const settings = open();
    expect(settings.settings()).toEqual({
      stationName: 'Station',
      doorId: null,
      screenInches: 21.5,
      theme: 'system',
      sounds: true,
    });
    expect(await settings.change({ stationName: 'Dock 4', theme: 'dark' })).toMatchObject({
      stationName: 'Dock 4',
      theme: 'dark',
      sounds: true,
    });
    await settings.change({ doorId: 'D4' });
    expect(open().settings()).toMatchObject({ stationName: 'Dock 4', theme: 'dark', doorId: 'D4' });
    expect(changed).toHaveLength(2);
  });

  it('take a name from the environment until a person gives one', async () => {
    expect(open(real, { stationName: 'From IT' }).settings().stationName).toBe('From IT');
    await open(real, { stationName: 'From IT' }).change({ stationName: 'Mine' });
    expect(open(real, { stationName: 'From IT' }).settings().stationName).toBe('Mine');
  });

  it('that cannot be read are set aside, not lost', () => {
    open();
    for (const bad of ['{"version":1,', '{"version":9}', 'null']) {
      rmSync(dir, { recursive: true, force: true });
      dir = mkdtempSync(join(tmpdir(), 'dockline-settings-'));
      void open().change({});
      writeFileSync(file(), bad);
      expect(open().settings().stationName).toBe('Station');
      expect(readFileSync(`${file()}.bad-7`, 'utf8')).toBe(bad);
    }
    expect(logged).toContain('settings.unreadable');
  });

  it('are replaced as a whole, for their owner only', async () => {
    await open().change({ sounds: false });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, 'profile'))).toEqual(['settings.json']);
  });
});

describe('the server', () => {
  const server = { serverUrl: 'http://dock:5001', token: TOKEN };

  it('is kept with its token encrypted', async () => {
    await open().saveServer(server);
    expect(readFileSync(file(), 'utf8')).not.toContain(TOKEN);
    expect(await open().server()).toEqual(server);
  });

  it('is kept readable by the owner alone where the system protects nothing, and the log says so', async () => {
    await open(none).saveServer(server);
    expect(await open(none).server()).toEqual(server);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(logged).toContain('settings.token_unprotected');
  });

  it('is none after signing out, though the settings stay', async () => {
    const settings = open();
    await settings.saveServer(server);
    await settings.change({ doorId: 'D4' });
    await settings.forgetToken();
    expect([await open().server(), open().settings().doorId]).toEqual([null, 'D4']);
    expect(readFileSync(file(), 'utf8')).not.toContain(await real.encrypt(TOKEN));
  });

  it('is none when the token cannot be decrypted here', async () => {
    await open().saveServer(server);
    expect(await open(none).server()).toBeNull();
    expect(logged).toContain('settings.token_unreadable');
  });

  it('comes from the environment when nobody has set one, and follows it until somebody does', async () => {
    expect(await open(real, server).server()).toEqual(server);
    const newer = { ...server, token: `${TOKEN}2` };
    expect(await open(real, newer).server()).toEqual(newer);
    expect(await open().server()).toEqual(newer);
    const typed = { serverUrl: 'http://typed', token: TOKEN };
    await open(real, newer).saveServer(typed);
    expect(await open(real, newer).server()).toEqual(typed);
    await open(real, newer).forgetToken();
    expect(await open(real, newer).server()).toBeNull();
    expect(await open(real, { serverUrl: 'http://only' }).server()).toBeNull();
  });

  it('comes from the environment also where nothing may be written', async () => {
    mkdirSync(join(dir, 'profile', 'settings.json.new'), { recursive: true });
    const environment = { serverUrl: 'http://a', token: TOKEN };
    expect(await open(real, environment).server()).toEqual(environment);
    const locked: Cipher = { ...real, encrypt: () => Promise.reject(new Error('the keychain is locked')) };
    rmSync(join(dir, 'profile'), { recursive: true });
    expect(await open(locked, environment).server()).toEqual(environment);
    expect(logged).toEqual(['settings.not_written', 'settings.not_written']);
  });

  it('is read anew each time: IT may have put another token there', async () => {
    const settings = open();
    await settings.saveServer(server);
    await open().saveServer({ ...server, token: 'other' });
    expect((await settings.server())?.token).toBe('other');
  });
});

describe('the log', () => {
  const path = () => join(dir, 'logs', 'station.log');

  it('writes a line per event, without tokens and addresses', () => {
    const log = openLog(path(), () => 0);
    log('link.refused', { code: 'token_expired' });
    log('odd', { message: `Bearer abc.def http://dock.example:5001/api?x=1 ${TOKEN} wss://x/y` });
    const lines = readFileSync(path(), 'utf8').trim().split('\n');
    expect(JSON.parse(lines[0]!)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      event: 'link.refused',
      code: 'token_expired',
    });
    expect(JSON.parse(lines[1]!).message).toBe('Bearer [token] [address] [token] [address]');
    expect(redact(`{"token":"${TOKEN}"}`)).toBe('{"token":"[token]"}');
  });

  it('turns over at a megabyte and keeps three old ones', () => {
    const log = openLog(path(), () => 0);
    for (let n = 0; n < 60; n += 1) log('big', { n, text: 'x'.repeat(100_000) });
    const names = readdirSync(join(dir, 'logs')).sort();
    expect(names).toEqual(['station.log', 'station.log.1', 'station.log.2', 'station.log.3']);
    for (const name of names) expect(statSync(join(dir, 'logs', name)).size).toBeLessThan(1_100_000);
  });

  it('fails nothing when it cannot be written', () => {
    writeFileSync(join(dir, 'logs'), 'a file where the folder should be');
    const log = openLog(path(), () => 0);
    log('lost');
    expect(existsSync(path())).toBe(false);
  });
});
