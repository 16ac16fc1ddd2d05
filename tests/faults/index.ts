// `npm run faults -- [--part crash|power|network|bytes|disk] [--more N]`: each part at length, one summary line each.
import { parseArgs } from 'node:util';
import { takeOwnTemporaryFolder } from '../../tools/own-temporary-folder.ts';
import type { PartResult } from './support/part.ts';

takeOwnTemporaryFolder('faults');

type Run = (more: number, say: (line: string) => void) => Promise<PartResult>;

const PARTS: Readonly<Record<string, () => Promise<Run>>> = {
  crash: async () => (await import('./crash-points/crash-part.ts')).runCrashPoints,
  power: async () => (await import('./power-loss/power-part.ts')).runPowerLoss,
  network: async () => (await import('./network/network-part.ts')).runNetwork,
  bytes: async () => (await import('./hostile-bytes/bytes-part.ts')).runHostileBytes,
  disk: async () => (await import('./disk-full/disk-part.ts')).runDiskFull,
};

const { values } = parseArgs({ options: { part: { type: 'string' }, more: { type: 'string', default: '1' } } });
const more = Number(values.more);
const names = values.part === undefined ? Object.keys(PARTS) : [values.part];
if (!Number.isInteger(more) || more < 1 || names.some((name) => !Object.hasOwn(PARTS, name))) {
  console.error(`Use: npm run faults -- [--part ${Object.keys(PARTS).join('|')}] [--more N], N from 1.`);
  process.exit(2);
}

const lines: string[] = [];
for (const name of names) {
  const run = await PARTS[name]?.();
  if (run === undefined) continue;
  const started = performance.now();
  console.log(`\n> ${name}`);
  const { summary, failures } = await run(more, (line) => console.log(`  ${line}`));
  for (const failure of failures) console.error(`\n${name}: ${failure}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  const outcome = failures.length === 0 ? 'ok  ' : 'FAIL';
  lines.push(`${name.padEnd(8)} ${outcome} ${summary}; ${failures.length} failed; ${seconds} s`);
  if (failures.length > 0) process.exitCode = 1;
}
console.log(`\n${lines.join('\n')}`);
