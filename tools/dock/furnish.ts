import { DockClient } from './dock-client.ts';
import { ADA, LENA, tokenFor } from './people.ts';
import { sampleNotices } from './sample-notices.ts';
import type { ServerProcess } from './server-process.ts';

const DOORS = ['D1', 'D2', 'D3', 'D4', 'D5', 'D6'] as const;

/** Defines the warehouses of the sample notices and the doors of the one in Joliet; safe to do again. */
export const defineDock = (server: Pick<ServerProcess, 'url' | 'secret'>): Promise<void> =>
  define(server, [
    { type: 'defineWarehouse', args: { warehouseId: 'JOL', name: 'Joliet', timeZone: 'America/Chicago' } },
    { type: 'defineWarehouse', args: { warehouseId: 'VEN', name: 'Venlo', timeZone: 'Europe/Amsterdam' } },
    { type: 'defineWarehouse', args: { warehouseId: 'HFA', name: 'Haifa', timeZone: 'Asia/Jerusalem' } },
    ...DOORS.map((name) => ({
      type: 'defineDoor',
      args: {
        doorId: `JOL-${name}`,
        warehouseId: 'JOL',
        name,
        kind: name === 'D5' ? 'cold' : 'ambient',
        inService: name !== 'D6',
      },
    })),
  ]);

export type Furnished = {
  /** Shipments that the sample notices are about, those that one of them cancelled too; now or from an earlier time. */
  readonly shipments: number;
  readonly warnings: number;
  readonly refused: readonly string[];
};

/** Sets up the dock with its capacity and sends in every sample notice; safe to do again. */
export const furnish = async (server: Pick<ServerProcess, 'url' | 'secret'>): Promise<Furnished> => {
  await defineDock(server);
  const ada = await DockClient.signIn(server.url, ADA, server.secret);
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  await lena.setCapacity('JOL', 1000, 350);
  // Changes and cancellations name shipments that another notice has announced.
  const ids = new Set<string>();
  const refused: string[] = [];
  let warnings = 0;
  for (const { file, text } of sampleNotices()) {
    const reply = await ada.sendNotice(text).catch((error: unknown) => {
      refused.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    });
    for (const { id } of reply?.shipments ?? []) ids.add(id);
    warnings += reply?.warnings.length ?? 0;
  }
  return { shipments: ids.size, warnings, refused };
};

const define = async (
  server: Pick<ServerProcess, 'url' | 'secret'>,
  commands: readonly { type: string; args: Record<string, unknown> }[],
): Promise<void> => {
  const clientId = `furnish-${process.pid}-${Date.now()}`;
  const occurredAt = new Date().toISOString();
  const reply = await fetch(`${server.url}/api/sync/mutations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await tokenFor(ADA, server.secret)}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      mutations: commands.map((command, at) => ({ clientId, n: at + 1, occurredAt, ...command })),
    }),
  });
  if (!reply.ok) throw new Error(`The warehouse could not be set up: ${reply.status} ${await reply.text()}`);
};
