import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { vi } from 'vitest';
import type { ShipmentView, StationView } from '#contract/bridge/view.ts';
import type { Role } from '#contract/domain/roles.ts';
import { HOLD_MS } from '../../components/hold-button.tsx';
import { createFakeStation, type FakeStation } from '../../testing/fake-station.ts';
import { openPage } from '../../testing/page.tsx';
import { at, detail, session, shipment } from '../../testing/sample.ts';

// The screen of one shipment, and the hands of the person before it.

const show = async (part: Partial<ShipmentView>, station: Partial<StationView>) => {
  const fake = createFakeStation(station, [detail(part)]);
  const page = await openPage(fake, { name: 'shipment', shipmentId: 's-1' });
  await act(async () => void render(page.element));
  return { fake, ...page };
};

export const openShipment = (
  part: Partial<ShipmentView> = {},
  role: Role = 'lead',
  station: Partial<StationView> = {},
) => show(part, { session: session({ role }), shipments: [shipment()], ...station });

export const openTab = async (
  tab: string,
  part: Partial<ShipmentView> = {},
  role: Role = 'lead',
  station: Partial<StationView> = {},
) => {
  const opened = await show(part, { session: session({ role }), ...station });
  // react-aria chooses a tab on pointer down, as the platform does.
  await act(async () => {
    fireEvent.mouseDown(screen.getByTestId(`tab-${tab}`), { button: 0 });
    fireEvent.click(screen.getByTestId(`tab-${tab}`));
  });
  return opened;
};

/** Call after each test. */
export const tidyUp = (): void => {
  cleanup();
  vi.useRealTimers();
};

export const press = (testId: string) => act(async () => void fireEvent.click(screen.getByTestId(testId)));
export const pad = async (...keys: string[]) => {
  for (const key of keys) await press(`pad-${key}`);
};
export const typeInto = (testId: string, value: string) =>
  fireEvent.change(screen.getByTestId(testId), { target: { value } });
export const disabled = (testId: string) => (screen.getByTestId(testId) as HTMLButtonElement).disabled;
/** For as long as it takes. The clock stands still from then on. */
export const holdDown = async (testId: string) => {
  vi.useFakeTimers();
  fireEvent.pointerDown(screen.getByTestId(testId), { button: 0 });
  await act(() => vi.advanceTimersByTimeAsync(HOLD_MS));
};
/** Chooses a command among the further ones. */
export const more = async (command: string) => {
  await press('more-actions');
  await press(`action-${command}`);
};
/** Commands that were saved, by name, with what they say. */
export const saved = (fake: FakeStation) => fake.callsOf('save').map(([name, args]) => [name, args]);

export const offline: StationView['connection'] = { kind: 'offline', since: at(-5) };
