import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../core/ports.ts';

const MAX_BYTES = 1_000_000;
const OLD_FILES = 3;

const TOKEN = /eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g;
const ADDRESS = /\b(?:https?|wss?):\/\/[^\s"']+/g;
const BEARER = /\bBearer\s+\S+/gi;

/** Takes out what a log must not hold, should a message ever carry it along. */
export const redact = (text: string): string =>
  text.replaceAll(BEARER, 'Bearer [token]').replaceAll(TOKEN, '[token]').replaceAll(ADDRESS, '[address]');

const rotate = (file: string): void => {
  for (let at = OLD_FILES - 1; at >= 1; at -= 1) {
    if (existsSync(`${file}.${at}`)) renameSync(`${file}.${at}`, `${file}.${at + 1}`);
  }
  renameSync(file, `${file}.1`);
};

/**
 * A line of JSON per event. Four files of 1 MB at most; the oldest goes. A log that cannot be written is no reason to
 * fail anything else.
 */
export const openLog = (file: string, now: () => number): Log => {
  let size = -1;
  return (event, facts) => {
    const line = `${redact(JSON.stringify({ at: new Date(now()).toISOString(), event, ...facts }))}\n`;
    try {
      if (size < 0) {
        mkdirSync(dirname(file), { recursive: true });
        size = existsSync(file) ? statSync(file).size : 0;
      }
      if (size > 0 && size + line.length > MAX_BYTES) {
        rotate(file);
        size = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      size += line.length;
    } catch {
      size = -1;
    }
  };
};
