/** Imports on PostgreSQL: older tables, locks, nodes that run beside, and a process that dies between two batches. */

import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { prepareTables } from '../../../src/storage/postgres/connection/migrations.ts';
import { Login } from '../../../src/storage/postgres/connection/session-setup.ts';
import { inspectPostgres } from '../../../src/storage/postgres/maintenance/inspect.ts';
import { migrations } from '../../../src/storage/postgres/schema.ts';
import { carriedOut, explaining } from '../../support/postgres/plans.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { migratedDatabase, sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { account, context, hex, upTo } from '../conformance/case.ts';
import {
  broughtSession,
  imported,
  run,
  why,
  write,
  writeSessions,
} from '../conformance/imports/import-case.ts';

test('N8: tables of version 2 get those of imports, and keep what is in them', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const login = await Login.at(url);
  // The program of that version, which looks for its own tables only.
  const assertNothing = <Version>(version: Version) => version;
  await expect(prepareTables(login, migrations.slice(0, 2), assertNothing)).rejects.toThrow(
    'imported_accounts',
  );
  await queryAt(
    url,
    [`INSERT INTO users (id, created_at) VALUES ('id-of-joe', 1000)`],
    [`INSERT INTO auth VALUES ('joe', 'joe', 'id-of-joe', 'hash of joe')`],
    [`INSERT INTO second_factors VALUES ('id-of-joe', 1000, 'v1.key.sealed', 1000, 1, 0)`],
  );
  expect(await inspectPostgres(url, '', Date.now)).toMatchObject({ schema: 2, schemaKnown: 3 });
  const node = await openNode(url);
  expect(await queryAt(url, ['SELECT version, oldest FROM gatehouse'])).toEqual([{ version: 3, oldest: 1 }]);
  expect(await node.accounts.findCredential('joe')).toMatchObject({ hasSecondFactor: true });
  expect(await node.importKey()).toBeUndefined();
  const outcomes = await write(await node.imports(), [imported('Joe'), imported('ann')]);
  expect(outcomes).toEqual(['parked id-of-joe', 'imported']);
  await node.ping();
});

test('a hash that is changed by hand or by an older node is not the one of the origin any more (I4)', async () => {
  const url = await migratedDatabase();
  const imports = await (await openNode(url)).imports();
  await write(imports, [imported('joe')]);
  await queryAt(url, [`UPDATE auth SET password_hash = 'by hand'`]);
  const newer = imported('joe', { passwordHash: '$2b$10$newer' });
  expect(await write(imports, [newer])).toEqual(['kept_newer_hash']);
});

test('the key for unknown names is random, made once, and the same on all nodes (I5)', async () => {
  const url = await migratedDatabase();
  const nodes = await Promise.all([openNode(url), openNode(url)]);
  await Promise.all(
    nodes.map(async (node, n) => write(await node.imports(), [imported(`user${n}`)], { source: `${n}` })),
  );
  const keys = await Promise.all(nodes.map((node) => node.importKey()));
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(keys[1]).toBe(keys[0]);
});

/** Twenty thousand imported accounts with a session each, of which the server has no statistics. */
const many = [
  'SET session_replication_role = replica',
  'SET auto_explain.log_min_duration = -1',
  `INSERT INTO users SELECT 'many-' || n, 1000 FROM generate_series(1, 20000) AS n`,
  `INSERT INTO auth SELECT 'many' || n, 'many' || n, 'many-' || n, '$unwrapped$' || n FROM generate_series(1, 20000) AS n`,
  `INSERT INTO imported_accounts SELECT 'many-' || n, 'origin', sha256(n::text::bytea), 1000, 'username',
     'kind ' || n % 3, (n * 7919::bigint * 7919) % 4294967296, '- - - - -' FROM generate_series(1, 20000) AS n`,
  `INSERT INTO sessions SELECT sha256(n::text::bytea), 'many-' || n, 'many-' || n, 'import', 1000, 1000, 900000, 900000,
     1000, '', '' FROM generate_series(1, 20000) AS n`,
  `INSERT INTO imported_sessions SELECT sha256(n::text::bytea), 'many-' || n, 'origin' FROM generate_series(1, 20000) AS n`,
];

