import { EventEmitter } from 'node:events';

type Surface = Pick<
  Electron.PowerMonitor,
  'onBatteryPower' | 'isOnBatteryPower' | 'getSystemIdleTime' | 'getSystemIdleState' | 'getCurrentThermalState'
>;

/** A machine that never sleeps by itself: tests emit `suspend`, `resume` and the rest on it, as they would on Electron's. */
export class PowerMonitorImpl extends EventEmitter implements Surface {
  onBatteryPower = false;
  /** Seconds since the person last did something; a test sets it. */
  idleSeconds = 0;

  isOnBatteryPower(): boolean {
    return this.onBatteryPower;
  }

  getSystemIdleTime(): number {
    return this.idleSeconds;
  }

  getSystemIdleState(threshold: number): 'active' | 'idle' {
    return this.idleSeconds >= threshold ? 'idle' : 'active';
  }

  getCurrentThermalState(): 'unknown' {
    return 'unknown';
  }
}

export const powerMonitorImpl = new PowerMonitorImpl();
