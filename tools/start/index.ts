// `npm start [-- --stations N] [--live] [--fresh] [--port P]`: server with the sample ship notices, and stations on it.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildStation } from '../build-once.ts';
import { orExit } from '../command-line.ts';
import { furnish } from '../dock/furnish.ts';
import { launchDockStation } from '../dock/launch-station.ts';
import { runLiveDock } from '../dock/live-dock.ts';
import { IVO, LENA, MARA, type Person } from '../dock/people.ts';
import { freePort, startServerProcess } from '../dock/server-process.ts';
import type { Station } from '../electron-stand-in/launch-station.ts';
import { whichHost } from '../electron-stand-in/which-host.ts';
import { readOptions } from './options.ts';

const root = join(import.meta.dirname, '..', '..');
const dataDir = join(root, 'data', 'start');
const pictures = join(root, 'artifacts', 'start');

const options = orExit(() => readOptions(process.argv.slice(2)));

const say = (line: string): void => console.log(`${new Date().toLocaleTimeString()}  ${line}`);
const personAt = (index: number): Person => {
  const [first, ...rest] = [MARA, IVO, LENA];
  const person = [first, ...rest][index % 3] ?? MARA;
  const round = Math.floor(index / 3);
  return round === 0 ? person : { ...person, sub: `${person.sub}${round + 1}`, name: `${person.name} ${round + 1}` };
};

const portToUse = async (): Promise<number> => {
  if (options.port !== null) return options.port;
  const taken = await fetch('http://127.0.0.1:5001/health')
    .then(() => true)
    .catch(() => false);
  return taken ? freePort() : 5001;
};

const main = async (): Promise<void> => {
  if (options.fresh) rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  mkdirSync(pictures, { recursive: true });
  buildStation();
  const host = whichHost();

  const server = await startServerProcess({ dataDir: join(dataDir, 'server'), port: await portToUse() });
  const stations: Station[] = [];
  const ending = new AbortController();
  const end = async (code: number): Promise<never> => {
    if (ending.signal.aborted) process.exit(code);
    ending.abort();
    say('Ending: stations first, then the server.');
    await Promise.allSettled(stations.map((station) => station.close()));
    await server.stop();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));

  try {
    const { shipments, warnings, refused } = await furnish(server);
    say(`Server at ${server.url} with ${shipments} sample shipments (${warnings} warnings from the notices).`);
    for (const line of refused) say(`Refused: ${line}`);
    say(`Stations run on ${host.describe}.`);
    for (let index = 0; index < options.stations; index++) {
      const person = personAt(index);
      const station = await launchDockStation({
        person,
        serverUrl: server.url,
        secret: server.secret,
        userData: join(dataDir, person.sub),
      });
      stations.push(station);
      await station.page.getByTestId('board-row').first().waitFor({ timeout: 30_000 });
      if (station.headed) say(`${person.name}’s station (${person.role}) is open in a window.`);
      else {
        const file = join(pictures, `${person.sub}.png`);
        await station.screenshot(file);
        say(
          `There is no display here, so ${person.name}’s station (${person.role}) has no window. What it shows: ${file}`,
        );
      }
    }
    if (options.live) {
      say('The simulated dock keeps moving.');
      void runLiveDock(server, say, ending.signal);
    }
    say('Ctrl-C ends everything.');
    if (stations.every((station) => station.headed)) {
      await Promise.all(stations.map((station) => station.ended));
      await end(0);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    await end(1);
  }
};

await main();
