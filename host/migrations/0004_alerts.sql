-- How many seats nobody used at a reading, for the cost of idle seats. Purged after `steward.history.retentionDays`.
CREATE TABLE idle_reading (
    at           TEXT NOT NULL,
    site         TEXT NOT NULL,
    license_type TEXT NOT NULL,
    idle         INTEGER NOT NULL,
    PRIMARY KEY (at, site, license_type)
) STRICT, WITHOUT ROWID;

-- What releases saved and save, as JSON: kept beside the readings, which are purged.
CREATE TABLE savings_book (
    site TEXT PRIMARY KEY,
    book TEXT NOT NULL
) STRICT;

-- What administrators were told, and what is on its way, as JSON.
CREATE TABLE alert_state (
    site  TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT;

-- Who wants to hear nothing about what, until when, as JSON.
CREATE TABLE silence (
    id       TEXT PRIMARY KEY,
    until_at TEXT NOT NULL,
    body     TEXT NOT NULL
) STRICT;

-- Messages that wait for their sink. A message for two sinks is two rows.
CREATE TABLE message (
    -- The order in which they were written.
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The same event has the same id, also after a restart.
    id        TEXT NOT NULL,
    sink      TEXT NOT NULL,
    made_at   TEXT NOT NULL,
    -- What is said, as JSON.
    content   TEXT NOT NULL,
    attempts  INTEGER NOT NULL DEFAULT 0,
    -- What the last attempt met.
    problem   TEXT,
    -- The sink refused it for good, or it was given up.
    is_refused INTEGER NOT NULL DEFAULT 0,
    UNIQUE (id, sink)
) STRICT;

CREATE INDEX message_waiting ON message (sink, number) WHERE is_refused = 0;

-- What became of messages, ever since the ledger was made.
CREATE TABLE sink_count (
    sink TEXT NOT NULL,
    -- `delivered`, `refused` or `dropped`.
    what TEXT NOT NULL,
    messages INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (sink, what)
) STRICT, WITHOUT ROWID;

-- When something regular was done last, such as the digest.
CREATE TABLE mark (
    name TEXT PRIMARY KEY,
    at   TEXT NOT NULL
) STRICT;
