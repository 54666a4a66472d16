/** The tables of the SQLite store, as numbered migrations that are only ever added to. */

/** Marks a file as Gatehouse's in SQLite's `application_id`: the bytes `GATE`. */
export const applicationId = 0x47_41_54_45;

/**
 * Migration number n brings a file from schema version n to n + 1.
 *
 * `auth.user_id` has no foreign key on purpose: a credential whose user is missing is a state that ruling R2 names,
 * so the schema must be able to hold it.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE users (
    id         TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

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
    expires_at      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_user ON sessions (user_id);
  CREATE INDEX sessions_by_expiry ON sessions (idle_expires_at);

  CREATE TABLE throttle (
    key            BLOB PRIMARY KEY CHECK (length(key) = 32),
    count          INTEGER NOT NULL,
    window_ends_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX throttle_by_end ON throttle (window_ends_at);
  `,
];

/** Touches every table, however large, in no time; fails if one of them is missing or cannot be read. */
export const everyTable = ['auth', 'users', 'sessions', 'throttle']
  .map((table) => `SELECT count(*) FROM (SELECT 1 FROM ${table} LIMIT 1)`)
  .join(' UNION ALL ');
