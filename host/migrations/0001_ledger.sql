-- The ledger: what was decided and done, each entry proving the one before it. ARCHITECTURE.md describes the chain.
CREATE TABLE entry (
    seq    INTEGER PRIMARY KEY,
    at     TEXT NOT NULL,
    format INTEGER NOT NULL,
    body   TEXT NOT NULL,
    prev   TEXT NOT NULL,
    hash   TEXT NOT NULL UNIQUE
) STRICT;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Who the references of the entries are. A row can be erased without breaking the chain.
CREATE TABLE person (
    reference      TEXT PRIMARY KEY,
    salt           BLOB NOT NULL,
    -- Folded `directory\id`, so that one person has one row.
    account        TEXT NOT NULL UNIQUE,
    user_directory TEXT NOT NULL,
    user_id        TEXT NOT NULL
) STRICT;

-- What a plan was made of, compressed with zstd: enough to make it again, byte for byte.
CREATE TABLE plan (
    plan_id    TEXT PRIMARY KEY,
    made_at    TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    -- The plan as a file.
    body       BLOB NOT NULL,
    -- A snapshot file: facts, settings without secrets, and what the guard remembered.
    made_of    BLOB NOT NULL,
    -- Somebody was erased from it since, so it cannot be made again exactly.
    is_erased  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The components that decided, by digest.
CREATE TABLE component (
    digest TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;

-- Every reading of the pools, for charts. Purged after `steward.history.retentionDays`.
CREATE TABLE reading (
    at           TEXT NOT NULL,
    license_type TEXT NOT NULL,
    total        INTEGER NOT NULL,
    allocated    INTEGER NOT NULL,
    used         INTEGER NOT NULL,
    available    INTEGER NOT NULL,
    quarantined  INTEGER NOT NULL,
    excess       INTEGER NOT NULL,
    PRIMARY KEY (at, license_type)
) STRICT;
