-- The log on SQLite. Run by hand: sqlite3 new.db < 0001_log.sql
-- What each table promises is in thalweg/ledger/promise.py.

CREATE TABLE log (                       -- one row: where the log stands, and who may write
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    size   INTEGER NOT NULL CHECK (size >= 0),
    root   BLOB    NOT NULL CHECK (length(root) = 32),
    fence  INTEGER NOT NULL CHECK (fence >= 0)
) STRICT;

CREATE TABLE entry (
    i      INTEGER PRIMARY KEY CHECK (i >= 0),   -- dense: 0, 1, 2, …
    leaf   BLOB    NOT NULL CHECK (length(leaf) = 32),
    data   BLOB    NOT NULL CHECK (length(data) <= 65535)
) STRICT;

CREATE TABLE author_event (              -- each author's own sequence
    author TEXT    NOT NULL,
    seq    INTEGER NOT NULL CHECK (seq >= 0),
    hash   BLOB    NOT NULL CHECK (length(hash) = 32),
    i      INTEGER NOT NULL,
    PRIMARY KEY (author, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE identity (                  -- which entries make up the key history
    i      INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE tile (                      -- full tiles only; the unfinished ones follow from these and entry
    id     INTEGER PRIMARY KEY,          -- level * 2^48 + index
    root   BLOB    NOT NULL CHECK (length(root) = 32),
    hashes BLOB    NOT NULL CHECK (length(hashes) = 8192)
) STRICT;

CREATE TABLE checkpoint (
    size   INTEGER PRIMARY KEY,
    note   BLOB    NOT NULL
) STRICT;

CREATE TABLE payload (                   -- erasable: nothing in the tree depends on a row being here
    digest  BLOB   PRIMARY KEY CHECK (length(digest) = 32),
    salt    BLOB   NOT NULL CHECK (length(salt) = 32),
    payload BLOB   NOT NULL
) STRICT, WITHOUT ROWID;

-- SHA-256 of the empty string: the root of the empty tree.
INSERT INTO log VALUES (1, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0);
