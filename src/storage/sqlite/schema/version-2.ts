/** Version 2 of the schema of SQLite: second factors, and the tokens that browsers hold. */

/**
 * `second_factors` has a row only while the user has an authenticator app or a passkey, so that one lookup tells whether
 * there is a factor (ruling F1). Without an app the three columns of one are null. A browser token has no user before the user
 * is known.
 */
export const version2 = `
  CREATE TABLE second_factors (
    user_id          TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    since            INTEGER NOT NULL,
    totp_secret      TEXT,
    totp_enrolled_at INTEGER,
    totp_step        INTEGER,
    failures         INTEGER NOT NULL DEFAULT 0,
    CHECK ((totp_secret IS NULL) = (totp_enrolled_at IS NULL) AND (totp_secret IS NULL) = (totp_step IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX second_factors_by_secret ON second_factors (totp_secret) WHERE totp_secret IS NOT NULL;

  CREATE TABLE recovery_codes (
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL CHECK (length(code_hash) = 32),
    PRIMARY KEY (user_id, code_hash)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE passkeys (
    credential_id TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    handle        TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    public_key    TEXT NOT NULL,
    counter       INTEGER NOT NULL,
    transports    TEXT NOT NULL,
    is_synced     INTEGER NOT NULL CHECK (is_synced IN (0, 1)),
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at, handle);

  CREATE TABLE browser_tokens (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    TEXT REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT NOT NULL,
    handle     TEXT NOT NULL UNIQUE,
    details    TEXT NOT NULL CHECK (json_valid(details)),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX browser_tokens_by_user ON browser_tokens (user_id, purpose, created_at, handle);
  CREATE INDEX browser_tokens_by_expiry ON browser_tokens (expires_at);
`;
