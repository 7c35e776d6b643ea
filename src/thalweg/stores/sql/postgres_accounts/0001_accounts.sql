-- Accounts on PostgreSQL, in the schema that search_path names first. Run by hand: psql -f 0001_accounts.sql
-- What each table promises is in thalweg/model/accounts.py. Lists are texts with spaces between.

CREATE TABLE door_account (
    id         text    PRIMARY KEY,
    login      text    NOT NULL COLLATE "C" UNIQUE,
    author     text    NOT NULL,
    party      text    NOT NULL,
    language   text    NOT NULL,
    created_ms bigint  NOT NULL,
    machine    boolean NOT NULL,
    disabled   boolean NOT NULL
);

CREATE TABLE door_passkey (
    credential bytea   PRIMARY KEY,
    account    text    NOT NULL REFERENCES door_account,
    public_key bytea   NOT NULL,
    sign_count bigint  NOT NULL,
    label      text    NOT NULL,
    transports text    NOT NULL,
    created_ms bigint  NOT NULL,
    used_ms    bigint  NOT NULL
);
CREATE INDEX door_passkey_of ON door_passkey (account);

CREATE TABLE door_password (
    account    text    PRIMARY KEY REFERENCES door_account,
    hash       text    NOT NULL,
    changed_ms bigint  NOT NULL
);

CREATE TABLE door_totp (
    account    text    PRIMARY KEY REFERENCES door_account,
    sealed     bytea   NOT NULL,            -- under a key that is not in this database
    last_step  bigint  NOT NULL,
    created_ms bigint  NOT NULL
);

CREATE TABLE door_recovery (
    account    text    NOT NULL REFERENCES door_account,
    digest     bytea   NOT NULL CHECK (length(digest) = 32),
    created_ms bigint  NOT NULL,
    PRIMARY KEY (account, digest)
);

CREATE TABLE door_session (
    digest     bytea   PRIMARY KEY CHECK (length(digest) = 32),
    account    text    NOT NULL REFERENCES door_account,
    how        text    NOT NULL,
    created_ms bigint  NOT NULL,
    expires_ms bigint  NOT NULL,
    seen_ms    bigint  NOT NULL,
    strong_ms  bigint  NOT NULL,
    agent      text    NOT NULL
);
CREATE INDEX door_session_of ON door_session (account);

CREATE TABLE door_device (
    digest     bytea   NOT NULL CHECK (length(digest) = 32),
    account    text    NOT NULL REFERENCES door_account,
    created_ms bigint  NOT NULL,
    PRIMARY KEY (digest, account)
);

CREATE TABLE door_token (
    id         text    PRIMARY KEY,
    digest     bytea   NOT NULL UNIQUE CHECK (length(digest) = 32),
    account    text    NOT NULL REFERENCES door_account,
    scopes     text    NOT NULL,
    created_ms bigint  NOT NULL,
    expires_ms bigint  NOT NULL,
    used_ms    bigint  NOT NULL,
    label      text    NOT NULL
);

CREATE TABLE door_certificate (
    fingerprint bytea   PRIMARY KEY CHECK (length(fingerprint) = 32),
    account     text    NOT NULL REFERENCES door_account,
    scopes      text    NOT NULL,
    created_ms  bigint  NOT NULL,
    expires_ms  bigint  NOT NULL,
    label       text    NOT NULL
);

CREATE TABLE door_contact (                 -- erasable: the ledger holds a salted digest only
    id         text    PRIMARY KEY,
    owner      text    NOT NULL,
    kind       text    NOT NULL,
    address    text    NOT NULL,
    secret     bytea   NOT NULL,
    salt       bytea   NOT NULL CHECK (length(salt) = 32),
    language   text    NOT NULL,
    created_ms bigint  NOT NULL
);
CREATE INDEX door_contact_of ON door_contact (owner);

CREATE TABLE door_invitation (
    digest     bytea   PRIMARY KEY CHECK (length(digest) = 32),
    party      text    NOT NULL,
    role       text    NOT NULL,
    author     text    NOT NULL,
    account    text    NOT NULL,
    created_ms bigint  NOT NULL,
    expires_ms bigint  NOT NULL
);

CREATE TABLE door_ceremony (
    digest     bytea   PRIMARY KEY CHECK (length(digest) = 32),
    purpose    text    NOT NULL,
    account    text    NOT NULL,
    content    bytea   NOT NULL,
    expires_ms bigint  NOT NULL
);

CREATE TABLE door_failure (
    name    bytea   PRIMARY KEY,
    count   bigint  NOT NULL,
    last_ms bigint  NOT NULL
);
