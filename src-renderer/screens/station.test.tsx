import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StationView } from '#contract/bridge/view.ts';
import type { Screen } from '../state/screen-store.ts';
import { createFakeStation } from '../testing/fake-station.ts';
import { openPage } from '../testing/page.tsx';
import { at, detail, door, inboxItem, session, shipment, workItem } from '../testing/sample.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const open = async (to: Screen | undefined, part: Partial<StationView> = {}) => {
  const fake = createFakeStation(part, [detail()]);
  const page = await openPage(fake, to);
  await act(async () => void render(page.element));
  return { fake, ...page };
};
const press = (testId: string) => act(async () => void fireEvent.click(screen.getByTestId(testId)));
const type = (testId: string, value: string) => fireEvent.change(screen.getByTestId(testId), { target: { value } });

describe('first run', () => {
  const nobody = { session: null };

  it('asks for server and token before anything else', async () => {
    await open(undefined, nobody);
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Connect this station');
    expect(screen.queryByTestId('nav-board')).toBeNull();
  });

  it('says what is missing without asking the server', async () => {
    const { fake } = await open(undefined, nobody);
    await press('setup-submit');
    expect(screen.getByText('Enter the server address.')).toBeTruthy();
    expect(screen.getByText('Paste the access token.')).toBeTruthy();
    expect(fake.callsOf('configure')).toEqual([]);
  });

  it.each([
    ['unreachable', 'No server answers'],
    ['bad_address', 'not a server address'],
    ['not_dockline', 'not a Dockline server'],
    ['token_invalid', 'does not accept this token'],
    ['token_expired', 'token has ended'],
    ['upgrade_required', 'too old'],
  ] as const)('answers %s in words, until something is changed', async (code, words) => {
    const { fake } = await open(undefined, nobody);
    fake.answers.configured = { ok: false, code, message: '' };
    type('setup-server', ' https://dock.example.com ');
    type('setup-token', 'ey.x.y\n');
    await press('setup-submit');
    expect(fake.callsOf('configure')).toEqual([[{ serverUrl: 'https://dock.example.com', token: 'ey.x.y' }]]);
    expect(screen.getByTestId('setup-error').textContent).toContain(words);
    type('setup-server', 'https://dock2.example.com');
    expect(screen.queryByTestId('setup-error')).toBeNull();
  });

  it('shows the board as soon as there is a session', async () => {
    const { fake } = await open(undefined, nobody);
    fake.answers.configured = { ok: true, session: session() };
    type('setup-server', 'dock');
    type('setup-token', 'ey');
    await press('setup-submit');
    act(() => fake.push({ rev: 2, session: session() }));
    expect(screen.getByTestId('board')).toBeTruthy();
  });

  it('says unreachable when the bridge itself fails', async () => {
    const { fake } = await open(undefined, nobody);
    fake.answers.broken = 'configure';
    type('setup-server', 'dock');
    type('setup-token', 'ey');
    await press('setup-submit');
    expect(screen.getByTestId('setup-error').textContent).toContain('No server answers');
  });

  it('keeps the address when connecting again and can be left', async () => {
    const { screens } = await open({ name: 'setup' });
    expect((screen.getByTestId('setup-server') as HTMLInputElement).value).toBe('https://dock.example.com');
    fireEvent.click(screen.getByText('Cancel'));
    expect(screens.getState().screen.name).toBe('board');
  });
});

describe('starting', () => {
  it('says when the station’s data cannot be read, and tries again', async () => {
    const fake = createFakeStation();
    fake.answers.broken = 'getView';
    const page = await openPage(fake);
    await act(async () => void render(page.element));
    expect(screen.getByText(/could not be read/)).toBeTruthy();
    fake.answers.broken = null;
    await act(async () => void fireEvent.click(screen.getByText('Try again')));
    expect(screen.getByTestId('board')).toBeTruthy();
  });

  it('opens the shipment of a clicked notification', async () => {
    const { fake } = await open(undefined);
    await act(async () => fake.pushScreen({ shipmentId: 's-1' }));
    expect(screen.getByTestId('shipment-screen').dataset.shipmentId).toBe('s-1');
  });

  it('makes millimetres and the theme true', async () => {
    vi.stubGlobal('screen', { width: 1920, height: 1080 });
    const { fake } = await open(undefined);
    expect(document.documentElement.dataset.theme).toBe('light');
    expect(document.documentElement.style.getPropertyValue('--mm')).toBe('4.0339px');
    act(() => fake.push({ rev: 2, settings: { ...fake.answers.view.settings, screenInches: 43, theme: 'dark' } }));
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(document.documentElement.style.getPropertyValue('--mm')).toBe('2.0169px');
  });
});

