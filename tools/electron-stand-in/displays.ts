import { EventEmitter } from 'node:events';

type Surface = Pick<
  Electron.Screen,
  'getPrimaryDisplay' | 'getAllDisplays' | 'getDisplayNearestPoint' | 'getCursorScreenPoint'
>;

const area = { x: 0, y: 0, width: 1920, height: 1080 };

/** The one display there is, as far as the app can tell: a full-HD monitor, whatever really stands there. */
export const display: Electron.Display = {
  accelerometerSupport: 'unknown',
  bounds: area,
  colorDepth: 24,
  colorSpace: 'srgb',
  depthPerComponent: 8,
  detected: true,
  displayFrequency: 60,
  id: 1,
  internal: false,
  label: 'stand-in',
  maximumCursorSize: { width: 64, height: 64 },
  monochrome: false,
  nativeOrigin: { x: 0, y: 0 },
  rotation: 0,
  scaleFactor: 1,
  size: { width: area.width, height: area.height },
  touchSupport: 'unknown',
  workArea: area,
  workAreaSize: { width: area.width, height: area.height },
};

export class ScreenImpl extends EventEmitter implements Surface {
  getPrimaryDisplay(): Electron.Display {
    return display;
  }

  getAllDisplays(): Electron.Display[] {
    return [display];
  }

  getDisplayNearestPoint(_point: Electron.Point): Electron.Display {
    return display;
  }

  getCursorScreenPoint(): Electron.Point {
    return { x: 0, y: 0 };
  }
}
