import { tmpdir } from 'node:os';
import type { Schedule } from './actions.ts';
import { checkEnd, settle } from './check-end.ts';
import { Laboratory } from './laboratory.ts';
import { perform } from './perform.ts';

export type Outcome = { readonly trace: string; readonly events: number; readonly saved: number };

/** One schedule from its beginning to the quiet after it. Throws a `Violation`. */
export const runSchedule = async ({ seed, actions }: Schedule, stations: number): Promise<Outcome> => {
  const laboratory = new Laboratory(seed, process.env.SIM_DIR ?? tmpdir());
  try {
    await laboratory.begin(stations);
    for (const action of actions) {
      await laboratory.tend();
      laboratory.world.note(`${action.do} ${action.station} ${action.pick}`);
      await perform(laboratory, action);
      await laboratory.pass(action.gap);
    }
    await settle(laboratory);
    await checkEnd(laboratory);
    const saved = laboratory.stations.reduce((sum, { memory }) => sum + memory.saved.length, 0);
    return { trace: laboratory.world.traceHash(), events: laboratory.world.events, saved };
  } finally {
    if (process.env.SIM_DEBUG !== undefined) console.error(laboratory.account(actions));
    laboratory.end();
  }
};
