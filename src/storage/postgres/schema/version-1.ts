/** Version 1 of the schema of PostgreSQL: accounts, sessions, mails, the audit and the feed of revocations. */

/**
 * The triggers that write the feed. Their functions name the table with its schema: a change by hand may use another search
 * path. A plan that was made while `ended` was empty would read all of it for each session, so the index is forced.
 */
const revoking = `
  DO $do$ BEGIN
    EXECUTE format($format$
      CREATE FUNCTION revoke_session() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $body$ BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (
          SELECT FROM %1$I.ended
          WHERE id_hash = OLD.id_hash AND event = 'expiry' AND ended_at = OLD.idle_expires_at
        ) THEN RETURN NULL; END IF;
        INSERT INTO %1$I.revocations (kind, key) VALUES ('session', encode(OLD.id_hash, 'hex'));
        RETURN NULL;
      END $body$;
      CREATE FUNCTION revoke_user() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
        INSERT INTO %1$I.revocations (kind, key) VALUES ('user', to_jsonb(OLD) ->> TG_ARGV[0]);
        RETURN NULL;
      END $body$;
      CREATE FUNCTION revoke_all() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
        INSERT INTO %1$I.revocations (kind) VALUES ('all');
        RETURN NULL;
      END $body$;
    $format$, current_schema());
  END $do$;
  CREATE TRIGGER revoke_deleted AFTER DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION revoke_session();
  CREATE TRIGGER revoke_changed
    AFTER UPDATE OF id_hash, handle, user_id, contract, created_at, expires_at, proven_at, network, device ON sessions
    FOR EACH ROW EXECUTE FUNCTION revoke_session();
  CREATE TRIGGER revoke_shortened AFTER UPDATE OF idle_expires_at ON sessions
    FOR EACH ROW WHEN (NEW.idle_expires_at < OLD.idle_expires_at) EXECUTE FUNCTION revoke_session();
  CREATE TRIGGER revoke_user AFTER UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION revoke_user('id');
  CREATE TRIGGER revoke_user AFTER UPDATE OF identifier, user_id OR DELETE ON auth
    FOR EACH ROW EXECUTE FUNCTION revoke_user('user_id');
  CREATE TRIGGER revoke_all AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION revoke_all();
  CREATE TRIGGER revoke_all AFTER TRUNCATE ON auth FOR EACH STATEMENT EXECUTE FUNCTION revoke_all();
  CREATE TRIGGER revoke_all AFTER TRUNCATE ON sessions FOR EACH STATEMENT EXECUTE FUNCTION revoke_all();
  CREATE TRIGGER revoke_all AFTER TRUNCATE ON revocations FOR EACH STATEMENT EXECUTE FUNCTION revoke_all();
`;

/**
 * Tables and keys are those of SQLite. In addition, an audit entry is first written to `audit_waiting` with its event, and
 * linked into the chain shortly afterwards, so that steps do not wait for each other at the end of the chain.
 *
 * `auth.user_id` has no foreign key on purpose: a credential whose user is missing is a state of ruling R2. `mails` and
 * `ended` have none either: they may outlive their account. A mail waits while it has a `due_at`.
 *
 * `revocations` is the feed of ruling N2. Triggers write it, so that changes by hand are in it too. A session that expired
 * has its record in `ended` and is not in the feed: every node knows when it expires.
 */
