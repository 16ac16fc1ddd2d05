// `npm test`: format, lint, types, build, every unit suite, faults, then end to end; ends with one line that adds them all up.
import { spawnSync } from 'node:child_process';
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

const run = (command: string, args: readonly string[]): boolean => {
  console.log(`\n> ${command} ${args.join(' ')}`);
  const { status } = spawnSync(join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status === 0;
};

const step = (command: string, ...args: string[]): Count => {
  const ok = run(command, args);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
};

/** A suite that ran no test, or whose run failed outside any test, has failed: silence is never a pass. */
const suite = (name: string, projects: readonly string[]): Count => {
  const file = join(reports, `${name}.json`);
  const flags = projects.flatMap((project) => ['--project', project]);
  const ok = run('vitest', ['run', ...flags, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
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

const started = performance.now();
const results: Record<string, Count> = {
  'format and lint': step('biome', 'check', '.'),
  types: step('tsc', '-b'),
  build: step('electron-vite', 'build', '--logLevel', 'warn'),
  unit: suite('unit', ['contract', 'server', 'main', 'renderer', 'tools']),
  simulation: suite('simulation', ['simulation']),
  faults: suite('faults', ['faults']),
  'end to end': suite('e2e', ['e2e']),
};

console.log('');
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
console.log(`${Math.round((performance.now() - started) / 1000)} s`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;
