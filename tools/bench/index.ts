// `npm run bench -- fanout|requests|catchup|… [--option N …]`: each measures Dockline and its baselines in the same run.
import { orExit } from '../command-line.ts';
import { takeOwnTemporaryFolder } from '../own-temporary-folder.ts';
import { catchup } from './catchup/run.ts';
import { durable } from './durable/run.ts';
import { fanout } from './fanout/run.ts';
import { requests } from './requests/run.ts';
import { snapshot } from './snapshot/run.ts';
import { soak } from './soak/run.ts';
import { stall } from './stall/run.ts';
import { storm } from './storm/run.ts';

takeOwnTemporaryFolder('bench');

const benches: Record<string, (args: readonly string[]) => Promise<void>> = {
  fanout,
  requests,
  catchup,
  snapshot,
  durable,
  storm,
  stall,
  soak,
};
const [name = '', ...rest] = process.argv.slice(2);
const bench = benches[name];

if (bench === undefined) {
  console.error(
    `Say which: ${Object.keys(benches).join(', ')}. For example: npm run bench -- fanout --stations 500 --rate 10`,
  );
  process.exitCode = 2;
} else {
  await bench(rest).catch((error: unknown) =>
    orExit(() => {
      throw error;
    }),
  );
  process.exit();
}
