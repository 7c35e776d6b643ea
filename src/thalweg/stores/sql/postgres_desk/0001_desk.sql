-- What the desk keeps beside the ledger, on PostgreSQL. Run by hand: psql -f 0001_desk.sql
-- What each table promises is in thalweg/model/keeping.py. Times are milliseconds of Unix time.

CREATE TABLE request (                   -- signed entries on their way to the writer
    n           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,   -- order of arrival; holes mean nothing
    id          bytea  NOT NULL UNIQUE,
    body        bytea  NOT NULL,
    answer      bytea,                   -- NULL while it waits
    answered_ms bigint
);
CREATE INDEX request_waiting  ON request (n) WHERE answer IS NULL;
CREATE INDEX request_answered ON request (answered_ms) WHERE answer IS NOT NULL;

CREATE TABLE snapshot (                  -- a cache of folded states
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text   NOT NULL COLLATE "C",
    size     bigint NOT NULL,
    root     bytea  NOT NULL,
    bytes    bigint NOT NULL,
    checksum bytea  NOT NULL,
    UNIQUE (name, size)
);
CREATE TABLE snapshot_piece (
    snapshot bigint  NOT NULL REFERENCES snapshot ON DELETE CASCADE,
    n        integer NOT NULL,
    data     bytea   NOT NULL,
    PRIMARY KEY (snapshot, n)
);
ALTER TABLE snapshot_piece ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE outbox (                    -- messages to be handed to bearers
    id           text    PRIMARY KEY COLLATE "C",
    n            bigint  GENERATED ALWAYS AS IDENTITY,
    recipient    text    NOT NULL,
    bearer       text    NOT NULL,
    address_ref  text    NOT NULL,
    body         bytea   NOT NULL,
    due_ms       bigint  NOT NULL,       -- as asked for, or as put off
    free_ms      bigint  NOT NULL,       -- nobody may claim it before: due_ms, or the end of a lease
    owner        text    NOT NULL DEFAULT '',
    tries        integer NOT NULL DEFAULT 0,
    state        text    NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'dead')),
    said         text    NOT NULL DEFAULT ''
);
CREATE INDEX outbox_queued ON outbox (due_ms, n) WHERE state = 'queued';
CREATE INDEX outbox_free   ON outbox (free_ms) WHERE state = 'queued';
CREATE INDEX outbox_ended  ON outbox (due_ms) WHERE state <> 'queued';

CREATE TABLE idempotency (               -- answers of requests that carry a key
    who        text    NOT NULL COLLATE "C",
    key        text    NOT NULL COLLATE "C",
    digest     bytea   NOT NULL,
    since_ms   bigint  NOT NULL,
    expires_ms bigint  NOT NULL,
    status     integer,                  -- NULL while in progress
    response   bytea,
    PRIMARY KEY (who, key)
);
CREATE INDEX idempotency_expires ON idempotency (expires_ms);