describe('frame', () => {
  it('shows station, door, warehouse time and person on every screen', async () => {
    vi.useFakeTimers({ now: new Date(at(0)), toFake: ['Date'] });
    const { screens } = await open(undefined);
    for (const name of ['board', 'inbox', 'work', 'settings'] as const) {
      act(() => screens.getState().go({ name }));
      const frame = screen.getAllByRole('banner')[0]?.textContent ?? '';
      expect(frame).toContain('Dock north');
      expect(frame).toContain('Door 1');
      expect(frame).toContain('09:00');
      expect(frame).toContain('Mara Lindqvist');
      expect(frame).toContain('Lead');
      expect(screen.getByTestId(`nav-${name}`).getAttribute('aria-current')).toBe('page');
    }
    vi.useRealTimers();
  });

  it('takes the error of the device’s clock off', async () => {
    vi.useFakeTimers({ now: new Date(at(180)), toFake: ['Date'] });
    await open(undefined, { clockOffsetMs: 180 * 60_000 });
    expect(screen.getAllByRole('banner')[0]?.textContent).toContain('09:00');
    vi.useRealTimers();
  });

  it('signs out after saying what becomes of unsent work', async () => {
    const { fake } = await open(undefined);
    await press('person');
    expect(screen.getByRole('dialog').textContent).toContain('stays on this station');
    await press('sign-out');
    expect(fake.callsOf('signOut')).toHaveLength(1);
  });

  it('counts new messages and refused work', async () => {
    await open(undefined, { inbox: [inboxItem(), inboxItem({ seq: 8, seen: true })], work: [workItem()] });
    expect(screen.getByTestId('nav-inbox').textContent).toContain('1 new message');
    expect(screen.getByTestId('nav-work').textContent).toContain('1 needs a person');
  });
});

describe('alerts', () => {
  it('show the newest, say how many more, and lead to the shipment', async () => {
    const { fake, screens } = await open(undefined);
    act(() => fake.pushAlert(inboxItem({ seq: 1, title: 'First' })));
    act(() => fake.pushAlert(inboxItem({ seq: 2, title: 'Second' })));
    expect(screen.getByTestId('alert').textContent).toContain('Second');
    expect(screen.getByTestId('alert').textContent).toContain('+1 more');
    expect(screen.getByTestId('alert').closest('[aria-live="assertive"]')).not.toBeNull();
    await press('alert-open');
    expect(screens.getState().screen).toEqual({ name: 'shipment', shipmentId: 's-1' });
    expect(fake.callsOf('markSeen')).toEqual([[[2]]]);
    await press('alert-dismiss');
    expect(screen.queryByTestId('alert')).toBeNull();
  });

  it('lead to the inbox when they are not about one shipment', async () => {
    const { fake, screens } = await open(undefined);
    act(() => fake.pushAlert(inboxItem({ shipmentId: null })));
    await press('alert-open');
    expect(screens.getState().screen.name).toBe('inbox');
  });

  it('sound once each, unless the station is mute', async () => {
    const made = vi.fn();
    vi.stubGlobal(
      'AudioContext',
      class {
        currentTime = 0;
        state = 'running';
        destination = {};
      },
    );
    vi.stubGlobal(
      'GainNode',
      class {
        gain = { setValueAtTime: vi.fn(), linearRampToValueAtTime: vi.fn() };
        connect = vi.fn(() => this);
      },
    );
    vi.stubGlobal(
      'OscillatorNode',
      class {
        constructor() {
          made();
        }
        connect = vi.fn(() => ({ connect: vi.fn() }));
        start = vi.fn();
        stop = vi.fn();
      },
    );
    const { fake } = await open(undefined);
    act(() => fake.pushAlert(inboxItem({ seq: 1 })));
    expect(made).toHaveBeenCalledTimes(3);
    act(() => fake.push({ rev: 2, settings: { ...fake.answers.view.settings, sounds: false } }));
    act(() => fake.pushAlert(inboxItem({ seq: 2 })));
    expect(made).toHaveBeenCalledTimes(3);
  });
});

