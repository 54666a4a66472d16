/** Version 3 of the schema of SQLite: what was imported from other systems. */

/**
 * `imported_accounts.fingerprint` is the SHA-256 of the hash as the origin had it. `hash_kind` names its cost for as long as
 * the stored hash is the origin's or a wrapping of it, and is empty afterwards. `name_form` is the form of the name in `auth`.
 * Triggers see to both, so that changes by hand are in them too. Accounts in the order of `sample_key` are in no order at all
 * (ruling I5). `origin_state` is what the origin said at the last import: digests of the name, the address and the factors,
 * whether the address was verified, and since when the account was disabled.
 *
 * `import_key` has one row from the first import on: it chooses costs for unknown names (ruling I5).
 *
 * A row of `imported_sessions` outlives its session, which is thus never imported again; a row of `imported_removed` outlives
 * its account (ruling I4).
 */
export const version3 = `
  CREATE TABLE imported_accounts (
    user_id     TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    source      TEXT NOT NULL,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    imported_at INTEGER NOT NULL,
    name_form   TEXT NOT NULL,
    hash_kind   TEXT NOT NULL,
    sample_key  INTEGER NOT NULL,
    origin_state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX imported_accounts_by_kind ON imported_accounts (name_form, hash_kind, sample_key);

  CREATE TABLE imported_sessions (
    id_hash BLOB PRIMARY KEY CHECK (length(id_hash) = 32),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX imported_sessions_by_user ON imported_sessions (user_id);

  CREATE TABLE import_key (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
  ) STRICT;

  CREATE TABLE imported_removed (
    account_hash BLOB PRIMARY KEY CHECK (length(account_hash) = 32)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER replace_imported_hash AFTER UPDATE OF password_hash ON auth
    WHEN NEW.password_hash <> OLD.password_hash
    BEGIN UPDATE imported_accounts SET hash_kind = '' WHERE user_id = NEW.user_id AND hash_kind <> ''; END;
  CREATE TRIGGER rename_imported AFTER UPDATE OF canonical ON auth
    WHEN NEW.canonical <> OLD.canonical
    BEGIN
      UPDATE imported_accounts SET name_form = CASE
        WHEN NEW.canonical = 'PARKED:' || NEW.user_id THEN 'parked'
        WHEN instr(NEW.canonical, '@') > 0 THEN 'address'
        WHEN length(NEW.canonical) BETWEEN 3 AND 40 AND NEW.canonical NOT GLOB '*[^a-z0-9_]*' THEN 'username'
        ELSE 'other' END
      WHERE user_id = NEW.user_id;
    END;
`;
