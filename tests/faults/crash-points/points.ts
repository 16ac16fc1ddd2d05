import type { CrashPoint } from './crash-point.ts';
import { SERVER_POINTS } from './server-points.ts';
import { SERVER_POINTS_APART } from './server-points-apart.ts';
import { STATION_POINTS } from './station-points.ts';
import { STATION_POINTS_APART } from './station-points-apart.ts';

export const CRASH_POINTS: readonly CrashPoint[] = [
  ...SERVER_POINTS,
  ...SERVER_POINTS_APART,
  ...STATION_POINTS,
  ...STATION_POINTS_APART,
];
