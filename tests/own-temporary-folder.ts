import { makeOwnTemporaryFolder } from '../tools/own-temporary-folder.ts';

/** Of a whole run of tests: what they and their processes leave in temporary folders goes when all have ended. */
export const setup = (): (() => void) => makeOwnTemporaryFolder('tests');
