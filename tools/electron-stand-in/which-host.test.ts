import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whichHost } from './which-host.ts';

let folder = '';
let binary = '';
const display = { DISPLAY: ':0' };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'which-host-'));
  binary = join(folder, 'electron');
  writeFileSync(binary, '');
  chmodSync(binary, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('whichHost', () => {
  it('takes a named Electron binary', () => {
    const host = whichHost({ ...display, DOCKLINE_ELECTRON: binary });
    expect(host).toMatchObject({ kind: 'electron', executablePath: binary });
    expect(host.describe).toContain(binary);
  });

  it.runIf(process.platform === 'linux')('takes a binary from ELECTRON_OVERRIDE_DIST_PATH', () => {
    const host = whichHost({ ...display, ELECTRON_OVERRIDE_DIST_PATH: folder });
    expect(host).toMatchObject({ kind: 'electron', executablePath: binary });
  });

  it('falls back to the stand-in, at once and without a download, when a named binary is not there', () => {
    const began = performance.now();
    const host = whichHost({ ...display, DOCKLINE_ELECTRON: join(folder, 'nowhere') });
    // A machine that has the binary in node_modules keeps using that one.
    const kind = existsSync(new URL('../../node_modules/electron/dist', import.meta.url)) ? 'electron' : 'stand-in';
    expect(host.kind).toBe(kind);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('obeys DOCKLINE_HOST=stand-in although there is a binary', () => {
    const host = whichHost({ ...display, DOCKLINE_HOST: 'stand-in', DOCKLINE_ELECTRON: binary });
    expect(host.kind).toBe('stand-in');
    expect(existsSync(host.executablePath)).toBe(true);
    expect(host.describe).toContain('stand-in');
  });

  it.runIf(process.platform === 'linux')(
    'uses the stand-in where Electron would find no display, unless forced',
    () => {
      const found = { DOCKLINE_ELECTRON: binary };
      expect(whichHost(found)).toMatchObject({ kind: 'stand-in', describe: expect.stringContaining('display') });
      expect(whichHost({ ...found, DOCKLINE_HOST: 'electron' }).kind).toBe('electron');
    },
  );

  it('refuses a host it does not know', () => {
    expect(() => whichHost({ DOCKLINE_HOST: 'elektron' })).toThrow('"electron" or "stand-in"');
  });
});
