// `npm run sim`: schedules in processes of their own, and in the end one line that adds them up.
import { orExit } from '../../tools/command-line.ts';
import { takeOwnTemporaryFolder } from '../../tools/own-temporary-folder.ts';
import { type Options, readOptions } from './options.ts';
import { runBugs } from './run-bugs.ts';
import { startWorker } from './start-worker.ts';
import type { Result } from './try-one.ts';
import { KINDS, type Kind } from './violation.ts';

const replayOf = ({ operations, stations }: Options, { seed, path }: Result): string =>
  `npm run sim -- --operations ${operations} --stations ${stations} --seed ${seed} ${path === null ? '--schedules 1' : `--path ${path}`}`;

const runSchedules = async (options: Options): Promise<boolean> => {
  const { schedules, operations, stations, seed, path } = options;
  const jobs = path === null ? Math.min(options.jobs, schedules) : 1;
  const counts: Record<Kind, number> = { lost: 0, duplicated: 0, diverged: 0, leaked: 0, illegal: 0 };
  const started = performance.now();
  let done = 0;
  const take = (result: Result): void => {
    done += 1;
    if (result.violation !== null) {
      counts[result.violation.kind] += 1;
      console.log(
        `schedule ${result.seed} failed, shrunk to ${result.shrunkTo} operations: ${result.violation.message}`,
      );
      console.log(`  ${replayOf(options, result)}`);
    }
    const speed = Math.round((done * operations * 1000) / (performance.now() - started));
    if (done % Math.ceil(schedules / 20) === 0) console.log(`${done}/${schedules} schedules, ${speed} operations/s`);
  };
  const args = (job: number): string[] => [
    ...['--operations', `${operations}`, '--stations', `${stations}`, '--jobs', `${jobs}`],
    ...['--seed', `${seed + job}`, '--schedules', `${path === null ? Math.max(1, schedules - job) : 1}`],
    ...(path === null ? [] : ['--path', path]),
  ];
  const codes = await Promise.all(Array.from({ length: jobs }, (_, job) => startWorker(args(job), take)));
  const isWhole = codes.every((code) => code === 0) && done === (path === null ? schedules : 1);
  if (!isWhole) console.log('A worker ended before its time.');
  const summary = {
    schedules: done,
    operations: done * operations,
    ...Object.fromEntries(KINDS.map((kind) => [kind, counts[kind]])),
  };
  console.log(JSON.stringify(summary));
  return isWhole && KINDS.every((kind) => counts[kind] === 0);
};

if (import.meta.main) {
  const options = orExit(() => readOptions(process.argv.slice(2)));
  takeOwnTemporaryFolder('sim');
  const isGood = options.bugs || options.bug !== null ? await runBugs(options) : await runSchedules(options);
  process.exitCode = isGood ? 0 : 1;
}
