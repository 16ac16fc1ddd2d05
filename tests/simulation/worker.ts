// One process that runs schedules, because only a process of its own can have its clock, its chance and its loop taken away. Says a
// line of JSON for every schedule. With `--bug`, the product is loaded with that bug in it.
import './ambient.ts';
import { readOptions } from './options.ts';
import { BUGS } from './planted/bugs.ts';
import { plant } from './planted/plant.ts';

const options = readOptions(process.argv.slice(2));
if (options.bug !== null) {
  const bug = BUGS.find(({ name }) => name === options.bug);
  if (bug === undefined) throw new Error(`There is no planted bug "${options.bug}".`);
  plant(bug);
}
// Only now: the product is loaded as the hooks have it.
const { tryOne } = await import('./try-one.ts');

const last = options.seed + options.schedules;
for (let seed = options.seed; seed < last; seed += options.bug === null ? options.jobs : 1) {
  const result = await tryOne(seed, options);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (options.bug !== null && result.violation !== null) break;
}
process.exit(0);
