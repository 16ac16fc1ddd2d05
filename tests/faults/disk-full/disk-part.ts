import { removeFolders } from '../support/dock.ts';
import type { PartResult } from '../support/part.ts';
import { SCENARIOS } from './scenarios.ts';

/** Plays every scenario `more` times. */
export const runDiskFull = async (more: number, say: (line: string) => void): Promise<PartResult> => {
  const failures: string[] = [];
  for (let round = 1; round <= more; round += 1) {
    for (const { name, play } of SCENARIOS) {
      const failure = await play().then(
        () => null,
        (error: Error) => `${name}: ${error.message}`,
      );
      if (failure !== null) failures.push(failure);
      say(`${name}: ${failure === null ? 'refused loudly, went on' : 'FAILED'}`);
    }
  }
  removeFolders();
  return { summary: `${SCENARIOS.length} troubles with the disk, ${more} times each`, failures };
};
