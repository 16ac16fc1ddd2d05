import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..', 'resources', 'samples');

/** The day the sample notices were written for; every date in them is moved by as many days as have passed since. */
const WRITTEN_FOR = Date.UTC(2026, 10, 24);
const DAY = 86_400_000;

/** Moves each `YYYYMMDD` of November or December 2026 in a notice so that what it announces comes in today and tomorrow. */
export const movedTo = (x12: string, today: Date): string => {
  const days = Math.floor((today.getTime() - WRITTEN_FOR) / DAY);
  return x12.replace(/\b2026(1[12])(\d\d)\b/g, (_whole, month: string, day: string) =>
    new Date(Date.UTC(2026, Number(month) - 1, Number(day)) + days * DAY)
      .toISOString()
      .slice(0, 10)
      .replaceAll('-', ''),
  );
};

/** Every sample ship notice in the order of its name, with its dates moved to today. */
export const sampleNotices = (today: Date = new Date()): { file: string; text: string }[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.edi'))
    .sort()
    .map((file) => ({ file, text: movedTo(readFileSync(join(folder, file), 'utf8'), today) }));
