/** Version 2 of the schema of PostgreSQL: second factors, and the tokens that browsers hold. */

/**
 * Tables and keys are those of SQLite. `second_factors` has a row only while the user has an authenticator app or a passkey, so
 * that one lookup tells whether there is a factor (ruling F1). A browser token has no user before the user is known.
 */
export const version2 = `
  CREATE TABLE second_factors (
    user_id          text COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    since            bigint NOT NULL,
    totp_secret      text COLLATE "C",
    totp_enrolled_at bigint,
    totp_step        bigint,
    failures         integer NOT NULL DEFAULT 0,
    CHECK ((totp_secret IS NULL) = (totp_enrolled_at IS NULL) AND (totp_secret IS NULL) = (totp_step IS NULL))
  ) WITH (fillfactor = 90);
  CREATE INDEX second_factors_by_secret ON second_factors (totp_secret) WHERE totp_secret IS NOT NULL;

  CREATE TABLE recovery_codes (
    user_id   text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    PRIMARY KEY (user_id, code_hash)
  );

  CREATE TABLE passkeys (
    credential_id text COLLATE "C" PRIMARY KEY,
    user_id       text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    handle        text COLLATE "C" NOT NULL UNIQUE,
    name          text NOT NULL,
    public_key    text NOT NULL,
    counter       bigint NOT NULL,
    transports    text NOT NULL,
    is_synced     integer NOT NULL CHECK (is_synced IN (0, 1)),
    created_at    bigint NOT NULL,
    last_used_at  bigint
  ) WITH (fillfactor = 90);
  CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at, handle);

  CREATE TABLE browser_tokens (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    text COLLATE "C" REFERENCES users (id) ON DELETE CASCADE,
    purpose    text COLLATE "C" NOT NULL,
    handle     text COLLATE "C" NOT NULL UNIQUE,
    details    jsonb NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
  );
  CREATE INDEX browser_tokens_by_user ON browser_tokens (user_id, purpose, created_at, handle);
  CREATE INDEX browser_tokens_by_expiry ON browser_tokens (expires_at);
`;
