import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import { type Person, tokenFor } from '../../../tools/dock/people.ts';
import type { ServerProcess } from '../../../tools/dock/server-process.ts';
import { launchStation, type Station } from './launch-station.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const pictures = join(root, 'artifacts', 'screens');
mkdirSync(pictures, { recursive: true });

/** One of the sample ship notices, as text. */
export const sample = (name: string): string => readFileSync(join(root, 'resources', 'samples', name), 'utf8');

export const picture = (name: string): string => join(pictures, `${name}.png`);

export type Desk = {
  person: Person;
  server: ServerProcess;
  url?: string;
  userData?: string;
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
};

/** Launches a station that already knows its server and who works at it. */
export const openStation = async ({ person, server, url, userData, viewport, colorScheme }: Desk): Promise<Station> =>
  launchStation({
    name: person.name,
    userData: userData ?? mkdtempSync(join(tmpdir(), `dockline-${person.sub}-`)),
    env: {
      DOCKLINE_SERVER_URL: url ?? server.url,
      DOCKLINE_TOKEN: await tokenFor(person, server.secret),
      DOCKLINE_STATION_NAME: `${person.name}’s station`,
    },
    ...(viewport === undefined ? {} : { viewport }),
    ...(colorScheme === undefined ? {} : { colorScheme }),
  });

const row = (page: Page, number: string, status?: ShipmentStatus) =>
  page
    .locator(
      `[data-testid="board-row"][data-number="${number}"]${status === undefined ? '' : `[data-status="${status}"]`}`,
    )
    .first();

export const seesOnBoard = (page: Page, number: string, status?: ShipmentStatus): Promise<void> =>
  row(page, number, status).waitFor();

/** Opens a shipment from the board and waits for its screen. */
export const openShipment = async (page: Page, number: string): Promise<void> => {
  await row(page, number).click();
  await page.getByTestId('shipment-screen').waitFor();
};

export const seesStatus = (page: Page, status: ShipmentStatus): Promise<void> =>
  page.locator(`[data-testid="shipment-screen"][data-status="${status}"]`).waitFor();

/** Presses the one next action once it is the one expected. */
export const next = async (page: Page, command: CommandName): Promise<void> => {
  await page.locator(`[data-testid="next-action"][data-command="${command}"]:not([disabled])`).click();
};

/** Answers the question which door. */
export const chooseDoor = async (page: Page, doorId: string): Promise<void> => {
  await page.getByTestId(`pick-door-${doorId}`).click();
  await page.getByTestId('ask-save').click();
};

export const isConnected = (page: Page, kind: string, transport?: string): Promise<void> =>
  page
    .locator(
      `[data-testid="connection-chip"][data-kind="${kind}"]${transport === undefined ? '' : `[data-transport="${transport}"]`}`,
    )
    .waitFor({ timeout: 30_000 });

export const backToBoard = async (page: Page): Promise<void> => {
  await page.getByTestId('nav-board').click();
  await page.getByTestId('board').waitFor();
};

export const writeNote = async (page: Page, text: string): Promise<void> => {
  await page.getByTestId('tab-problems').click();
  await page.getByTestId('note-input').fill(text);
  await page.getByTestId('note-save').click();
  await page.getByText(text).first().waitFor();
};
