-- The log on PostgreSQL, in the schema that search_path names first. Run by hand: psql -f 0001_log.sql
-- What each table promises is in thalweg/ledger/promise.py.

CREATE TABLE log (                       -- one row: where the log stands, and who may write
    one    integer PRIMARY KEY CHECK (one = 1),
    size   bigint  NOT NULL CHECK (size >= 0),
    root   bytea   NOT NULL CHECK (length(root) = 32),
    fence  bigint  NOT NULL CHECK (fence >= 0)
);

CREATE TABLE entry (
    i      bigint  PRIMARY KEY CHECK (i >= 0),   -- dense: 0, 1, 2, …; given by the writer, never by a sequence
    leaf   bytea   NOT NULL CHECK (length(leaf) = 32),
    data   bytea   NOT NULL CHECK (length(data) <= 65535)
);

CREATE TABLE author_event (              -- each author's own sequence
    author text    NOT NULL COLLATE "C",
    seq    bigint  NOT NULL CHECK (seq >= 0),
    hash   bytea   NOT NULL CHECK (length(hash) = 32),
    i      bigint  NOT NULL,
    PRIMARY KEY (author, seq)
);

CREATE TABLE identity (                  -- which entries make up the key history
    i      bigint  PRIMARY KEY
);

CREATE TABLE tile (                      -- full tiles only; the unfinished ones follow from these and entry
    level  integer NOT NULL,
    n      bigint  NOT NULL,
    root   bytea   NOT NULL CHECK (length(root) = 32),
    hashes bytea   NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (level, n)
);
ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL;  -- hashes do not compress

CREATE TABLE checkpoint (
    size   bigint  PRIMARY KEY,
    note   bytea   NOT NULL
);

CREATE TABLE payload (                   -- erasable: nothing in the tree depends on a row being here
    digest  bytea  PRIMARY KEY CHECK (length(digest) = 32),
    salt    bytea  NOT NULL CHECK (length(salt) = 32),
    payload bytea  NOT NULL
);

-- SHA-256 of the empty string: the root of the empty tree.
INSERT INTO log VALUES (1, 0, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0);
