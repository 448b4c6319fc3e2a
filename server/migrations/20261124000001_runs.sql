-- Runs are the truth; the queue only says that there is work.

CREATE TABLE runs (
    id               TEXT    NOT NULL PRIMARY KEY, -- UUID v7: sorts by time of creation
    kind             TEXT    NOT NULL CHECK (kind IN ('train', 'sample')),
    system           TEXT    NOT NULL,
    preset           TEXT    NOT NULL,
    work             TEXT    NOT NULL,             -- JSON, checked and completed before it is stored
    state            TEXT    NOT NULL DEFAULT 'queued'
                     CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    progress_done    INTEGER,
    progress_total   INTEGER,
    error            TEXT,
    created_ms       INTEGER NOT NULL,
    started_ms       INTEGER,                      -- of the first attempt
    ended_ms         INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    -- Who works on it, and until when that is believed. Every write of a worker names its token: a worker whose
    -- lease was given to another cannot write any more.
    lease_token      TEXT,
    lease_until_ms   INTEGER,
    lost_leases      INTEGER NOT NULL DEFAULT 0,   -- workers that died over it
    delivered_ms     INTEGER NOT NULL,             -- last time the queue was told about it
    last_event       INTEGER NOT NULL DEFAULT 0,
    CHECK ((state = 'running') = (lease_token IS NOT NULL))
) STRICT;

-- The queue of a kind, its head and a run's position in it.
CREATE INDEX runs_queue ON runs (kind, id) WHERE state = 'queued';
CREATE INDEX runs_leases ON runs (lease_until_ms) WHERE state = 'running';
CREATE INDEX runs_ended ON runs (ended_ms) WHERE ended_ms IS NOT NULL;

-- Numbered from 1 without gaps, so that a watcher can resume anywhere.
CREATE TABLE run_events (
    run_id TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL,
    event  TEXT    NOT NULL, -- JSON of catalog::run::RunEvent
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

-- A row is written after the file is complete and on disk; a file without a row does not exist.
CREATE TABLE artifacts (
    run_id     TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    bytes      INTEGER NOT NULL,
    sha256     TEXT    NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
