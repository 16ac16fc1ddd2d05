import type { Migration } from '../migrate.ts';

/**
 * How far each person's inbox has come is kept with the running hash, and so are some positions before it: where a restored server
 * and this station part is found among them. What was known before this version has no hash.
 */
export const bookmarks: Migration = {
  version: 3,
  up: `
CREATE TABLE bookmark (
  owner TEXT NOT NULL,
  seq INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  chain TEXT NOT NULL,
  -- The view in which changes were looked at, and when the last of them was recorded.
  view TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (owner, seq)
) STRICT;
INSERT INTO bookmark (owner, seq, epoch, chain, view, at)
  SELECT owner, up_to, epoch, '', '', '' FROM notified WHERE rowid IN (SELECT max(rowid) FROM notified GROUP BY owner);
DROP TABLE notified;

-- Whose inbox has looked at every change that the rows on this station hold. Empty: whoever signs in first, as before this version.
CREATE TABLE follower (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  owner TEXT NOT NULL
) STRICT;
INSERT INTO follower (id, owner) SELECT 1, '' FROM bookmark LIMIT 1;

CREATE INDEX inbox_seq ON inbox (owner, seq);
`,
};
