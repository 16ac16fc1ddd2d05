import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOurPage, mayRequest } from './allowed-page.ts';
import { bundlePath } from './bundle-path.ts';
import { FORBIDDEN_SWITCHES, forbiddenAmong } from './forbidden-switches.ts';
import { shipmentFromArguments } from './start-arguments.ts';
import { newId, sha256, systemClock } from './system-clock.ts';

let dir: string;
let root: string;
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'dockline-bundle-')));
  root = join(dir, 'renderer');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<html>');
  writeFileSync(join(root, 'assets', 'a b.js'), '//');
  writeFileSync(join(root, 'secret.db'), 'x');
  writeFileSync(join(dir, 'outside.js'), '//');
  symlinkSync(join(dir, 'outside.js'), join(root, 'link.js'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('bundlePath', () => {
  it('finds files of the page with their type', () => {
    expect(bundlePath(root, 'app://bundle/index.html')).toEqual({
      path: join(root, 'index.html'),
      type: 'text/html; charset=utf-8',
    });
    expect(bundlePath(root, 'app://bundle/assets/a%20b.js?v=1#x')?.path).toBe(join(root, 'assets', 'a b.js'));
  });

  it.each([
    'app://bundle/',
    'app://bundle/assets',
    'app://bundle/missing.js',
    'app://bundle/secret.db',
    'app://bundle/../outside.js',
    'app://bundle/%2e%2e/outside.js',
    'app://bundle/..%2foutside.js',
    'app://bundle/..%5coutside.js',
    'app://bundle/%252e%252e/outside.js',
    'app://bundle/assets/..%2f..%2foutside.js',
    'app://bundle//etc/passwd.js',
    'app://bundle/C:/windows/win.js',
    'app://bundle/a%00.js',
    'app://bundle/%E0%A4%A.js',
    'app://bundle/link.js',
    `app://bundle/${'a/'.repeat(400)}x.js`,
    'app://other/index.html',
    'app://user@bundle.evil/index.html',
    'file:///etc/passwd.js',
    'not a url',
  ])('refuses %s', (url) => expect(bundlePath(root, url)).toBeNull());
});

describe('isOurPage', () => {
  it('is the one page, by its parts and not by how it looks', () => {
    expect(isOurPage('app://bundle/index.html#/board?x', null)).toBe(true);
    for (const url of [
      'app://bundle/other.html',
      'app://bundle.evil/index.html',
      'app://evil@bundle/index.html',
      'https://bundle/index.html',
      'about:blank',
      '',
    ]) {
      expect(isOurPage(url, null), url).toBe(false);
    }
  });

  it('is the development server’s while there is one', () => {
    expect(isOurPage('http://localhost:5173/index.html', 'http://localhost:5173')).toBe(true);
    expect(isOurPage('http://localhost:5174/', 'http://localhost:5173')).toBe(false);
    expect(isOurPage('app://bundle/index.html', 'http://localhost:5173')).toBe(false);
  });
});

describe('mayRequest', () => {
  it('lets the page have its own files and nothing of the network', () => {
    for (const url of ['app://bundle/x.js', 'blob:app://bundle/1', 'data:image/png;base64,'])
      expect(mayRequest(url, null), url).toBe(true);
    for (const url of [
      'https://example.com',
      'http://127.0.0.1:5001',
      'ws://x',
      'file:///etc/passwd',
      'devtools://x',
      'ftp://x',
      '',
    ]) {
      expect(mayRequest(url, null), url).toBe(false);
    }
    expect(mayRequest('ws://localhost:5173/', 'http://localhost:5173')).toBe(true);
    expect(mayRequest('http://localhost:5174/', 'http://localhost:5173')).toBe(false);
  });
});

describe('start arguments', () => {
  it('names the switches that open a station up', () => {
    expect(forbiddenAmong((name) => name === 'remote-debugging-port' || name === 'lang')).toEqual([
      'remote-debugging-port',
    ]);
    expect(forbiddenAmong(() => false)).toEqual([]);
    // Electron lower-cases them before they are asked for.
    expect(FORBIDDEN_SWITCHES.filter((name) => name !== name.toLowerCase())).toEqual([]);
  });

  it('take a shipment’s id and nothing else', () => {
    expect(shipmentFromArguments(['electron', '.', '--shipment=0198-ab_c.1'])).toBe('0198-ab_c.1');
    for (const bad of [
      '--shipment=',
      '--shipment=<script>',
      '--shipment=../x',
      `--shipment=${'x'.repeat(200)}`,
      '--ship=1',
    ]) {
      expect(shipmentFromArguments([bad]), bad).toBeNull();
    }
  });
});

describe('system', () => {
  it('makes ids that sort by when they were made', async () => {
    const first = newId();
    await new Promise((resolve) => setTimeout(resolve, 3));
    const second = newId();
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(first < second).toBe(true);
    expect(Math.abs(Number.parseInt(first.replaceAll('-', '').slice(0, 12), 16) - Date.now())).toBeLessThan(5_000);
  });

  it('keeps time, and timers that can be cancelled', async () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
    expect(systemClock.elapsed()).toBeGreaterThan(0);
    const ran: string[] = [];
    systemClock.setTimer(1, () => ran.push('a'));
    systemClock.setTimer(1, () => ran.push('b'))();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ran).toEqual(['a']);
    expect(sha256('x')).toHaveLength(64);
  });
});
