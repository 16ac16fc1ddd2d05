import { screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { at, door, shipment } from '../testing/sample.ts';
import { disabled, holdDown, offline, openShipment as open, press, tidyUp } from './shipment/shipment-for-tests.tsx';

afterEach(tidyUp);

describe('the next step', () => {
  it('is saved at once when it is a fact, without a base', async () => {
    const { fake } = await open();
    expect(screen.getByTestId('next-action').dataset.command).toBe('recordArrival');
    await press('next-action');
    expect(fake.callsOf('save')).toEqual([['recordArrival', { shipmentId: 's-1' }, null]]);
    expect(screen.getByTestId('saved').textContent).toContain('Saved on this station');
  });

  it('asks for the door; the decision carries the version that was seen', async () => {
    const { fake } = await open({ status: 'arrived', version: 12 }, 'lead', {
      settings: { stationName: '', doorId: null, screenInches: 21.5, theme: 'light', sounds: true },
      doors: [door('1'), door('2'), door('3', { inService: false })],
      shipments: [shipment({ id: 'x', number: 'SH-X', status: 'unloading', doorId: 'd-1' })],
    });
    await press('next-action');
    expect(screen.getByTestId('pick-door-d-1').textContent).toContain('Taken: SH-X');
    expect(screen.getByTestId('pick-door-d-3').textContent).toContain('Out of service');
    expect(disabled('ask-save')).toBe(true);
    await press('pick-door-d-2');
    await press('ask-save');
    expect(fake.callsOf('save')).toEqual([
      ['assignDoor', { shipmentId: 's-1', doorId: 'd-2' }, { id: 's-1', version: 12 }],
    ]);
  });

  it('is no dead end in a warehouse without doors', async () => {
    const { fake } = await open({ status: 'arrived' }, 'receiver', { doors: [] });
    await press('next-action');
    expect(screen.getByText(/No doors are known/)).toBeTruthy();
    await press('ask-save');
    expect(fake.callsOf('save')).toEqual([['reportAtDoor', { shipmentId: 's-1' }, null]]);
  });

  it('has this station’s own door chosen already when it is free', async () => {
    const { fake } = await open({ status: 'arrived' }, 'receiver');
    expect(screen.getByTestId('next-action').dataset.command).toBe('reportAtDoor');
    await press('next-action');
    await press('ask-save');
    expect(fake.callsOf('save')).toEqual([['reportAtDoor', { shipmentId: 's-1', doorId: 'd-1' }, null]]);
  });

  it('is disabled offline when it is a decision, and says why', async () => {
    await open({ status: 'arrived' }, 'lead', { connection: offline });
    expect(disabled('next-action')).toBe(true);
    expect(screen.getByTestId('why-not').textContent).toContain('Needs the server');
  });

  it('is possible while polling: the server answers', async () => {
    await open({ status: 'arrived' }, 'lead', {
      connection: { kind: 'polling', reason: 'socket_unreachable', since: at(0) },
    });
    expect(disabled('next-action')).toBe(false);
  });

  it('tells whose it is when the role may not', async () => {
    await open({ status: 'unloading' }, 'inspector');
    expect(screen.getByTestId('why-not').textContent).toBe('Only receivers and leads can do this.');
  });

  it('closes only after being held for a second', async () => {
    const { fake } = await open({ status: 'received', version: 9 });
    await press('next-action');
    expect(fake.callsOf('save')).toEqual([]);
    await holdDown('next-action');
    expect(fake.callsOf('save')).toEqual([['closeShipment', { shipmentId: 's-1' }, { id: 's-1', version: 9 }]]);
  });

  it('says how many lines are not counted', async () => {
    await open({ status: 'counting', lineCount: 3, countedLines: 1 });
    expect(screen.getByText('2 lines not counted')).toBeTruthy();
  });
});
