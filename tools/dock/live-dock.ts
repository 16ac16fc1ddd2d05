import { setTimeout as sleep } from 'node:timers/promises';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import { DockClient } from './dock-client.ts';
import { LENA, type Person } from './people.ts';
import type { ServerProcess } from './server-process.ts';

/** Colleagues at other stations, so that what the simulated dock does is never one's own work. */
const TOMAS: Person = { sub: 'tomas', name: 'Tomás', role: 'receiver', warehouses: ['JOL'] };

const NEXT: Partial<Record<ShipmentStatus, ShipmentStatus>> = {
  announced: 'in_transit',
  in_transit: 'arrived',
  arrived: 'at_door',
  at_door: 'unloading',
  unloading: 'counting',
  counting: 'received',
};

const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)];

/** A dock that keeps moving: every few seconds somebody takes a shipment one step on, until `signal` ends it. */
export const runLiveDock = async (
  server: ServerProcess,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  const tomas = await DockClient.signIn(server.url, TOMAS, server.secret);
  while (!signal.aborted) {
    await sleep(1500 + Math.random() * 2500, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await step(lena, tomas, say).catch((error: unknown) =>
      say(`the dock paused: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
};

const step = async (lena: DockClient, tomas: DockClient, say: (line: string) => void): Promise<void> => {
  const movable = (await lena.shipments('&warehouseId=JOL')).filter((shipment) => NEXT[shipment.status] !== undefined);
  const shipment = pick(movable);
  if (shipment === undefined) return;
  const status = NEXT[shipment.status];
  if (status === undefined) return;
  const door = freeDoor(movable);
  if (status === 'at_door' && door === undefined) return;
  const person = status === 'in_transit' ? lena : tomas;
  await person.setStatus(shipment.id, status, status === 'at_door' && door !== undefined ? { doorId: door } : {});
  say(`${shipment.number} is ${status.replaceAll('_', ' ')}${status === 'at_door' ? ` ${door}` : ''}`);
};

const freeDoor = (open: readonly Shipment[]): string | undefined => {
  const taken = new Set(open.map((shipment) => shipment.doorId));
  return ['JOL-D1', 'JOL-D2', 'JOL-D3', 'JOL-D4', 'JOL-D5'].find((door) => !taken.has(door));
};
