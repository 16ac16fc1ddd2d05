import { afterAll, describe, it } from 'vitest';
import { removeFolders } from '../support/dock.ts';
import { SCENARIOS } from './scenarios.ts';

afterAll(removeFolders);

describe('saving is refused loudly, nothing is half written, and it goes on afterwards, when', () => {
  it.concurrent.each(SCENARIOS)('$name', ({ play }) => play());
});