describe('inbox', () => {
  const AT_DOCK = { shipments: [shipment({ status: 'counting' })], session: session({ role: 'inspector' }) };

  it('lists newest first, marks seen one by one or all, and opens', async () => {
    const { fake, screens } = await open(
      { name: 'inbox' },
      {
        inbox: [inboxItem({ seq: 1, seen: true }), inboxItem({ seq: 3 }), inboxItem({ seq: 2, kind: 'hold' })],
      },
    );
    expect(screen.getAllByTestId('inbox-item').map(({ dataset }) => dataset.seq)).toEqual(['3', '2', '1']);
    fireEvent.click(screen.getAllByText('Mark seen')[1]!);
    await press('inbox-mark-all');
    expect(fake.callsOf('markSeen')).toEqual([[[2]], [[3, 2]]]);
    await act(async () => void fireEvent.click(screen.getAllByText('Open')[0]!));
    expect(screens.getState().screen).toEqual({ name: 'shipment', shipmentId: 's-1' });
    await press('back');
    expect(screens.getState().screen.name).toBe('inbox');
  });

  it('takes an inspection that waits, and says of one that is taken who has it', async () => {
    const inbox = [
      inboxItem({ seq: 1, inspectionId: 'i-1' }),
      inboxItem({ seq: 2, inspectionId: 'i-2', takenBy: 'Rita', seen: true }),
      inboxItem({ seq: 3, inspectionId: 'i-3', takenBy: '', seen: true }),
    ];
    const { fake, screens } = await open({ name: 'inbox' }, { ...AT_DOCK, inbox });
    expect(screen.getByText(/Taken by Rita/)).toBeTruthy();
    expect(screen.getByText(/No longer here/)).toBeTruthy();
    await press('inbox-take');
    const args = { shipmentId: 's-1', inspectionId: 'i-1' };
    expect(fake.callsOf('save')).toEqual([['claimInspection', args, null]]);
    expect(screens.getState().screen).toEqual({ name: 'shipment', shipmentId: 's-1' });
  });

  it('lets nobody take what is not theirs to take, or of a shipment that has ended, and says why taking failed', async () => {
    const inbox = [inboxItem({ inspectionId: 'i-1' })];
    const ended = { shipments: [shipment({ status: 'closed' })] };
    for (const part of [{ session: session({ role: 'receiver' }) }, ended, { shipments: [] }]) {
      await open({ name: 'inbox' }, { ...AT_DOCK, inbox, ...part });
      expect(screen.queryByTestId('inbox-take')).toBeNull();
      cleanup();
    }
    const { fake, screens } = await open({ name: 'inbox' }, { ...AT_DOCK, inbox });
    fake.answers.saved = { ok: false, code: 'not_saved', message: '' };
    await press('inbox-take');
    expect(screen.getByTestId('save-error')).toBeTruthy();
    expect(screens.getState().screen.name).toBe('inbox');
  });

  it('explains emptiness', async () => {
    await open({ name: 'inbox' });
    expect(screen.getByText('Nothing here')).toBeTruthy();
    expect(screen.queryByTestId('inbox-mark-all')).toBeNull();
  });
});

