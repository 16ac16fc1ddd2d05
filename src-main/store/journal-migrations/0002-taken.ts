import type { Migration } from '../migrate.ts';

/** What asks somebody to take an inspection says which, so that it is withdrawn when somebody has. */
export const taken: Migration = {
  version: 2,
  up: `
ALTER TABLE inbox ADD COLUMN inspection_id TEXT;
ALTER TABLE inbox ADD COLUMN taken_by TEXT;
CREATE INDEX inbox_waiting ON inbox (owner, inspection_id) WHERE inspection_id IS NOT NULL AND taken_by IS NULL;
`,
};
