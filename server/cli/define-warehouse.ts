import { randomUUID } from 'node:crypto';
import type { CommandInput } from '#contract/domain/command-args.ts';
import { MAX_PUSH, pushReply } from '#contract/wire/sync.ts';
import { CommandLineError } from './command-line-error.ts';
import { readArgs } from './read-args.ts';
import { type ServerAccess, sentenceOf, throughServer } from './through-server.ts';

const OPTIONS = {
  name: { type: 'string' },
  zone: { type: 'string', default: 'UTC' },
  doors: { type: 'string', default: '0' },
} as const;

type Work =
  | { readonly type: 'defineWarehouse'; readonly args: CommandInput['defineWarehouse'] }
  | { readonly type: 'defineDoor'; readonly args: CommandInput['defineDoor'] };

const MOST_DOORS = 500;

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
};

const workOf = (warehouseId: string, name: string, timeZone: string, doors: number): Work[] => [
  { type: 'defineWarehouse', args: { warehouseId, name, timeZone } },
  ...Array.from({ length: doors }, (_, at): Work => {
    const door = `D${at + 1}`;
    return { type: 'defineDoor', args: { doorId: `${warehouseId}-${door}`, warehouseId, name: door } };
  }),
];

/** Pushes as a station of its own; the first refusal ends it. */
const push = async ({ url, headers }: ServerAccess, work: readonly Work[]): Promise<void> => {
  const clientId = `operator-${randomUUID()}`;
  const occurredAt = new Date().toISOString();
  const mutations = work.map((each, at) => ({ clientId, n: at + 1, occurredAt, ...each }));
  for (let from = 0; from < mutations.length; from += MAX_PUSH) {
    const reply = await fetch(`${url}/api/sync/mutations`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ mutations: mutations.slice(from, from + MAX_PUSH) }),
    });
    if (!reply.ok) throw new Error(await sentenceOf(reply));
    const { verdicts, stoppedBy } = pushReply.parse(await reply.json());
    const refused = verdicts.find(({ verdict }) => verdict === 'rejected' || verdict === 'conflict');
    if (refused !== undefined || stoppedBy !== undefined)
      throw new Error(refused?.message ?? stoppedBy?.message ?? 'The server refused.');
  }
};

/** `warehouse ID --name NAME [--zone ZONE] [--doors N]`: may be repeated, the last word stands. */
export const defineWarehouse = async (args: string[], env: NodeJS.ProcessEnv): Promise<number> => {
  const { values, positionals } = readArgs(args, OPTIONS);
  const [warehouseId, ...rest] = positionals;
  if (warehouseId === undefined || rest.length > 0) throw new CommandLineError('Say the id of one warehouse.');
  if (values.name === undefined) throw new CommandLineError('--name is required.');
  if (!isTimeZone(values.zone)) throw new CommandLineError(`${values.zone} is not an IANA time zone.`);
  const doors = Number(values.doors);
  if (!Number.isInteger(doors) || doors < 0 || doors > MOST_DOORS)
    throw new CommandLineError(`--doors is a number from 0 to ${MOST_DOORS}.`);
  const work = workOf(warehouseId, values.name, values.zone, doors);
  await throughServer(env, (server) => push(server, work));
  console.log(`Warehouse ${warehouseId} (${values.name}, ${values.zone}) with ${doors} doors.`);
  return 0;
};
