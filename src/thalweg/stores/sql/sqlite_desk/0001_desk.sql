-- What the desk keeps beside the ledger, on SQLite. Run by hand: sqlite3 desk.db < 0001_desk.sql
-- What each table promises is in thalweg/model/keeping.py. Times are milliseconds of Unix time.

CREATE TABLE request (                   -- signed entries on their way to the writer
    n           INTEGER PRIMARY KEY,     -- order of arrival
    id          BLOB    NOT NULL UNIQUE,
    body        BLOB    NOT NULL,
    answer      BLOB,                    -- NULL while it waits
    answered_ms INTEGER
) STRICT;
CREATE INDEX request_waiting  ON request (n) WHERE answer IS NULL;
CREATE INDEX request_answered ON request (answered_ms) WHERE answer IS NOT NULL;

CREATE TABLE outbox (                    -- messages to be handed to bearers
    n            INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    recipient    TEXT    NOT NULL,
    bearer       TEXT    NOT NULL,
    address_ref  TEXT    NOT NULL,
    body         BLOB    NOT NULL,
    due_ms       INTEGER NOT NULL,       -- as asked for, or as put off
    free_ms      INTEGER NOT NULL,       -- nobody may claim it before: due_ms, or the end of a lease
    owner        TEXT    NOT NULL DEFAULT '',
    tries        INTEGER NOT NULL DEFAULT 0,
    state        TEXT    NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'dead')),
    said         TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_queued ON outbox (due_ms, n) WHERE state = 'queued';
CREATE INDEX outbox_free   ON outbox (free_ms) WHERE state = 'queued';
CREATE INDEX outbox_ended  ON outbox (due_ms) WHERE state <> 'queued';

CREATE TABLE idempotency (               -- answers of requests that carry a key
    who        TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    digest     BLOB    NOT NULL,
    since_ms   INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    status     INTEGER,                  -- NULL while in progress
    response   BLOB,
    PRIMARY KEY (who, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_expires ON idempotency (expires_ms);