test('no step of an import, and no look at the kinds of hash, reads all that was imported (I5)', async () => {
  const server = await startPostgres({ settings: { ...explaining, autovacuum: 'off', fsync: 'off' } });
  const url = await server.createDatabase();
  const imports = await (await openNode(url, { trustMs: 0 })).imports();
  await queryAt(url, ...many.map((sql) => [sql] as const));
  const accounts = upTo(100).map((n) => imported(`user${n}`));
  const sessions = upTo(100).map((n) => broughtSession(n, `user${n}`));
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    'a batch of accounts': () => write(imports, accounts),
    'the same batch': () => write(imports, accounts),
    'a batch of sessions': () => writeSessions(imports, sessions),
    'the same sessions': () => writeSessions(imports, sessions),
    'a page of live sessions': () => imports.liveFrom('origin', 2_000, '', 100),
    'sessions that are gone': () => imports.prune('origin', upTo(50).map(hex), context('logout')),
    'a page of credentials': () => imports.credentialsWith(['$unwrapped'], '', 100),
    // A sample of each kind.
    'the kinds of hash': () => imports.hashKinds(),
  };
  for (const [what, step] of Object.entries(steps)) {
    const statements = await carriedOut(server, step);
    expect(statements.length, what).toBeGreaterThan(0);
    const read = statements.filter(({ tables }) => !tables.has('audit_waiting')).map(({ rows }) => rows);
    expect.soft(Math.max(...read), what).toBeLessThanOrEqual(what === 'the kinds of hash' ? 4_000 : 300);
  }
}, 60_000);

test('a node stays ready while another program locks the tables of imports', async () => {
  const url = await migratedDatabase();
  const node = await openNode(url);
  const other = await openNode(url);
  await write(await other.imports(), [imported('joe')]);
  // For as long as it takes: a lock for a time may be over before a busy machine has looked.
  const locking = new Client({ connectionString: url });
  await locking.connect();
  onTestFinished(() => locking.end());
  await locking.query('BEGIN; LOCK TABLE imported_accounts, imported_sessions, imported_removed, import_key');
  await node.ping();
  expect(await node.accounts.create(account('ann'))).toBe('created');
  await locking.query('COMMIT');
});

test('an import that dies between two batches leaves whole accounts, and the next one completes it (I4)', async () => {
  const url = await migratedDatabase();
  const [dying, node] = [await openNode(url), await openNode(url)];
  const accounts = upTo(90).map((n) => imported(`user${n}`));
  const imports = await dying.imports();
  const batches = [0, 30, 60].map((from) =>
    imports.writeAccounts(accounts.slice(from, from + 30), run(), why).catch(() => 'lost' as const),
  );
  await batches[0];
  await queryAt(url, [
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  ]);
  await Promise.all(batches);
  const halves = `SELECT (SELECT count(*)::int FROM auth FULL JOIN users ON id = user_id
    FULL JOIN imported_accounts AS one ON one.user_id = id
    WHERE id IS NULL OR auth.user_id IS NULL OR one.user_id IS NULL) AS halves, count(*)::int % 30 AS rest FROM users`;
  expect(await queryAt(url, [halves])).toEqual([{ halves: 0, rest: 0 }]);
  await expect
    .poll(() =>
      node
        .ping()
        .then(() => true)
        .catch(() => false),
    )
    .toBe(true);
  const outcomes = await write(await node.imports(), accounts);
  expect(new Set(outcomes).isSubsetOf(new Set(['imported', 'unchanged']))).toBe(true);
  expect(await queryAt(url, ['SELECT count(*)::int AS users FROM users'])).toEqual([{ users: 90 }]);
  const sessions = await writeSessions(await node.imports(), [broughtSession(1, 'user89')]);
  expect(sessions).toEqual(['imported']);
  expect(await node.accounts.remove('id-of-user89', 9, context('account_delete'))).toBe(true);
  expect(await queryAt(url, ['SELECT * FROM imported_sessions'])).toEqual([]);
});