export const version1 = `
  CREATE TABLE users (
    id                text COLLATE "C" PRIMARY KEY,
    created_at        bigint NOT NULL,
    email             text,
    email_verified_at bigint,
    disabled_at       bigint
  );
  CREATE INDEX users_by_creation ON users (created_at, id);
  CREATE INDEX users_removed ON users (id) WHERE disabled_at = 0;
  CREATE INDEX users_disabled ON users (id) WHERE disabled_at > 0;

  CREATE TABLE auth (
    canonical     text COLLATE "C" PRIMARY KEY,
    identifier    text NOT NULL,
    user_id       text COLLATE "C" NOT NULL UNIQUE,
    password_hash text COLLATE "C" NOT NULL
  );

  CREATE TABLE sessions (
    id_hash         bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    handle          text COLLATE "C" NOT NULL UNIQUE,
    user_id         text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    contract        text NOT NULL,
    created_at      bigint NOT NULL,
    last_seen_at    bigint NOT NULL,
    idle_expires_at bigint NOT NULL,
    expires_at      bigint NOT NULL,
    proven_at       bigint NOT NULL,
    network         text NOT NULL,
    device          text NOT NULL
  ) WITH (fillfactor = 90);
  CREATE INDEX sessions_by_use ON sessions (user_id, last_seen_at, handle);
  CREATE INDEX sessions_by_expiry ON sessions (idle_expires_at);

  CREATE TABLE ended (
    id_hash  bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    handle   text COLLATE "C" NOT NULL,
    user_id  text COLLATE "C" NOT NULL,
    ended_at bigint NOT NULL,
    event    text NOT NULL,
    outcome  text NOT NULL,
    contract text NOT NULL
  );
  CREATE INDEX ended_by_time ON ended (ended_at);

  CREATE TABLE tokens (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    text NOT NULL,
    email      text NOT NULL,
    expires_at bigint NOT NULL
  );
  CREATE INDEX tokens_by_user ON tokens (user_id, purpose);
  CREATE INDEX tokens_by_expiry ON tokens (expires_at);

  CREATE TABLE invitations (
    canonical  text COLLATE "C" PRIMARY KEY,
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    user_id    text COLLATE "C" NOT NULL,
    expires_at bigint NOT NULL
  );
  CREATE INDEX invitations_by_expiry ON invitations (expires_at);

  CREATE TABLE devices (
    user_id      text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_hash  bytea NOT NULL CHECK (length(device_hash) = 32),
    last_used_at bigint NOT NULL,
    PRIMARY KEY (user_id, device_hash)
  );
  CREATE INDEX devices_by_use ON devices (last_used_at);

  CREATE TABLE throttle (
    key            bytea PRIMARY KEY CHECK (length(key) = 32),
    count          integer NOT NULL,
    window_ends_at bigint NOT NULL
  ) WITH (fillfactor = 70);
  CREATE INDEX throttle_by_end ON throttle (window_ends_at);

  CREATE TABLE mails (
    id         bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    recipient  text NOT NULL,
    canonical  text COLLATE "C" NOT NULL,
    details    jsonb NOT NULL,
    created_at bigint NOT NULL,
    failures   integer NOT NULL DEFAULT 0,
    due_at     bigint,
    sent_at    bigint
  );
  CREATE INDEX mails_by_recipient ON mails (canonical, created_at);
  CREATE INDEX mails_due ON mails (due_at, id) WHERE due_at IS NOT NULL;
  CREATE INDEX mails_done ON mails (created_at) WHERE due_at IS NULL;

  CREATE TABLE audit (
    seq        bigint PRIMARY KEY,
    at         bigint NOT NULL,
    event      text NOT NULL,
    outcome    text NOT NULL,
    user_id    text COLLATE "C",
    handle     text,
    contract   text NOT NULL,
    network    text NOT NULL,
    request_id text NOT NULL,
    hash       bytea NOT NULL CHECK (length(hash) = 32)
  );
  CREATE INDEX audit_by_user ON audit (user_id, seq) WHERE user_id IS NOT NULL;

  CREATE TABLE audit_ends (
    id         integer PRIMARY KEY CHECK (id = 1),
    start_seq  bigint NOT NULL,
    start_hash bytea NOT NULL CHECK (length(start_hash) = 32),
    last_seq   bigint NOT NULL,
    last_hash  bytea NOT NULL CHECK (length(last_hash) = 32)
  );
  INSERT INTO audit_ends VALUES (1, 0, decode(repeat('00', 32), 'hex'), 0, decode(repeat('00', 32), 'hex'));

  CREATE TABLE audit_waiting (
    id         bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at         bigint NOT NULL,
    event      text NOT NULL,
    outcome    text NOT NULL,
    user_id    text COLLATE "C",
    handle     text,
    contract   text NOT NULL,
    network    text NOT NULL,
    request_id text NOT NULL
  );

  CREATE TABLE revocations (
    seq  bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    xid  xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL CHECK (kind IN ('session', 'user', 'all', 'mark')),
    key  text COLLATE "C" NOT NULL DEFAULT ''
  );
  CREATE INDEX revocations_by_xid ON revocations (xid);
  CREATE INDEX revocations_marks ON revocations (xid) WHERE kind = 'mark';
  INSERT INTO revocations (kind) VALUES ('mark');

  ${revoking}
`;
