import { ACTION_TEXT } from './en-actions.ts';
import { BOARD_TEXT } from './en-board.ts';
import { RECORD_TEXT } from './en-records.ts';
import { SHIPMENT_TEXT } from './en-shipment.ts';
import { STATION_TEXT } from './en-station.ts';
import { ERROR_TEXT } from './error-text.ts';

/** English, the language every other one falls back to. Sections by where a text is shown. */
export const en = {
  ...STATION_TEXT,
  ...BOARD_TEXT,
  ...SHIPMENT_TEXT,
  ...RECORD_TEXT,
  ...ACTION_TEXT,
  errors: ERROR_TEXT,
} as const;
