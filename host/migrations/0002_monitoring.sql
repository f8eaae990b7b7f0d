-- What monitoring reads, for charts. Purged after `steward.history.retentionDays`.
-- One row for each access type and reading, seats, minutes and tokens alike: `figures` is a JSON object of numbers.
CREATE TABLE access_reading (
    at          TEXT NOT NULL,
    -- Digest of the server that was read; empty for readings of versions that did not note it.
    site        TEXT NOT NULL,
    access_type TEXT NOT NULL,
    figures     TEXT NOT NULL,
    PRIMARY KEY (at, site, access_type)
) STRICT;

INSERT INTO access_reading (at, site, access_type, figures)
SELECT at, '', license_type,
       json_object('total', total, 'allocated', allocated, 'used', used, 'available', available,
                   'quarantined', quarantined, 'excess', excess)
FROM reading WHERE license_type <> 'user'
UNION ALL
SELECT at, '', 'token_user',
       json_object('allocated_tokens', allocated, 'used_tokens', used, 'quarantined_tokens', quarantined)
FROM reading WHERE license_type = 'user';

DROP TABLE reading;

-- What the server says about its own licence. NULL where it does not say.
CREATE TABLE server_license_reading (
    at         TEXT NOT NULL,
    site       TEXT NOT NULL,
    is_expired INTEGER,
    expires_at TEXT,
    PRIMARY KEY (at, site)
) STRICT;

-- The seats of the last reading, to be compared with the next one.
CREATE TABLE seat (
    site           TEXT NOT NULL,
    license_id     TEXT NOT NULL,
    license_type   TEXT NOT NULL,
    user_directory TEXT NOT NULL,
    user_id        TEXT NOT NULL,
    PRIMARY KEY (site, license_id)
) STRICT, WITHOUT ROWID;

-- Seats that came or went between two readings, and whether Steward took them.
CREATE TABLE seat_change (
    at             TEXT NOT NULL,
    site           TEXT NOT NULL,
    license_id     TEXT NOT NULL,
    license_type   TEXT NOT NULL,
    user_directory TEXT NOT NULL,
    user_id        TEXT NOT NULL,
    -- `allocated`, `released-by-steward` or `vanished-otherwise`.
    change         TEXT NOT NULL,
    PRIMARY KEY (at, site, license_id)
) STRICT, WITHOUT ROWID;

-- Points that wait for InfluxDB, oldest first, whatever its version.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Nanoseconds since 1970, UTC.
    at_ns       INTEGER NOT NULL,
    measurement TEXT NOT NULL,
    -- JSON objects, members sorted by name. Numbers are floats.
    tags        TEXT NOT NULL,
    fields      TEXT NOT NULL,
    -- Set when InfluxDB refused the point for good: why.
    problem     TEXT
) STRICT;

CREATE INDEX outbox_waiting ON outbox (id) WHERE problem IS NULL;
-- Two points of one series at one instant would be one: the later one is moved by a nanosecond.
CREATE UNIQUE INDEX outbox_series ON outbox (measurement, tags, at_ns);

-- How many points may wait: one row, which follows the setting `steward.influxDb.outboxMaxPoints`. It stands here so that
-- whoever writes a point keeps to it, whatever program it is.
CREATE TABLE outbox_bound (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    points INTEGER NOT NULL
) STRICT;

-- Counts that outlive a restart.
CREATE TABLE outbox_loss (
    -- `dropped`: the outbox was full, or the point was too large. `forgotten`: set aside, and more were set aside since.
    kind   TEXT PRIMARY KEY,
    points INTEGER NOT NULL
) STRICT;

-- The daemon's last sign of life, and what it said of itself, as JSON.
CREATE TABLE daemon (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    at   TEXT NOT NULL,
    told TEXT NOT NULL
) STRICT;
