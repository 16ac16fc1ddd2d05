import { act, cleanup, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createScreenStore } from '../state/screen-store.ts';
import { StationProvider } from '../state/station-context.tsx';
import { createStationStore } from '../state/station-store.ts';
import { createFakeStation } from '../testing/fake-station.ts';
import { at, detail, document } from '../testing/sample.ts';
import { useWebSocket } from './use-web-socket.ts';

afterEach(cleanup);

const open = async () => {
  const fake = createFakeStation({}, [detail()]);
  const store = createStationStore(fake.station, (run) => run());
  await store.getState().start();
  const screens = createScreenStore();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <StationProvider station={fake.station} store={store} screens={screens}>
      {children}
    </StationProvider>
  );
  return { fake, hook: renderHook(() => useWebSocket(), { wrapper }).result };
};

const viewing = {
  type: 'user:viewing',
  userId: 'u-1',
  userName: 'Tomek',
  socketId: 'x',
  shipmentId: 's-1',
  viewersCount: 2,
  timestamp: at(0),
} as const;

describe('useWebSocket', () => {
  it('has exactly the ten members of the guide', async () => {
    const { hook } = await open();
    expect(Object.keys(hook.current).sort()).toEqual(
      [
        'isConnected',
        'activeShipments',
        'joinShipment',
        'leaveShipment',
        'onShipmentUpdate',
        'onDocumentUpload',
        'onUserViewing',
        'onUserDisconnected',
        'onWarehouseCapacityChange',
        'emit',
      ].sort(),
    );
  });

  it('is connected while live over either transport, and not while polling or offline', async () => {
    const { fake, hook } = await open();
    expect(hook.current.isConnected).toBe(true);
    act(() => fake.push({ rev: 2, connection: { kind: 'live', transport: 'http', latencyMs: null } }));
    expect(hook.current.isConnected).toBe(true);
    act(() => fake.push({ rev: 3, connection: { kind: 'polling', reason: 'socket_silent', since: at(0) } }));
    expect(hook.current.isConnected).toBe(false);
    act(() => fake.push({ rev: 4, connection: { kind: 'offline', since: at(0) } }));
    expect(hook.current.isConnected).toBe(false);
  });

  it('joins and leaves shipments over the bridge', async () => {
    const { fake, hook } = await open();
    await act(async () => {
      expect(await hook.current.joinShipment('s-1')).toMatchObject({ id: 's-1' });
      await hook.current.joinShipment('s-1');
    });
    expect(hook.current.activeShipments).toEqual(['s-1']);
    await act(() => hook.current.leaveShipment('s-1'));
    expect(hook.current.activeShipments).toEqual([]);
    expect(fake.callsOf('leaveShipment')).toEqual([['s-1']]);
  });

  it('hands each event to its own listeners until they unsubscribe', async () => {
    const { fake, hook } = await open();
    const heard = { viewing: vi.fn(), gone: vi.fn(), update: vi.fn(), upload: vi.fn(), room: vi.fn() };
    const ends = [
      hook.current.onUserViewing(heard.viewing),
      hook.current.onUserDisconnected(heard.gone),
      hook.current.onShipmentUpdate(heard.update),
      hook.current.onDocumentUpload(heard.upload),
      hook.current.onWarehouseCapacityChange(heard.room),
    ];
    const upload = {
      type: 'document:uploaded',
      shipmentId: 's-1',
      document: document(),
      seq: 4,
      timestamp: at(0),
    } as const;
    const room = {
      type: 'warehouse:capacity_updated',
      warehouseId: 'w-1',
      capacity: { total: 10, available: 5, utilization: 50 },
      seq: 5,
      timestamp: at(0),
    } as const;
    for (const event of [viewing, { ...viewing, type: 'user:disconnected' } as const, upload, room])
      fake.pushEvent(event);
    expect(heard.viewing.mock.calls).toEqual([[viewing]]);
    expect(heard.gone).toHaveBeenCalledTimes(1);
    expect(heard.upload.mock.calls).toEqual([[upload]]);
    expect(heard.room.mock.calls).toEqual([[room]]);
    expect(heard.update).not.toHaveBeenCalled();
    for (const end of ends) end();
    fake.pushEvent(viewing);
    expect(heard.viewing).toHaveBeenCalledTimes(1);
  });

  it('keeps its functions from render to render, so that effects do not resubscribe', async () => {
    const { fake, hook } = await open();
    const before = hook.current;
    act(() => fake.push({ rev: 2, connection: { kind: 'offline', since: at(0) } }));
    expect(hook.current.onShipmentUpdate).toBe(before.onShipmentUpdate);
    expect(hook.current.emit).toBe(before.emit);
  });

  it('emits and answers the acknowledgement', async () => {
    const { fake, hook } = await open();
    expect(await hook.current.emit('ping')).toMatchObject({ ok: true });
    await hook.current.emit('typing:start', { shipmentId: 's-1' });
    expect(fake.callsOf('emit')).toEqual([
      ['ping', {}],
      ['typing:start', { shipmentId: 's-1' }],
    ]);
  });
});
