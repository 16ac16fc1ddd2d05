import { app } from 'electron';
import { forbiddenAmong } from './forbidden-switches.ts';

/** Exit code for "this may not be started like that": a supervisor must not loop on it. */
const BAD_START = 78;

/**
 * Call before anything else. A packaged station started with a switch that opens it up ends at once; fuses do not cover
 * Chromium's own switches. True when all is well.
 */
export const refuseSwitches = (): boolean => {
  const found = app.isPackaged ? forbiddenAmong((name) => app.commandLine.hasSwitch(name)) : [];
  if (found.length === 0) return true;
  console.error(
    `Dockline does not start with ${found.map((name) => `--${name}`).join(', ')}. Remove it and start again.`,
  );
  app.exit(BAD_START);
  return false;
};
