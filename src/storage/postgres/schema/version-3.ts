/** Version 3 of the schema of PostgreSQL: what was imported from other systems. */

/**
 * Tables and keys are those of SQLite. `imported_accounts.fingerprint` is the SHA-256 of the hash as the origin had it.
 * `hash_kind` names its cost for as long as the stored hash is the origin's or a wrapping of it, and is empty afterwards.
 * `name_form` is the form of the name in `auth`. Triggers see to both, so that changes by hand and by older nodes are in them
 * too. Accounts in the order of `sample_key` are in no order at all (ruling I5). `origin_state` is what the origin said at the
 * last import: digests of the name, the address and the factors, whether the address was verified, and since when the account
 * was disabled.
 *
 * `import_key` has one row from the first import on: it chooses costs for unknown names (ruling I5).
 *
 * A row of `imported_sessions` outlives its session, which is thus never imported again; a row of `imported_removed` outlives
 * its account (ruling I4).
 */
export const version3 = `
  CREATE TABLE imported_accounts (
    user_id     text COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    source      text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    imported_at bigint NOT NULL,
    name_form   text COLLATE "C" NOT NULL,
    hash_kind   text COLLATE "C" NOT NULL,
    sample_key  bigint NOT NULL,
    origin_state text COLLATE "C" NOT NULL
  );
  CREATE INDEX imported_accounts_by_kind ON imported_accounts (name_form, hash_kind, sample_key);

  CREATE TABLE imported_sessions (
    id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source  text COLLATE "C" NOT NULL
  );
  CREATE INDEX imported_sessions_by_user ON imported_sessions (user_id);

  CREATE TABLE import_key (
    id  integer PRIMARY KEY CHECK (id = 1),
    key bytea NOT NULL CHECK (length(key) = 32)
  );

  CREATE TABLE imported_removed (
    account_hash bytea PRIMARY KEY CHECK (length(account_hash) = 32)
  );

  DO $do$ BEGIN
    EXECUTE format($format$
      CREATE FUNCTION replace_imported_hash() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
        UPDATE %1$I.imported_accounts SET hash_kind = '' WHERE user_id = NEW.user_id AND hash_kind <> '';
        RETURN NULL;
      END $body$;
      CREATE FUNCTION rename_imported() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
        UPDATE %1$I.imported_accounts SET name_form = CASE
          WHEN NEW.canonical = 'PARKED:' || NEW.user_id THEN 'parked'
          WHEN strpos(NEW.canonical, '@') > 0 THEN 'address'
          WHEN NEW.canonical ~ '^[a-z0-9_]{3,40}$' THEN 'username'
          ELSE 'other' END
        WHERE user_id = NEW.user_id;
        RETURN NULL;
      END $body$;
    $format$, current_schema());
  END $do$;
  CREATE TRIGGER replace_imported_hash AFTER UPDATE OF password_hash ON auth
    FOR EACH ROW WHEN (NEW.password_hash <> OLD.password_hash) EXECUTE FUNCTION replace_imported_hash();
  CREATE TRIGGER rename_imported AFTER UPDATE OF canonical ON auth
    FOR EACH ROW WHEN (NEW.canonical <> OLD.canonical) EXECUTE FUNCTION rename_imported();
`;
