import type { Options } from './options.ts';
import { BUGS } from './planted/bugs.ts';
import { startWorker } from './start-worker.ts';

/** Schedules within which every planted bug must be caught. */
export const BUDGET = 500;

/** Plants the bugs one by one, each in a process of its own; false when one is not caught. */
export const runBugs = async ({ bug, seed, operations, stations }: Options): Promise<boolean> => {
  let isGood = true;
  for (const { name, number } of BUGS.filter((each) => bug === null || each.name === bug)) {
    let tried = 0;
    let caught: string | null = null;
    const args = ['--bug', name, '--seed', `${seed}`, '--schedules', `${BUDGET}`];
    const code = await startWorker(
      [...args, '--operations', `${operations}`, '--stations', `${stations}`],
      ({ violation }) => {
        tried += 1;
        if (violation !== null) caught ??= `${violation.property}: ${violation.message.split('\n')[0]?.slice(0, 160)}`;
      },
    );
    if (code !== 0 || caught === null) isGood = false;
    const outcome =
      caught === null ? `NOT caught in ${tried} schedules` : `caught after ${tried} schedules by ${caught}`;
    console.log(`#${number} ${name}: ${outcome}`);
  }
  console.log('#9 normal-outbox: not seen here, where nothing loses its power; tests/faults has a disk that does.');
  return isGood;
};
