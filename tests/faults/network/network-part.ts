import { removeFolders } from '../support/dock.ts';
import type { PartResult } from '../support/part.ts';
import { playScenario, SCENARIOS } from './scenarios.ts';

/** Plays every scenario `more` times, one after another. */
export const runNetwork = async (more: number, say: (line: string) => void): Promise<PartResult> => {
  const failures: string[] = [];
  let played = 0;
  for (let round = 1; round <= more; round += 1) {
    for (const scenario of SCENARIOS) {
      const failure = await playScenario(scenario).then(
        () => null,
        (error: Error) => error.message,
      );
      if (failure !== null) failures.push(failure);
      played += 1;
      say(`${scenario.name}: ${failure === null ? 'level again' : 'FAILED'}`);
    }
  }
  removeFolders();
  return { summary: `${SCENARIOS.length} faults, ${played} times played`, failures };
};