describe('not sent, or needs a person', () => {
  const work = [
    workItem({ n: 1 }),
    workItem({ n: 2, type: 'setCount', state: 'unsent', code: null }),
    workItem({ n: 3, type: 'addNote', state: 'sent', code: null }),
    workItem({ n: 4, state: 'handled', message: 'from the server' }),
  ];

  it('lists every piece with what, when and why, refused ones first', async () => {
    await open({ name: 'work' }, { work });
    const rows = screen.getAllByTestId('work-row');
    expect(rows.map(({ dataset }) => dataset.state)).toEqual(['needs_person', 'unsent', 'sent', 'handled']);
    expect(rows[0]?.textContent).toContain('Assign door · SH-1042');
    expect(rows[0]?.textContent).toContain('Somebody changed the shipment first. Look at the shipment');
    expect(rows[3]?.textContent).toContain('from the server');
  });

  it('marks handled; offers no way to delete', async () => {
    const { fake } = await open({ name: 'work' }, { work });
    await press('work-handled');
    expect(fake.callsOf('markHandled')).toEqual([['client-0001', 1]]);
    const words = screen.getAllByRole('button').map(({ textContent }) => textContent ?? '');
    expect(words.filter((word) => /delete|remove|discard/i.test(word))).toEqual([]);
  });

  it('sends now and opens the shipment', async () => {
    const { fake, screens } = await open({ name: 'work' }, { work });
    fireEvent.click(screen.getByText('Send now'));
    expect(fake.callsOf('retryNow')).toHaveLength(1);
    await act(async () => void fireEvent.click(screen.getAllByText('Open shipment')[0]!));
    expect(screens.getState().screen.name).toBe('shipment');
  });

  it('says when everything is sent', async () => {
    await open({ name: 'work' });
    expect(screen.getByText('Everything is sent')).toBeTruthy();
  });
});

describe('settings', () => {
  it('saves the name when left, and never an empty one', async () => {
    const { fake } = await open({ name: 'settings' });
    type('station-name', ' Dock south ');
    fireEvent.blur(screen.getByTestId('station-name'));
    type('station-name', '  ');
    fireEvent.blur(screen.getByTestId('station-name'));
    expect(fake.callsOf('setSettings')).toEqual([[{ stationName: 'Dock south' }]]);
    expect(screen.getByText('A station needs a name.')).toBeTruthy();
  });

  it('chooses the door, theme and sounds at once', async () => {
    const { fake } = await open({ name: 'settings' }, { doors: [door('1'), door('2')] });
    await press('station-door-d-2');
    await press('station-door-none');
    await press('theme-dark');
    await act(async () => void fireEvent.click(screen.getByRole('switch')));
    expect(fake.callsOf('setSettings').map(([change]) => change)).toEqual([
      { doorId: 'd-2' },
      { doorId: null },
      { theme: 'dark' },
      { sounds: false },
    ]);
  });

  it('counts quick presses on the diagonal without waiting for the answer', async () => {
    const { fake } = await open({ name: 'settings' });
    await press('diagonal-more');
    await press('diagonal-more');
    await press('diagonal-less');
    expect(fake.callsOf('setSettings').map(([change]) => change)).toEqual([
      { screenInches: 21.6 },
      { screenInches: 21.7 },
      { screenInches: 21.6 },
    ]);
    expect(screen.getByTestId('diagonal').textContent).toBe('21.6″');
  });

  it('says when a setting was not saved', async () => {
    const { fake } = await open({ name: 'settings' });
    fake.answers.broken = 'setSettings';
    await press('theme-dark');
    expect(screen.getByRole('alert').textContent).toContain('was not saved');
  });

  it('shows connection, clock and age, and why it was refused', async () => {
    const { fake, screens } = await open(
      { name: 'settings' },
      {
        connection: { kind: 'refused', code: 'token_expired' },
        clockOffsetMs: 10_800_000,
        syncedAt: null,
      },
    );
    const text = screen.getByTestId('settings').textContent ?? '';
    expect(text).toContain('https://dock.example.com');
    expect(text).toContain('3 h 0 min ahead of the server');
    expect(text).toContain('Never');
    expect(text).toContain('The token has ended.');
    await press('retry-now');
    expect(fake.callsOf('retryNow')).toHaveLength(1);
    await press('reconnect');
    expect(screens.getState().screen.name).toBe('setup');
  });
});
