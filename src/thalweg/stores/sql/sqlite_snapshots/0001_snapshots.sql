-- Snapshots of the desk's folded state: a cache in a file of its own, which may be deleted while nobody runs.
-- Run by hand: sqlite3 snapshots.db < 0001_snapshots.sql

CREATE TABLE snapshot (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT    NOT NULL,
    size     INTEGER NOT NULL,
    root     BLOB    NOT NULL,
    bytes    INTEGER,                    -- NULL until every piece is there
    checksum BLOB
) STRICT;

CREATE TABLE piece (
    snapshot INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    data     BLOB    NOT NULL,
    PRIMARY KEY (snapshot, n)
) STRICT;
