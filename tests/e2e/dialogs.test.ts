import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import { DockClient } from '../../tools/dock/dock-client.ts';
import { furnish } from '../../tools/dock/furnish.ts';
import { ADA, IVO, LENA, MARA, type Person, tokenFor } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { backToBoard, isConnected, openShipment, openStation, picture, seesOnBoard } from './support/floor.ts';
import type { Station } from './support/launch-station.ts';

// Every question before a command, with something entered: the pictures are looked at, and here it is checked that nothing is
// cut off and that its buttons are in sight. Nothing is saved, so that both stations find the same.

const PLACES = [
  { name: 'kiosk-light', viewport: { width: 1920, height: 1080 }, colorScheme: 'light', inches: 21.5 },
  { name: 'laptop-dark', viewport: { width: 1366, height: 768 }, colorScheme: 'dark', inches: 14 },
] as const;

const WAYS = {
  counting: ['in_transit', 'arrived', 'at_door', 'unloading', 'counting'],
  received: ['in_transit', 'arrived', 'at_door', 'unloading', 'counting', 'received'],
  closed: ['in_transit', 'arrived', 'at_door', 'unloading', 'counting', 'received', 'closed'],
  unloading: ['in_transit', 'arrived', 'at_door', 'unloading'],
  arrived: ['in_transit', 'arrived'],
  in_transit: ['in_transit'],
} as const satisfies Record<string, readonly ShipmentStatus[]>;
type Where = keyof typeof WAYS;

const CHECKS = 'inspection-of-everything';
const PROBE = 'inspection-of-the-core';

let server: ServerProcess;
const at = {} as Record<Where, { id: string; number: string }>;

const inspect = async (lena: DockClient, ivo: DockClient, shipmentId: string): Promise<void> => {
  const core = {
    id: 'core',
    kind: 'temperature',
    label: 'Core temperature',
    unit: '°C',
    min: '-22',
    max: '-18',
  } as const;
  await lena.send('requestInspection', { shipmentId, inspectionId: CHECKS });
  await lena.send('requestInspection', { shipmentId, inspectionId: PROBE, checks: [core] });
  for (const inspectionId of [CHECKS, PROBE]) await ivo.send('claimInspection', { shipmentId, inspectionId });
};

beforeAll(async () => {
  server = await startServerProcess();
  expect(await furnish(server)).toMatchObject({ refused: [] });
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  const ivo = await DockClient.signIn(server.url, IVO, server.secret);
  const planned = (await lena.shipments('&warehouseId=JOL')).filter(({ status }) => status === 'announced');
  // The one of ten lines is counted: with more than eight there is a field to find them.
  planned.sort((a, b) => Number(b.lineCount === 10) - Number(a.lineCount === 10));
  for (const [door, [where, way]] of Object.entries(WAYS).entries()) {
    const shipment = planned[door];
    if (shipment === undefined) throw new Error('too few samples');
    at[where as Where] = shipment;
    for (const status of way) {
      const bytes = new TextEncoder().encode('%PDF-1.4\n%%EOF\n');
      if (status === 'closed') await lena.upload(shipment.id, 'Bill of lading.pdf', 'bill_of_lading', bytes);
      await lena.setStatus(shipment.id, status, status === 'at_door' ? { doorId: `JOL-D${door + 1}` } : {});
    }
  }
  const { id: shipmentId } = at.counting;
  await inspect(lena, ivo, shipmentId);
  for (const [holdId, reason] of Object.entries({ 'hold-1': 'Quality: waits for the laboratory', 'hold-2': 'Wet' }))
    await lena.send('placeHold', { shipmentId, holdId, reason });
});
afterAll(() => server?.stop());

