import { removeFolders } from '../support/dock.ts';
import type { PartResult } from '../support/part.ts';
import { PLANTED } from './planted.ts';
import { CRASH_POINTS } from './points.ts';
import { runPoint } from './run-point.ts';
import { forgetSituations } from './situations.ts';

/** Docks at the same time: they wait more than they work. */
const LANES = 3;

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Task = (lane: number) => Promise<void>;

const inLanes = async (tasks: readonly Task[]): Promise<void> => {
  const left = [...tasks];
  const runLane = async (lane: number): Promise<void> => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) await task(lane);
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane)));
};

/** Dies at every place, the first, second … `more`th time it is passed, and once with every planted bug. */
export const runCrashPoints = async (more: number, say: (line: string) => void): Promise<PartResult> => {
  const failures: string[] = [];
  let deaths = 0;
  let caught = 0;
  const passes = Array.from({ length: more }, (_, at) => at + 1);
  const dyings = passes.flatMap((pass) =>
    CRASH_POINTS.map(
      (point): Task =>
        async (lane) => {
          const name = `${point.side} ${point.label}, pass ${pass}`;
          try {
            const came = await runPoint(point, pass, lane);
            if (came === 'died') deaths += 1;
            else if (pass === 1) failures.push(`${point.side} ${point.label}: never passed`);
            say(`${name}: ${came}`);
          } catch (error) {
            failures.push(`${name}: ${message(error)}`);
            say(`${name}: FAILED`);
          }
        },
    ),
  );
  const plantings = PLANTED.map(
    ({ bug, point, shows }): Task =>
      async (lane) => {
        const wasCaught = await runPoint(point, 2, lane).then(
          () => false,
          (error: unknown) => shows.test(message(error)),
        );
        if (wasCaught) caught += 1;
        else failures.push(`planted and not found: ${bug}`);
      },
  );
  await inLanes([...dyings, ...plantings]);
  forgetSituations();
  removeFolders();
  const summary = `${CRASH_POINTS.length} places, ${deaths} deaths, ${caught} of ${PLANTED.length} planted bugs found`;
  return { summary, failures };
};
