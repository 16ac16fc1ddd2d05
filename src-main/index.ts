import { compose, type Running } from './compose.ts';
import { prepareApp } from './shell/app-identity.ts';
import { onQuit, whenReady } from './shell/application.ts';
import { refuseSwitches } from './shell/refuse-switches.ts';
import { claimInstance } from './shell/single-instance.ts';
import { shipmentFromArguments } from './shell/start-arguments.ts';

let running: Running | null = null;

if (refuseSwitches() && claimInstance((shipmentId) => running?.show(shipmentId))) {
  prepareApp();
  onQuit(async () => running?.stop());
  whenReady(async () => {
    running = await compose(shipmentFromArguments(process.argv));
  });
}
