import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PushChannel, Pushes } from '#contract/bridge/channels.ts';
import type { BoardShipment, InboxItem, StationSettings, StationView, ViewPatch } from '#contract/bridge/view.ts';
import type { SettingsStore } from './core/ports.ts';
import { newId, sha256, systemClock } from './shell/system-clock.ts';
import { createStation, type Station } from './station.ts';
import type { StationOptions } from './station-parts.ts';

// A whole station without its window, on plain Node: what the tests across its parts begin with.

type Server = { readonly serverUrl: string; readonly token: string };

const DEFAULTS: StationSettings = {
  stationName: 'Test',
  doorId: null,
  screenInches: 20,
  theme: 'system',
  sounds: false,
};

export const memorySettings = (server: Server | null): SettingsStore & { kept: Server | null } => {
  let settings = DEFAULTS;
  return {
    kept: server,
    settings: () => settings,
    async change(change) {
      settings = { ...settings, ...change } as StationSettings;
      return settings;
    },
    async server() {
      return this.kept;
    },
    async saveServer(next) {
      this.kept = next;
    },
    async forgetToken() {
      this.kept = null;
    },
  };
};

/** A page as the renderer keeps it: the whole view, then the patches on top. */
export const applyPatch = (view: StationView, patch: ViewPatch): StationView => {
  if (patch.rev <= view.rev) return view;
  const { shipments, ...parts } = patch;
  const rows = new Map<string, BoardShipment>(
    shipments?.reset === true ? [] : view.shipments.map((row) => [row.id, row]),
  );
  for (const row of shipments?.put ?? []) rows.set(row.id, row);
  for (const id of shipments?.gone ?? []) rows.delete(id);
  return { ...view, ...parts, shipments: [...rows.values()] };
};

export type TestStation = {
  readonly station: Station;
  readonly handlers: Station['handlers'];
  readonly dir: string;
  readonly settings: ReturnType<typeof memorySettings>;
  readonly toasts: InboxItem[];
  /** Seqs of toasts that were taken off the screen. */
  readonly withdrawn: number[];
  readonly pushed: { readonly channel: PushChannel; readonly payload: unknown }[];
  readonly logged: string[];
  /** The view as the page has it by now. */
  view(): StationView;
  /** Resolves when the page shows it; rejects with what it shows instead. */
  until(what: string, shows: (view: StationView) => boolean, ms?: number): Promise<StationView>;
  stop(): Promise<void>;
};

export const startStation = async (
  server: Server | null,
  keptDir?: string,
  more: Partial<StationOptions> = {},
): Promise<TestStation> => {
  const dir = keptDir ?? mkdtempSync(join(tmpdir(), 'dockline-station-'));
  const settings = memorySettings(server);
  const toasts: InboxItem[] = [];
  const withdrawn: number[] = [];
  const pushed: TestStation['pushed'] = [];
  const logged: string[] = [];
  const watchers = new Set<() => void>();
  let view: StationView | null = null;
  const station = createStation({
    dir,
    app: 'test',
    clock: systemClock,
    random: Math.random,
    newId,
    hash: sha256,
    log: (event, facts) => logged.push(`${event} ${JSON.stringify(facts ?? {})}`),
    settings,
    toasts: { show: (item) => toasts.push(item), withdraw: (seqs) => withdrawn.push(...seqs) },
    push: <C extends PushChannel>(channel: C, payload: Pushes[C]) => {
      pushed.push({ channel, payload });
      if (channel === 'view:changed' && view !== null) view = applyPatch(view, payload as ViewPatch);
      for (const look of watchers) look();
    },
    ...more,
  });
  await station.start();
  view = await station.handlers['view:get']();
  const shown = (): StationView => view as StationView;
  let stopped = false;
  return {
    station,
    handlers: station.handlers,
    dir,
    settings,
    toasts,
    withdrawn,
    pushed,
    logged,
    view: shown,
    until: (what, shows, ms = 4_000) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          watchers.delete(look);
          clearTimeout(timer);
        };
        const look = (): void => {
          if (!shows(shown())) return;
          end();
          resolve(shown());
        };
        const timer = setTimeout(() => {
          end();
          const { shipments, ...rest } = shown();
          const board = shipments.map(({ number, status, pending }) => `${number}:${status}:${pending}`);
          reject(
            new Error(`not within ${ms} ms: ${what}\n${JSON.stringify({ ...rest, board })}\n${logged.join('\n')}`),
          );
        }, ms);
        watchers.add(look);
        look();
      }),
    stop: async () => {
      if (!stopped) await station.stop();
      stopped = true;
      if (keptDir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
};
