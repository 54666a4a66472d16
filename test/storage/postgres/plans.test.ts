/** Whatever a request asks reads about as many rows as it answers with, however many there are of others and of the same. */

import { expect, test } from 'vitest';
import { joe } from '../../support/postgres/pair.ts';
import { carriedOut, explaining } from '../../support/postgres/plans.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { startPostgres } from '../../support/postgres.ts';
import { account, context, hex, session } from '../conformance/case.ts';
import { add, browserToken, enrol } from '../conformance/factors/factor-case.ts';

/** Rows of joe, and rows of others: a half of all entries is about joe, and all of it older than the rest. */
const fill = [
  'SET session_replication_role = replica',
  'SET auto_explain.log_min_duration = -1',
  `INSERT INTO users SELECT 'other-' || n, 1000 FROM generate_series(1, 50) AS n`,
  `INSERT INTO audit (seq, at, event, outcome, user_id, contract, network, request_id, hash)
   SELECT n, 1000, 'login', 'ok', CASE WHEN n <= 15000 THEN '${joe}' ELSE 'other-' || n % 50 END, 'rest', '', '',
     sha256(n::text::bytea) FROM generate_series(1, 30000) AS n`,
  `UPDATE audit_ends SET last_seq = 30000, last_hash = sha256('30000')`,
  `INSERT INTO devices SELECT 'other-' || n % 50 + 1, sha256(n::text::bytea), 1000 FROM generate_series(1, 20000) AS n`,
  `INSERT INTO devices SELECT '${joe}', sha256(n::text::bytea), 1000 FROM generate_series(1, 50) AS n`,
  `INSERT INTO second_factors SELECT 'factor-' || n, 1000, 'v1.key.' || n, 1000, 1 FROM generate_series(1, 20000) AS n`,
  `INSERT INTO recovery_codes SELECT 'factor-' || n % 2000, sha256(n::text::bytea) FROM generate_series(1, 20000) AS n`,
  `INSERT INTO passkeys SELECT 'key-' || n, 'factor-' || n % 2000, 'key-' || n, '', '', 0, '', 0, 1000
     FROM generate_series(1, 20000) AS n`,
  `INSERT INTO browser_tokens SELECT sha256(n::text::bytea), 'factor-' || n % 500, 'trusted_browser', 'token-' || n, '{}',
     1000 + n, 900000 FROM generate_series(1, 20000) AS n`,
  `INSERT INTO sessions SELECT decode(lpad(to_hex(n), 64, '0'), 'hex'), 'many-' || n, '${joe}', 'rest', 1000, 1000 + n,
     900000, 900000, 1000, '', '' FROM generate_series(1, 10000) AS n`,
  `INSERT INTO sessions SELECT sha256(n::text::bytea), 'other-' || n, 'other-' || n % 50 + 1, 'rest', 1000, 1000 + n,
     900000, 900000, 1000, '', '' FROM generate_series(1, 10000) AS n`,
  'ANALYZE',
];

/** Twice a step of two hundred, and the sessions that a cap of a hundred looks at besides. */
const maxRead = 500;

test('B5: no statement of a request reads many more rows than it answers with', async () => {
  const server = await startPostgres({ settings: { ...explaining, fsync: 'off' } });
  const url = await server.createDatabase();
  const node = await openNode(url, { trustMs: 0 });
  const { accounts, audit, devices, sessions } = node;
  await accounts.create(account('joe'));
  await queryAt(url, ...fill.map((sql) => [sql] as const));
  const { secondFactors, passkeys } = await node.factors();
  const { browserTokens } = node;
  const why = context('factor');
  const ending = { limit: 200, context: context('logout') };
  const read = async (something: () => Promise<unknown>) => {
    const statements = await carriedOut(server, something);
    expect(statements.length).toBeGreaterThan(0);
    // Entries are linked beside requests, many together.
    const own = statements.filter(({ tables }) => !tables.has('audit_waiting'));
    return own.filter(({ rows }) => rows > maxRead).map(({ text, rows }) => `${rows}: ${text}`);
  };
  const asked: Readonly<Record<string, () => Promise<unknown>>> = {
    'a page of entries': () => audit.read({ userId: joe, limit: 100 }),
    'a later page of entries': () => audit.read({ userId: joe, before: 10_000, limit: 100 }),
    'entries in order': () => audit.read({ userId: 'other-1', after: 0, limit: 100 }),
    'any device': () => devices.any(joe),
    'known devices': () => devices.findKnown('joe', [1, 2, 3, 4, 5, 6, 7, 8].map(hex), 0),
    'a new device': () => devices.remember(hex(1), joe, 1_000, 50),
    'a page of sessions': () => sessions.ofUser(joe, { limit: 201 }),
    'a later page of sessions': () =>
      sessions.ofUser(joe, { before: { lastSeenAt: 6_000, handle: 'many-5000' }, limit: 201 }),
    'a session by its handle': () => sessions.removeByHandle(joe, 'many-77', context('logout')),
    'eight sessions': () => sessions.remove([1, 2, 3, 4, 5, 6, 7, 8].map(hex), context('logout')),
    'a step of an end of all': () => sessions.removeOfUser(joe, 'many-50', 200, context('logout')),
    'a hash that is replaced': () =>
      accounts.replaceHash(joe, 'hash of joe', 'new', context('password'), ending),
    'a login beyond a cap of a hundred': () =>
      sessions.insert(hex(20_000), session(20_000, joe), context('login'), {
        limit: 100,
        step: 200,
        context: context('logout'),
      }),
    'a new app': () => enrol({ secondFactors, passkeys }, joe),
    'a new passkey': () => add({ secondFactors, passkeys }, 1, joe),
    'the factors of a user': () => secondFactors.find(joe),
    'the credential of a login': async () => accounts.findCredential('joe'),
    'a code': () => secondFactors.tryCode(joe, { totpStep: 200 }, 9, why),
    'a recovery code': () => secondFactors.tryCode(joe, { recoveryHash: hex(1) }, 9, why),
    'a passkey by its credential': () => passkeys.find('key-7'),
    'the passkeys of a user': () => passkeys.ofUser('factor-7'),
    'a use of a passkey': () =>
      passkeys.use({ credentialId: 'key-7', counter: 1, isSynced: false, at: 1_000 }),
    'a browser token of many': () => browserTokens.insert(hex(7), browserToken(0, joe), 100),
    'the browsers of a user': () => browserTokens.ofUser('factor-7', 'trusted_browser', 100),
    'four presented tokens': () => browserTokens.find([1, 2, 3, 4].map(hex), 'trusted_browser'),
    'a browser token that is used': () => browserTokens.take(hex(7), 'trusted_browser'),
    'a browser that is not trusted any more': () =>
      browserTokens.removeOfUser('factor-7', 'trusted_browser', 'token-7', why),
    'a step of a sweep of browser tokens': () => browserTokens.sweep(999, 999_999, 200),
    'secrets under another key': () => secondFactors.sealedOtherwise('v1.key.', 200),
    'an end of trusted browsers and all factors': () => secondFactors.removeAll(joe, why),
    'a removal of the account': () => accounts.remove(joe, 200, context('account_delete')),
    'a step of its reclaim': () => accounts.reclaim(200, context('account_delete')),
  };
  for (const [what, something] of Object.entries(asked)) expect.soft(await read(something), what).toEqual([]);
}, 60_000);
