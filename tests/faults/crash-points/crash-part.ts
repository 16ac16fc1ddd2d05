import { removeFolders } from '../support/dock.ts';
import type { PartResult } from '../support/part.ts';
import { CRASH_POINTS, PLANTED } from './points.ts';
import { runPoint } from './run-point.ts';

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Dies at every place, the first, second … `more`th time it is passed, and once with every planted bug. */
export const runCrashPoints = async (more: number, say: (line: string) => void): Promise<PartResult> => {
  const failures: string[] = [];
  let deaths = 0;
  for (let pass = 1; pass <= more; pass += 1) {
    for (const point of CRASH_POINTS) {
      try {
        const came = await runPoint(point, pass);
        if (came === 'died') deaths += 1;
        else if (pass === 1) failures.push(`${point.side} ${point.label}: never passed`);
        say(`${point.side} ${point.label}, pass ${pass}: ${came}`);
      } catch (error) {
        failures.push(`${point.side} ${point.label}, pass ${pass}: ${message(error)}`);
        say(`${point.side} ${point.label}, pass ${pass}: FAILED`);
      }
    }
  }
  let caught = 0;
  for (const { bug, point, shows } of PLANTED) {
    const wasCaught = await runPoint(point, 2).then(
      () => false,
      (error: unknown) => shows.test(message(error)),
    );
    if (wasCaught) caught += 1;
    else failures.push(`planted and not found: ${bug}`);
  }
  removeFolders();
  const summary = `${CRASH_POINTS.length} places, ${deaths} deaths, ${caught} of ${PLANTED.length} planted bugs found`;
  return { summary, failures };
};
