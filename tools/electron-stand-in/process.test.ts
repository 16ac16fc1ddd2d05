// How the stand-in's process begins and ends: one instance, no orphans, whatever ends it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchStation, type Station } from '../../tests/e2e/support/launch-station.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const app = 'tools/electron-stand-in/fixture';
let folder = '';

/** Chromium processes that belong to one stand-in; its profile folder names it. */
const browsersOf = (pid: number): number =>
  execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`electron-stand-in-${pid}-`)).length;

const start = (name: string): Promise<Station> => launchStation({ name, userData: join(folder, name), app });

beforeAll(() => {
  process.env.DOCKLINE_HOST = 'stand-in';
  folder = mkdtempSync(join(tmpdir(), 'stand-in-process-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

describe('the process', () => {
  it('leaves no browser behind when it is killed', { timeout: 60_000 }, async () => {
    const station = await start('killed');
    expect(browsersOf(station.pid)).toBeGreaterThan(0);
    await station.kill9();
    await expect.poll(() => browsersOf(station.pid), { timeout: 10_000 }).toBe(0);
  });

  it('quits like an app on SIGTERM', { timeout: 60_000 }, async () => {
    const station = await start('terminated');
    const ended = once(station.app.process(), 'exit');
    // Playwright holds the inspector open, and Node waits for it to let go.
    process.kill(station.pid, 'SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(station.output()).toContain('before-quit');
    expect(browsersOf(station.pid)).toBe(0);
  });

  it('quits when a person closes its last window', { timeout: 60_000 }, async () => {
    const station = await start('closed');
    const ended = once(station.app.process(), 'exit');
    const tools = await station.page.context().newCDPSession(station.page);
    // Chromium's own way of closing, which does not ask the app.
    await tools.send('Page.close').catch(() => undefined);
    expect(await ended).toEqual([0, null]);
    expect(station.output()).toContain('before-quit');
    expect(browsersOf(station.pid)).toBe(0);
  });

  it('refuses a second instance and tells the first, but lets another station start beside it', {
    timeout: 60_000,
  }, async () => {
    const [first, other] = await Promise.all([start('first'), start('other')]);
    try {
      const second = spawn(
        join(here, 'electron'),
        [join(here, 'fixture'), `--user-data-dir=${join(folder, 'first')}`, 'later'],
        {
          env: { ...process.env, DOCKLINE_HEADLESS: '1' },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const [said, [code]] = await Promise.all([text(second.stdout), once(second, 'exit')]);
      expect(said).toContain('refused');
      expect(code).toBe(0);
      const told = (station: Station): Promise<unknown> =>
        station.app.evaluate(
          () => (Reflect.get(globalThis, 'fixture') as { secondInstances: unknown[] }).secondInstances,
        );
      await expect
        .poll(() => told(first))
        .toEqual([{ argv: expect.arrayContaining(['later']), folder: process.cwd(), data: { greeting: 'hello' } }]);
      expect(await told(other)).toEqual([]);
    } finally {
      await Promise.all([first.close(), other.close()]);
    }
  });
});
