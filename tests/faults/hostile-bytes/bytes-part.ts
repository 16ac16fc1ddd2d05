import { removeFolders } from '../support/dock.ts';
import type { PartResult } from '../support/part.ts';
import { attackServer } from './attack-server.ts';
import { assertKeepsNothing, leakOf } from './heap.ts';
import { runChild } from './run-child.ts';

const SERVER = { events: 25_000, packets: 5_000, requests: 20_000 };
const DOORS = 50_000;
const POLLS = 5_000;
const FILES = 500;
/** Bytes of every event that a planted leak keeps. */
const LEAK = 200;

/** Per unit of `more` a hundred thousand inputs and five hundred damaged files, from seeds of their own. */
export const runHostileBytes = async (more: number, say: (line: string) => void): Promise<PartResult> => {
  const failures: string[] = [];
  let inputs = 0;
  const attempt = async (what: string, run: () => Promise<Record<string, unknown>>): Promise<void> => {
    try {
      const came = await run();
      inputs += Number(came.inputs);
      if (Number(came.failed ?? 0) > 0) failures.push(`${what}: ${JSON.stringify(came.failures)}`);
      if (what === 'doors') assertKeepsNothing('the door', Number(came.grewBy), (DOORS + POLLS) / 2);
      say(`${what}: ${JSON.stringify(came)}`);
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (let seed = 1; seed <= more; seed += 1) {
    await attempt('server', () => attackServer(SERVER, seed));
    await attempt('doors', () => runChild('doors-child.ts', DOORS, POLLS, seed));
    await attempt('files', () => runChild('files-child.ts', FILES, seed));
  }
  const leaking = attackServer({ ...SERVER, packets: 0, requests: 0 }, 1, [leakOf(LEAK)]);
  const isFound = await leaking.then(
    () => false,
    (error: unknown) => /keeps \d+ bytes of each/.test(String(error)),
  );
  if (!isFound) failures.push(`planted and not found: a server that keeps ${LEAK} bytes of every event`);
  removeFolders();
  return {
    summary: `${inputs} inputs, ${FILES * more} of them damaged files, ${isFound ? 'the' : 'no'} planted leak found`,
    failures,
  };
};
