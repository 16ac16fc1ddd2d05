import { numbers } from '../options.ts';
import { mostInASecond, percentile, table } from '../stats.ts';
import { docklineStorm } from './dockline.ts';
import { guideStorm } from './guide.ts';

/** The server is killed and comes back after three seconds: how soon everybody is live and current again. */
export const storm = async (args: readonly string[]): Promise<void> => {
  const { stations, rate } = numbers(args, { stations: 1000, rate: 10 });
  const results = [await guideStorm(stations, rate), await docklineStorm(stations, rate)];
  console.log(
    `storm: ${stations} stations, server killed for 3 s, ${rate} changes/s as soon as it is back; times from the start of the ` +
      'new server process; server and stations share this machine’s cores',
  );
  const rows = results.map((one) => {
    const sorted = Float64Array.from(one.backMs);
    // Of all stations, so one that never came back pushes the figure out of sight.
    const at = (share: number): string =>
      sorted.length < Math.ceil(share * one.stations)
        ? 'never'
        : percentile(sorted, (share * one.stations) / sorted.length).toFixed(0);
    return [
      one.name,
      one.listeningMs.toFixed(0),
      at(0.5),
      at(0.99),
      at(1),
      String(mostInASecond(one.connectsAt)),
      one.usage.loopP99Ms.toFixed(1),
      one.usage.loopMaxMs.toFixed(0),
      one.remark,
    ];
  });
  const heading = ['', 'listens ms', '50 % ms', '99 % ms', '100 % ms', 'peak/s', 'loop p99 ms', 'loop max ms', ''];
  console.log(table([heading, ...rows]));
  for (const one of results.filter(({ backMs }) => backMs.length < stations)) {
    console.error(`${one.name}: ${one.backMs.length} of ${stations} stations came back`);
    process.exitCode = 1;
  }
};
