import { app } from 'electron';
import { shipmentFromArguments } from './start-arguments.ts';

/**
 * One station per profile: two would fight over the journal. False in the second process, which has handed its wish to
 * the first and must end.
 */
export const claimInstance = (onSecond: (shipmentId: string | null) => void): boolean => {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  app.on('second-instance', (_event, argv) => onSecond(shipmentFromArguments(argv)));
  return true;
};
