import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { giveSizes } from '../testing/page.tsx';
import { line } from '../testing/sample.ts';
import { startText } from '../text/i18n.ts';
import { initialsOf } from './avatar.tsx';
import { HOLD_MS, HoldButton } from './hold-button.tsx';
import { LinePicker } from './line-picker.tsx';
import { QuantityPad } from './quantity-pad.tsx';
import { stepFocus, VirtualList } from './virtual-list.tsx';

beforeAll(() => void startText());
afterEach(cleanup);

describe('hold to press', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const show = (disabled = false) => {
    const held = vi.fn();
    render(
      <HoldButton onHeld={held} disabled={disabled} testId="hold">
        Close
      </HoldButton>,
    );
    return { held, button: screen.getByTestId('hold') };
  };
  const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

  it('counts after a second, once', () => {
    const { held, button } = show();
    fireEvent.pointerDown(button, { button: 0 });
    pass(HOLD_MS - 1);
    expect(held).not.toHaveBeenCalled();
    pass(1);
    expect(held).toHaveBeenCalledTimes(1);
    fireEvent.pointerUp(button);
    fireEvent.click(button, { detail: 1 });
    pass(5000);
    expect(held).toHaveBeenCalledTimes(1);
  });

  it.each(['pointerUp', 'pointerLeave', 'pointerCancel', 'blur'] as const)(
    'does not count when %s comes first',
    (end) => {
      const { held, button } = show();
      fireEvent.pointerDown(button, { button: 0 });
      pass(900);
      fireEvent[end](button);
      pass(5000);
      expect(held).not.toHaveBeenCalled();
    },
  );

  it('is held by Enter or Space as well; key repeat does not start it anew', () => {
    const { held, button } = show();
    fireEvent.keyDown(button, { key: 'Enter' });
    pass(600);
    fireEvent.keyDown(button, { key: 'Enter', repeat: true });
    pass(400);
    expect(held).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(button, { key: ' ' });
    pass(300);
    fireEvent.keyUp(button, { key: ' ' });
    pass(3000);
    expect(held).toHaveBeenCalledTimes(1);
  });

  it('counts the second click of a screen reader, and forgets the first after a while', () => {
    const { held, button } = show();
    fireEvent.click(button, { detail: 0 });
    expect(held).not.toHaveBeenCalled();
    expect(button.textContent).toContain('Press once more');
    pass(7000);
    fireEvent.click(button, { detail: 0 });
    expect(held).not.toHaveBeenCalled();
    fireEvent.click(button, { detail: 0 });
    expect(held).toHaveBeenCalledTimes(1);
  });

  it('does nothing while disabled', () => {
    const { held, button } = show(true);
    fireEvent.pointerDown(button, { button: 0 });
    fireEvent.click(button, { detail: 0 });
    pass(5000);
    expect(held).not.toHaveBeenCalled();
  });
});

const Pad = ({ start = { a: '', b: '' } }) => {
  const [values, setValues] = useState(start);
  return (
    <QuantityPad
      testId="q"
      slots={[
        { key: 'a', label: 'Counted', unit: 'EA' },
        { key: 'b', label: 'Damaged' },
      ]}
      values={values}
      onChange={(key, value) => setValues({ ...values, [key]: value })}
    />
  );
};
const typedIn = (id: string) => (screen.getByTestId(id) as HTMLInputElement).value;
const press = (...keys: string[]) => {
  for (const key of keys) fireEvent.click(screen.getByTestId(`pad-${key}`));
};

describe('number pad', () => {
  it('types into the first slot, then into the one touched last', () => {
    render(<Pad />);
    press('1', '2');
    fireEvent.focus(screen.getByTestId('q-b'));
    press('3', 'point', '5');
    expect([typedIn('q-a'), typedIn('q-b')]).toEqual(['12', '3.5']);
    press('back', 'back');
    expect(typedIn('q-b')).toBe('3');
  });

  it('replaces what was there with the first digit', () => {
    render(<Pad start={{ a: '24', b: '7' }} />);
    press('9');
    expect(typedIn('q-a')).toBe('9');
    fireEvent.focus(screen.getByTestId('q-b'));
    press('back');
    expect(typedIn('q-b')).toBe('');
  });

  it('takes a keyboard too, and nothing that is no number', () => {
    render(<Pad />);
    fireEvent.change(screen.getByTestId('q-a'), { target: { value: '18.25' } });
    expect(typedIn('q-a')).toBe('18.25');
    fireEvent.change(screen.getByTestId('q-a'), { target: { value: '18.25kg' } });
    expect(typedIn('q-a')).toBe('18.25');
  });
});

describe('line picker', () => {
  const Picker = ({ count }: { count: number }) => {
    const [value, setValue] = useState<string | null>(null);
    const lines = Array.from({ length: count }, (_, n) => line(n + 1));
    return (
      <>
        <LinePicker lines={lines} value={value} onChange={setValue} />
        <output>{value}</output>
      </>
    );
  };

  it('offers the whole shipment and its lines', () => {
    render(<Picker count={2} />);
    expect(screen.getAllByRole('radio')).toHaveLength(3);
    fireEvent.click(screen.getByTestId('pick-line-l-2'));
    expect(screen.getByRole('status').textContent).toBe('l-2');
    expect(screen.queryByLabelText('Find a line')).toBeNull();
  });

  it('finds one of many and keeps the chosen one in sight', () => {
    render(<Picker count={500} />);
    fireEvent.change(screen.getByLabelText('Find a line'), { target: { value: 'article 321' } });
    fireEvent.click(screen.getByTestId('pick-line-l-321'));
    fireEvent.change(screen.getByLabelText('Find a line'), { target: { value: 'article 7' } });
    expect(screen.getByTestId('pick-line-l-321')).toBeTruthy();
    expect(screen.getAllByRole('radio').length).toBeLessThan(12);
  });

  it('asks nothing about a shipment without lines', () => {
    render(<Picker count={0} />);
    expect(screen.queryByRole('radio')).toBeNull();
  });
});

describe('virtual list', () => {
  beforeAll(giveSizes);
  const items = Array.from({ length: 5000 }, (_, n) => n);
  const show = () =>
    render(
      <VirtualList
        items={items}
        keyOf={String}
        estimate={() => 90}
        label="Rows"
        render={(n) => <button type="button">row {n}</button>}
      />,
    );

  it('renders what is in view and a little around it', () => {
    show();
    const rows = screen.getAllByRole('button');
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.length).toBeLessThan(40);
    expect(rows[0]?.closest('li')?.getAttribute('aria-setsize')).toBe('5000');
  });

  it('moves the focus with arrow keys', async () => {
    show();
    screen.getByText('row 0').focus();
    fireEvent.keyDown(screen.getByText('row 0'), { key: 'ArrowDown' });
    await act(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    expect(document.activeElement?.textContent).toBe('row 1');
  });

  it.each([
    [0, 1, 2],
    [2, 1, 3],
    [2, -1, 0],
    [0, -1, 0],
    [4, 1, 4],
    [0, 99, 4],
    [4, -99, 0],
  ])('from %i by %i is %i when item 1 takes no focus', (from, by, to) => {
    expect(stepFocus(from, by, 5, (index) => index !== 1)).toBe(to);
  });
});

describe('initials', () => {
  it.each([
    ['Mara Lindqvist', 'ML'],
    ['Tomek', 'T'],
    ['Ana María de la Cruz', 'AC'],
    ['  ', ''],
    ['מיכל כהן', 'מכ'],
  ])('%s → %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});
