import type { Migration } from '../migrate.ts';

export const initial: Migration = {
  version: 1,
  up: `
-- One numbering per person and server: the server books a mutation to whoever sends it.
CREATE TABLE identity (
  owner TEXT NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  next_n INTEGER NOT NULL
) STRICT;

-- The outbox and what became of it. The order of the rows (rowid) is the order in which the work was done.
CREATE TABLE mutation (
  client_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  owner TEXT NOT NULL,
  server TEXT NOT NULL,
  user_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  role TEXT NOT NULL,
  type TEXT NOT NULL,
  args TEXT NOT NULL,
  base TEXT,
  occurred_at TEXT NOT NULL,
  clock_offset_ms INTEGER,
  hash TEXT NOT NULL,
  shipment_id TEXT,
  shipment_number TEXT,
  state TEXT NOT NULL CHECK (state IN ('pending', 'answered', 'needs_person', 'handled', 'done')),
  verdict TEXT,
  verdict_epoch TEXT,
  answered_at TEXT,
  -- A person has dealt with it once: if a restored server refuses it again, nobody is asked again.
  was_handled INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (client_id, n)
) STRICT;
CREATE INDEX mutation_open ON mutation (state) WHERE state <> 'done';
CREATE INDEX mutation_old ON mutation (answered_at) WHERE answered_at IS NOT NULL;

-- One row per change and reader: that is what makes an item exactly once.
CREATE TABLE inbox (
  owner TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  shipment_id TEXT,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  at TEXT NOT NULL,
  shown INTEGER NOT NULL DEFAULT 0,
  seen INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (owner, epoch, seq)
) STRICT;

-- Up to where the changes have been looked at; nothing at or below is ever news again.
CREATE TABLE notified (
  owner TEXT NOT NULL,
  epoch TEXT NOT NULL,
  up_to INTEGER NOT NULL,
  PRIMARY KEY (owner, epoch)
) STRICT;
`,
};
