/** Version 1 of the schema of SQLite: accounts, sessions, mails, the audit and the feed of revocations. */

/**
 * `auth.user_id` has no foreign key on purpose: a credential whose user is missing is a state of ruling R2, so the schema
 * must allow it. `mails` and `ended` have none either: they may outlive their account. A mail waits while it has a
 * `due_at`; without one it was sent, or given up if it has no `sent_at`. Mail ids are never reused, so that a late report
 * about one mail cannot apply to another.
 *
 * `revocations` is the feed of ruling N2. Triggers write it, so that changes by hand are in it too. A session that expired
 * has its record in `ended` before its row is deleted, and is not in the feed: every process knows when it expires.
 */
export const version1 = `
  CREATE TABLE users (
    id                TEXT PRIMARY KEY,
    created_at        INTEGER NOT NULL,
    email             TEXT,
    email_verified_at INTEGER,
    disabled_at       INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX users_by_creation ON users (created_at, id);
  CREATE INDEX users_removed ON users (id) WHERE disabled_at = 0;
  CREATE INDEX users_disabled ON users (id) WHERE disabled_at > 0;

  CREATE TABLE auth (
    canonical     TEXT PRIMARY KEY,
    identifier    TEXT NOT NULL,
    user_id       TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    id_hash         BLOB PRIMARY KEY CHECK (length(id_hash) = 32),
    handle          TEXT NOT NULL UNIQUE,
    user_id         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    contract        TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    last_seen_at    INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    proven_at       INTEGER NOT NULL,
    network         TEXT NOT NULL,
    device          TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_use ON sessions (user_id, last_seen_at, handle);
  CREATE INDEX sessions_by_expiry ON sessions (idle_expires_at);

  CREATE TABLE ended (
    id_hash  BLOB PRIMARY KEY CHECK (length(id_hash) = 32),
    handle   TEXT NOT NULL,
    user_id  TEXT NOT NULL,
    ended_at INTEGER NOT NULL,
    event    TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    contract TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ended_by_time ON ended (ended_at);

  CREATE TABLE tokens (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT NOT NULL,
    email      TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX tokens_by_user ON tokens (user_id, purpose);
  CREATE INDEX tokens_by_expiry ON tokens (expires_at);

  CREATE TABLE invitations (
    canonical  TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
    user_id    TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX invitations_by_expiry ON invitations (expires_at);

  CREATE TABLE devices (
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_hash  BLOB NOT NULL CHECK (length(device_hash) = 32),
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, device_hash)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX devices_by_use ON devices (last_used_at);

  CREATE TABLE throttle (
    key            BLOB PRIMARY KEY CHECK (length(key) = 32),
    count          INTEGER NOT NULL,
    window_ends_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX throttle_by_end ON throttle (window_ends_at);

  CREATE TABLE mails (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    canonical  TEXT NOT NULL,
    details    TEXT NOT NULL CHECK (json_valid(details)),
    created_at INTEGER NOT NULL,
    failures   INTEGER NOT NULL DEFAULT 0,
    due_at     INTEGER,
    sent_at    INTEGER
  ) STRICT;
  CREATE INDEX mails_by_recipient ON mails (canonical, created_at);
  CREATE INDEX mails_due ON mails (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX mails_done ON mails (created_at) WHERE due_at IS NULL;

  CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    event      TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    user_id    TEXT,
    handle     TEXT,
    contract   TEXT NOT NULL,
    network    TEXT NOT NULL,
    request_id TEXT NOT NULL,
    hash       BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;
  CREATE INDEX audit_by_user ON audit (user_id, seq) WHERE user_id IS NOT NULL;

  CREATE TABLE audit_ends (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    start_seq  INTEGER NOT NULL,
    start_hash BLOB NOT NULL CHECK (length(start_hash) = 32),
    last_seq   INTEGER NOT NULL,
    last_hash  BLOB NOT NULL CHECK (length(last_hash) = 32)
  ) STRICT;
  INSERT INTO audit_ends VALUES (1, 0, zeroblob(32), 0, zeroblob(32));

  CREATE TABLE revocations (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('session', 'user', 'all', 'mark')),
    key  TEXT NOT NULL DEFAULT ''
  ) STRICT;
  INSERT INTO revocations (kind) VALUES ('mark');

  CREATE TRIGGER revoke_deleted_session AFTER DELETE ON sessions
    WHEN NOT EXISTS (
      SELECT 1 FROM ended
      WHERE id_hash = OLD.id_hash AND event = 'expiry' AND ended_at = OLD.idle_expires_at
    )
    BEGIN INSERT INTO revocations (kind, key) VALUES ('session', lower(hex(OLD.id_hash))); END;
  CREATE TRIGGER revoke_changed_session
    AFTER UPDATE OF id_hash, handle, user_id, contract, created_at, expires_at, proven_at, network, device ON sessions
    BEGIN INSERT INTO revocations (kind, key) VALUES ('session', lower(hex(OLD.id_hash))); END;
  CREATE TRIGGER revoke_shortened_session AFTER UPDATE OF idle_expires_at ON sessions
    WHEN NEW.idle_expires_at < OLD.idle_expires_at
    BEGIN INSERT INTO revocations (kind, key) VALUES ('session', lower(hex(OLD.id_hash))); END;
  CREATE TRIGGER revoke_changed_user AFTER UPDATE ON users
    BEGIN INSERT INTO revocations (kind, key) VALUES ('user', OLD.id); END;
  CREATE TRIGGER revoke_deleted_user AFTER DELETE ON users
    BEGIN INSERT INTO revocations (kind, key) VALUES ('user', OLD.id); END;
  CREATE TRIGGER revoke_changed_auth AFTER UPDATE OF identifier, user_id ON auth
    BEGIN INSERT INTO revocations (kind, key) VALUES ('user', OLD.user_id); END;
  CREATE TRIGGER revoke_deleted_auth AFTER DELETE ON auth
    BEGIN INSERT INTO revocations (kind, key) VALUES ('user', OLD.user_id); END;
`;
