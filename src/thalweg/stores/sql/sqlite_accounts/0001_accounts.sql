-- Accounts on SQLite. Run by hand: sqlite3 new.db < 0001_accounts.sql
-- What each table promises is in thalweg/model/accounts.py. Lists are texts with spaces between.

CREATE TABLE door_account (
    id         TEXT    PRIMARY KEY,
    login      TEXT    NOT NULL UNIQUE,
    author     TEXT    NOT NULL,
    party      TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    machine    INTEGER NOT NULL CHECK (machine IN (0, 1)),
    disabled   INTEGER NOT NULL CHECK (disabled IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE door_passkey (
    credential BLOB    PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES door_account,
    public_key BLOB    NOT NULL,
    sign_count INTEGER NOT NULL,
    label      TEXT    NOT NULL,
    transports TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    used_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX door_passkey_of ON door_passkey (account);

CREATE TABLE door_password (
    account    TEXT    PRIMARY KEY REFERENCES door_account,
    hash       TEXT    NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE door_totp (
    account    TEXT    PRIMARY KEY REFERENCES door_account,
    sealed     BLOB    NOT NULL,            -- under a key that is not in this file
    last_step  INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE door_recovery (
    account    TEXT    NOT NULL REFERENCES door_account,
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (account, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE door_session (
    digest     BLOB    PRIMARY KEY CHECK (length(digest) = 32),
    account    TEXT    NOT NULL REFERENCES door_account,
    how        TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    seen_ms    INTEGER NOT NULL,
    strong_ms  INTEGER NOT NULL,
    agent      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX door_session_of ON door_session (account);

CREATE TABLE door_device (
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    account    TEXT    NOT NULL REFERENCES door_account,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (digest, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE door_token (
    id         TEXT    PRIMARY KEY,
    digest     BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
    account    TEXT    NOT NULL REFERENCES door_account,
    scopes     TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms    INTEGER NOT NULL,
    label      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE door_certificate (
    fingerprint BLOB    PRIMARY KEY CHECK (length(fingerprint) = 32),
    account     TEXT    NOT NULL REFERENCES door_account,
    scopes      TEXT    NOT NULL,
    created_ms  INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    label       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE door_contact (                 -- erasable: the ledger holds a salted digest only
    id         TEXT    PRIMARY KEY,
    owner      TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    secret     BLOB    NOT NULL,
    salt       BLOB    NOT NULL CHECK (length(salt) = 32),
    language   TEXT    NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX door_contact_of ON door_contact (owner);

CREATE TABLE door_invitation (
    digest     BLOB    PRIMARY KEY CHECK (length(digest) = 32),
    party      TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    author     TEXT    NOT NULL,
    account    TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE door_ceremony (
    digest     BLOB    PRIMARY KEY CHECK (length(digest) = 32),
    purpose    TEXT    NOT NULL,
    account    TEXT    NOT NULL,
    content    BLOB    NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE door_failure (
    name    BLOB    PRIMARY KEY,
    count   INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
