// `npm test`: format, lint, types, build, every suite; ends with one line that adds them all up. What leaves cores idle runs side
// by side, and is printed when it ends.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const reports = join(root, '.cache', 'test-reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

type Count = { passed: number; failed: number; skipped: number };
type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
};

const started = performance.now();
const seconds = (): string => `${Math.round((performance.now() - started) / 1000)} s`;

const run = (command: string, args: readonly string[]): Promise<boolean> => {
  const line = `${command} ${args.join(' ')}`;
  console.log(`> ${line}`);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const printed: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => printed.push(piece));
  child.stderr.on('data', (piece: Buffer) => printed.push(piece));
  child.on('error', (error) => printed.push(Buffer.from(`${error.message}\n`)));
  child.on('close', (code) => {
    console.log(`\n< ${line}\n${Buffer.concat(printed).toString()}< ended with ${code} at ${seconds()}\n`);
    resolve(code === 0);
  });
  return promise;
};

const step = async (command: string, ...args: string[]): Promise<Count> => {
  const ok = await run(command, args);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
};

/** A suite that ran no test, or whose run failed outside any test, has failed: silence is never a pass. */
const suite = async (name: string, projects: readonly string[]): Promise<Count> => {
  const file = join(reports, `${name}.json`);
  const flags = projects.flatMap((project) => ['--project', project]);
  const ok = await run('vitest', [
    'run',
    ...flags,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const broken = !ok || !report.success || report.numPassedTests === 0;
    return {
      passed: report.numPassedTests,
      failed: Math.max(report.numFailedTests, broken ? 1 : 0),
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

const [lint, types, build] = await Promise.all([
  step('biome', 'check', '.'),
  step('tsc', '-b'),
  step('electron-vite', 'build', '--logLevel', 'warn'),
]);
const unit = await suite('unit', ['contract', 'server', 'main', 'renderer', 'tools']);
// Faults and stations wait for networks, processes and pages more than they work.
const [faults, simulation, e2e] = await Promise.all([
  suite('faults', ['faults']),
  suite('simulation', ['simulation']),
  suite('e2e', ['e2e']),
]);
const results: Record<string, Count> = { lint, types, build, unit, simulation, faults, 'end to end': e2e };

for (const [name, count] of Object.entries(results)) {
  console.log(
    `${name.padEnd(16)} ${count.failed === 0 ? 'ok  ' : 'FAIL'} ${count.passed} passed, ${count.failed} failed`,
  );
}
const total = Object.values(results).reduce((sum, count) => ({
  passed: sum.passed + count.passed,
  failed: sum.failed + count.failed,
  skipped: sum.skipped + count.skipped,
}));
console.log(seconds());
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;