/** Opens the sheet and chooses from it. */
const fromSheet = async (page: Page, command: string): Promise<void> => {
  await page.getByTestId('more-actions').click();
  await page.getByTestId(`action-${command}`).click();
};
const nextAction = (page: Page) => page.locator('[data-testid="next-action"]:not([disabled])').click();
const inspection = async (page: Page, id: string, step: string): Promise<void> => {
  await page.getByTestId('tab-inspections').click();
  await page.locator(`[data-inspection-id="${id}"]`).getByTestId(`inspection-${step}`).click();
};

type Question = {
  readonly name: string;
  readonly who: Person;
  readonly on: Where | null;
  readonly testId: string;
  /** Brings the question up and enters something. */
  readonly ask: (page: Page) => Promise<void>;
  /** On the small laptop, too. */
  readonly tall?: boolean;
};

const LEADS: readonly Question[] = [
  {
    name: 'unplanned-arrival',
    who: LENA,
    on: null,
    testId: 'arrival-dialog',
    tall: true,
    ask: (page) => page.getByTestId('unplanned').click(),
  },
  {
    name: 'count',
    who: LENA,
    on: 'counting',
    testId: 'ask-count',
    tall: true,
    ask: async (page) => {
      await page.getByTestId('line-row').first().click();
      await page.getByTestId('count-counted').fill('5');
      await page.getByTestId('count-damaged').fill('7');
    },
  },
  {
    name: 'place-hold',
    who: LENA,
    on: 'counting',
    testId: 'ask-hold',
    tall: true,
    ask: async (page) => {
      await fromSheet(page, 'placeHold');
      await page.getByTestId('reason-other').click();
    },
  },
  {
    name: 'release-hold',
    who: LENA,
    on: 'counting',
    testId: 'ask-release',
    ask: async (page) => {
      await fromSheet(page, 'releaseHold');
      await page.getByTestId('pick-hold-hold-1').click();
    },
  },
  {
    name: 'rejection',
    who: LENA,
    on: 'counting',
    testId: 'ask-rejection',
    tall: true,
    ask: async (page) => {
      await fromSheet(page, 'reportRejection');
      await page.getByTestId('reason-damaged').click();
    },
  },
  {
    name: 'discrepancy',
    who: LENA,
    on: 'counting',
    testId: 'ask-discrepancy',
    tall: true,
    ask: async (page) => {
      await fromSheet(page, 'reportDiscrepancy');
      await page.getByTestId('kind-short').click();
    },
  },
  {
    name: 'request-inspection',
    who: LENA,
    on: 'counting',
    testId: 'ask-request',
    ask: (page) => fromSheet(page, 'requestInspection'),
  },
  { name: 'door', who: LENA, on: 'arrived', testId: 'ask-door', tall: true, ask: nextAction },
  {
    name: 'cancel',
    who: LENA,
    on: 'in_transit',
    testId: 'ask-reason',
    ask: (page) => fromSheet(page, 'cancelShipment'),
  },
  {
    name: 'refuse',
    who: LENA,
    on: 'unloading',
    testId: 'ask-reason',
    ask: async (page) => {
      await fromSheet(page, 'refuseShipment');
      await page.getByTestId('reason-wet').click();
    },
  },
  { name: 'closing-without-documents', who: LENA, on: 'received', testId: 'ask-reason', tall: true, ask: nextAction },
  {
    name: 'reopen-count',
    who: LENA,
    on: 'received',
    testId: 'ask-reason',
    ask: (page) => fromSheet(page, 'reopenCount'),
  },
];

