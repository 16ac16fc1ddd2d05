import { afterAll, describe, it } from 'vitest';
import { removeFolders } from '../support/dock.ts';
import { playScenario, SCENARIOS } from './scenarios.ts';

afterAll(removeFolders);

// A slice (`npm run faults -- --part network` plays all). Each waits more than it works, so several run side by side.
describe('station rows equal server rows, nothing is unsent and everything happened once, after', () => {
  it.concurrent.each(SCENARIOS.filter(({ isLong }) => isLong !== true))('$name', (scenario) => playScenario(scenario));
});
