// Loaded before everything else in a child process that a fault test started (`--import`): changes the product's source while
// it is being loaded, so that the product itself needs no switch for tests.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Faults, patched, root } from './patches.ts';

const { patches, crash } = JSON.parse(process.env.DOCKLINE_FAULTS ?? '{"patches":[]}') as Faults;
const byUrl = Map.groupBy(patches, ({ file }) => pathToFileURL(join(root, ...file.split('/'))).href);

let passes = 0;
Object.assign(globalThis, {
  dieHere: (label: string): void => {
    if (crash === undefined || label !== crash.label) return;
    passes += 1;
    if (passes !== crash.pass) return;
    writeFileSync(crash.diedFile, label);
    process.kill(process.pid, 'SIGKILL');
  },
});

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    const here = byUrl.get(url);
    if (here === undefined) return loaded;
    const text =
      typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source as Uint8Array);
    return { ...loaded, source: here.reduce(patched, text) };
  },
});