const OTHERS: readonly Question[] = [
  {
    name: 'refuse-with-pin',
    who: MARA,
    on: 'unloading',
    testId: 'ask-reason',
    tall: true,
    ask: async (page) => {
      await fromSheet(page, 'refuseShipment');
      await page.getByTestId('reason-wet').click();
      await page.getByTestId('lead-pin').fill('1234');
    },
  },
  {
    name: 'check',
    who: IVO,
    on: 'counting',
    testId: 'ask-check',
    ask: (page) => inspection(page, CHECKS, 'recordInspectionResult'),
  },
  {
    name: 'check-temperature',
    who: IVO,
    on: 'counting',
    testId: 'ask-check',
    tall: true,
    ask: async (page) => {
      await inspection(page, PROBE, 'recordInspectionResult');
      await page.getByTestId('check-value').fill('12');
    },
  },
  {
    name: 'complete-inspection',
    who: IVO,
    on: 'counting',
    testId: 'ask-complete',
    tall: true,
    ask: async (page) => {
      await inspection(page, CHECKS, 'completeInspection');
      for (const [part, value] of Object.entries({ inspected: '48', accepted: '40', rejected: '4' }))
        await page.getByTestId(`split-${part}`).fill(value);
    },
  },
  {
    name: 'reopen-shipment',
    who: ADA,
    on: 'closed',
    testId: 'ask-reason',
    ask: (page) => fromSheet(page, 'reopenShipment'),
  },
];

/** What of the question sticks out of it or out of the window, and buttons whose words do not fit. */
const cutOff = (page: Page, testId: string): Promise<string[]> =>
  page.getByTestId(testId).evaluate((dialog) => {
    const [, body, foot] = dialog.children;
    const found: string[] = [];
    const box = dialog.getBoundingClientRect();
    if (box.top < 0 || box.bottom > window.innerHeight || box.left < 0 || box.right > window.innerWidth)
      found.push('the question');
    if (body !== undefined && body.scrollWidth > body.clientWidth + 1) found.push('what is asked, sideways');
    for (const button of dialog.querySelectorAll('button, label[data-rac]')) {
      const words = document.createRange();
      words.selectNodeContents(button);
      if (words.getBoundingClientRect().right > button.getBoundingClientRect().right - 4)
        found.push(`${button.textContent}`);
    }
    for (const button of foot?.querySelectorAll('button') ?? [])
      if (button.getBoundingClientRect().bottom > box.bottom) found.push(`${button.textContent}, below`);
    return found;
  });

/** Scrolls to what is asked last; false when all of it was in sight. */
const toItsEnd = (page: Page, testId: string): Promise<boolean> =>
  page.getByTestId(testId).evaluate((dialog) => {
    const body = dialog.children[1];
    if (body === undefined || body.scrollHeight <= body.clientHeight + 1) return false;
    body.scrollTo(0, body.scrollHeight);
    return true;
  });

describe.each(PLACES)('$name', ({ name: place, viewport, colorScheme, inches }) => {
  let station: Station;
  let page: Page;
  let present: Person = LENA;

  beforeAll(async () => {
    station = await openStation({ person: LENA, server, viewport, colorScheme });
    page = station.page;
    await isConnected(page, 'live');
    await page.evaluate(`window.station.setSettings({ screenInches: ${inches}, theme: '${colorScheme}' })`);
  });
  afterAll(() => station?.close());

  const sits = async (who: Person): Promise<void> => {
    if (present === who) return;
    const token = await tokenFor(who, server.secret);
    await page.evaluate(`window.station.configure(${JSON.stringify({ serverUrl: server.url, token })})`);
    present = who;
    await page.getByTestId('person').getByText(who.name).first().waitFor();
    await isConnected(page, 'live');
  };

  const questions = [...LEADS, ...OTHERS].filter(({ tall }) => place === 'kiosk-light' || tall === true);
  test.each(questions)('$name', async ({ name, who, on, testId, ask }) => {
    await sits(who);
    await backToBoard(page);
    if (on !== null) {
      await page.getByTestId('board-search').fill(at[on].number);
      await seesOnBoard(page, at[on].number);
      await openShipment(page, at[on].number);
    }
    await ask(page);
    await page.getByTestId(testId).waitFor();
    await station.screenshot(picture(`${place}-ask-${name}`));
    const found = await cutOff(page, testId);
    if (await toItsEnd(page, testId)) await station.screenshot(picture(`${place}-ask-${name}-end`));
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByTestId(testId).count()).toBe(0);
    expect(found).toEqual([]);
  });
});
