import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// A test waits for what it needs; the limit only ends one that hangs, on machines slower and busier than this one too.
const PATIENCE = 20_000;
const node = (name: string, ...include: string[]) => ({
  test: { name, include, environment: 'node' as const, testTimeout: PATIENCE, hookTimeout: PATIENCE },
});

export default defineConfig({
  test: {
    globalSetup: './tests/own-temporary-folder.ts',
    // Most tests wait more than they work: more of them than there are cores where there are two, so that the cores do not.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      node('contract', 'contract/**/*.test.ts'),
      node('server', 'server/**/*.test.ts'),
      node('main', 'src-main/**/*.test.ts', 'src-preload/**/*.test.ts'),
      node('tools', 'tools/**/*.test.ts', 'tests/rules/**/*.test.ts', 'tests/wire/**/*.test.ts'),
      // Real processes that are killed, cut off and fed garbage: each takes its time.
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          environment: 'node',
          // They wait more than they work: two at a time even where there are two cores only.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      node('simulation', 'tests/simulation/**/*.test.ts'),
      {
        test: {
          name: 'renderer',
          include: ['src-renderer/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          testTimeout: PATIENCE,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
