import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchStation, type Station } from '../electron-stand-in/launch-station.ts';
import { type Person, tokenFor } from './people.ts';

export type Desk = {
  readonly person: Person;
  readonly serverUrl: string;
  readonly secret: string;
  readonly userData?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
};

/** Launches a station that already knows its server and who works at it. */
export const launchDockStation = async ({
  person,
  serverUrl,
  secret,
  userData,
  viewport,
  colorScheme,
}: Desk): Promise<Station> =>
  launchStation({
    name: person.name,
    userData: userData ?? mkdtempSync(join(tmpdir(), `dockline-${person.sub}-`)),
    env: {
      DOCKLINE_SERVER_URL: serverUrl,
      DOCKLINE_TOKEN: await tokenFor(person, secret),
      DOCKLINE_STATION_NAME: `${person.name}’s station`,
    },
    ...(viewport === undefined ? {} : { viewport }),
    ...(colorScheme === undefined ? {} : { colorScheme }),
  });
