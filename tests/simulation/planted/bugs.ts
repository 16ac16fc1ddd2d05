import type { Bug } from './plant.ts';

export const BUGS: readonly Bug[] = [];
