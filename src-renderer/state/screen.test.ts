import { afterEach, describe, expect, it, vi } from 'vitest';
import { applySettings, pixelsPerMm } from './screen-size.ts';
import { createScreenStore } from './screen-store.ts';
import { play, TONES } from './sounds.ts';

describe('screen size', () => {
  it('is 4.03 px per mm at 21.5 inches full HD, so that 20 mm are 81 px', () => {
    expect(pixelsPerMm(1920, 1080, 21.5)).toBeCloseTo(4.034, 3);
    expect(20 * pixelsPerMm(1920, 1080, 21.5)).toBeCloseTo(81, 0);
    expect(20 * pixelsPerMm(1920, 1080, 15.6)).toBeCloseTo(111, 0);
  });

  it('sets millimetres and theme on the document; the system theme is no theme', () => {
    const root = document.createElement('html');
    applySettings(root, { width: 1920, height: 1080 }, { screenInches: 21.5, theme: 'dark' });
    expect(root.style.getPropertyValue('--mm')).toBe('4.0339px');
    expect(root.dataset.theme).toBe('dark');
    applySettings(root, { width: 0, height: 0 }, { screenInches: 21.5, theme: 'system' });
    expect(root.style.getPropertyValue('--mm')).toBe('4.0339px');
    expect(root.dataset.theme).toBeUndefined();
  });
});

describe('screens', () => {
  it('goes back to where a shipment was opened from, over any number of shipments', () => {
    const { getState } = createScreenStore();
    getState().go({ name: 'inbox' });
    getState().go({ name: 'shipment', shipmentId: 's-1' });
    getState().go({ name: 'shipment', shipmentId: 's-2' });
    expect(getState().lastOpened).toBe('s-2');
    getState().back();
    expect(getState().screen).toEqual({ name: 'inbox' });
    getState().back();
    expect(getState().screen).toEqual({ name: 'board' });
  });

  it('remembers search and warehouse', () => {
    const { getState } = createScreenStore();
    getState().search('TR-9');
    getState().narrow('w-2');
    getState().go({ name: 'settings' });
    expect(getState()).toMatchObject({ query: 'TR-9', warehouseId: 'w-2' });
  });
});

describe('sounds', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('does nothing on a device without audio', () => {
    expect(() => play('alert')).not.toThrow();
  });

  it('rises three times for an alert, and buzzes twice and low for a refusal', () => {
    const started: number[] = [];
    const node = () => ({ connect: () => node(), start: () => undefined, stop: () => undefined });
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
        gain = { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined };
        connect = node;
      },
    );
    vi.stubGlobal(
      'OscillatorNode',
      class {
        constructor(_: unknown, { frequency }: { frequency: number }) {
          started.push(frequency);
        }
        connect = node;
        start = (): undefined => undefined;
        stop = (): undefined => undefined;
      },
    );
    play('alert');
    expect(started).toHaveLength(3);
    expect([...started].sort((a, b) => a - b)).toEqual(started);
    play('refused');
    expect(started.slice(3)).toEqual([180, 180]);
    expect(TONES.saved[0]?.[0]).toBeGreaterThan(1000);
  });
});
