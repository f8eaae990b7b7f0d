-- Policies that somebody added. The components stand in `component`, and who added them in the entries.
CREATE TABLE policy (
    digest    TEXT PRIMARY KEY REFERENCES component (digest),
    -- Minisign's file beside the component, as it was added.
    signature TEXT
) STRICT;

-- The tests that came with a policy, to be run before it is activated.
CREATE TABLE policy_suite (
    digest TEXT NOT NULL REFERENCES policy (digest),
    name   TEXT NOT NULL,
    text   TEXT NOT NULL,
    PRIMARY KEY (digest, name)
) STRICT;

-- What the gate found when somebody wanted to activate a policy, whether or not it was activated then. JSON, without names.
CREATE TABLE gate_report (
    digest TEXT PRIMARY KEY,
    at     TEXT NOT NULL,
    policy TEXT NOT NULL,
    report TEXT NOT NULL
) STRICT;

-- Seats about which a policy in the shadow decided differently. Purged after `steward.history.retentionDays`.
CREATE TABLE disagreement (
    at           TEXT NOT NULL,
    site         TEXT NOT NULL,
    shadow       TEXT NOT NULL,
    license_id   TEXT NOT NULL,
    plan_id      TEXT NOT NULL,
    license_type TEXT NOT NULL,
    -- `newly-loses` or `newly-keeps`.
    change       TEXT NOT NULL,
    active_rule  TEXT NOT NULL,
    shadow_rule  TEXT NOT NULL,
    PRIMARY KEY (at, site, shadow, license_id)
) STRICT, WITHOUT ROWID;
