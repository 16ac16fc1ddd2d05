import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { line } from '../../testing/sample.ts';
import { nextUncounted } from './ask-count.tsx';
import { openTab as open, pad, press, saved } from './shipment-for-tests.tsx';

afterEach(cleanup);

describe('lines', () => {
  const lines = [
    line(1, { counted: '24' }),
    line(2, { counted: '20', damaged: '2' }),
    line(3),
    line(4, { counted: '25.5', expected: '24' }),
  ];

  it('compare counted with announced in words', async () => {
    await open('lines', { lines });
    const texts = screen.getAllByTestId('line-row').map(({ textContent }) => textContent ?? '');
    expect(texts[0]).toContain('24 / 24 EA');
    expect(texts[0]).toContain('As announced');
    expect(texts[1]).toContain('4 short');
    expect(texts[1]).toContain('2 damaged');
    expect(texts[2]).toContain('Not counted');
    expect(texts[3]).toContain('1.5 over');
  });

  it('are narrowed to what is open or different', async () => {
    await open('lines', { lines });
    const shown = () => screen.getAllByTestId('line-row').map((row) => row.dataset.lineNumber);
    fireEvent.click(screen.getByRole('button', { name: /Not counted/ }));
    expect(shown()).toEqual(['3']);
    fireEvent.click(screen.getByRole('button', { name: /Differences/ }));
    expect(shown()).toEqual(['2', '4']);
  });

  it('explain emptiness', async () => {
    await open('lines', { lines: [line(1, { counted: '24' })] });
    fireEvent.click(screen.getByRole('button', { name: /Not counted/ }));
    expect(screen.getByText('Every line is counted')).toBeTruthy();
    cleanup();
    await open('lines', { lines: [] });
    expect(screen.getByText('No lines')).toBeTruthy();
  });

  it('are counted with the number pad, one after the other', async () => {
    const { fake } = await open('lines', { status: 'counting', lines }, 'receiver');
    await act(async () => void fireEvent.click(screen.getAllByTestId('line-row')[1]!));
    expect((screen.getByTestId('count-counted') as HTMLInputElement).value).toBe('20');
    await pad('2', '4');
    await press('count-next');
    expect(screen.getByText('Count line 3')).toBeTruthy();
    await press('count-as-announced');
    await press('count-save');
    expect(saved(fake)).toEqual([
      ['setCount', { shipmentId: 's-1', lineId: 'l-2', counted: '24', damaged: '2' }],
      ['setCount', { shipmentId: 's-1', lineId: 'l-3', counted: '24' }],
    ]);
    expect(screen.queryByTestId('ask-count')).toBeNull();
  });

  it('warn when more is damaged than counted, and stop when a count could not be saved', async () => {
    const { fake } = await open('lines', { status: 'counting', lines }, 'receiver');
    fake.answers.saved = { ok: false, code: 'disk_full', message: '' };
    await act(async () => void fireEvent.click(screen.getAllByTestId('line-row')[0]!));
    fireEvent.change(screen.getByTestId('count-damaged'), { target: { value: '99' } });
    expect(screen.getByText(/More damaged than counted/)).toBeTruthy();
    await press('count-next');
    expect(screen.queryByTestId('ask-count')).toBeNull();
    expect(screen.getByTestId('save-error').textContent).toContain('disk is full');
  });

  it('cannot be counted by others or at another time', async () => {
    await open('lines', { status: 'unloading', lines }, 'receiver');
    expect(screen.getAllByTestId('line-row')[0]?.tagName).toBe('DIV');
    cleanup();
    await open('lines', { status: 'counting', lines }, 'inspector');
    expect(screen.getAllByTestId('line-row')[0]?.tagName).toBe('DIV');
  });

  it('go on with the next line that is not counted, around the end', () => {
    const [one, two, three] = [line(1), line(2, { counted: '1' }), line(3)];
    expect(nextUncounted([three!, two!, one!], one!)?.lineNumber).toBe(3);
    expect(nextUncounted([one!, two!, three!], three!)?.lineNumber).toBe(1);
    expect(nextUncounted([two!], two!)).toBeNull();
  });
});
