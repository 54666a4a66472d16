/** Second factors on two nodes: a step and a recovery code once, one counter, no deadlocks; and tables of version 1. */

import { expect, test } from 'vitest';
import type { FactorStores, Store } from '../../../src/storage/port/port.ts';
import { prepareTables } from '../../../src/storage/postgres/connection/migrations.ts';
import { Login } from '../../../src/storage/postgres/connection/session-setup.ts';
import { inspectPostgres } from '../../../src/storage/postgres/maintenance/inspect.ts';
import { migrations } from '../../../src/storage/postgres/schema.ts';
import { metricValue } from '../../support/postgres/pair.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { account, context, findSession, hex, session, upTo } from '../conformance/case.ts';
import {
  add,
  codes,
  enrol,
  hasFactor,
  removing,
  stateOf,
  trust,
} from '../conformance/factors/factor-case.ts';

const joe = 'id-of-joe';
const used = context('recovery_code_used');

interface Nodes {
  readonly stores: readonly [Store, Store];
  readonly factors: readonly [FactorStores, FactorStores];
}

/** Two nodes on one database, and joe with an authenticator app. */
async function twoNodes(): Promise<Nodes> {
  const url = await (await sharedPostgres()).createDatabase();
  const stores = [await openNode(url), await openNode(url)] as const;
  const factors = [await stores[0].factors(), await stores[1].factors()] as const;
  await stores[0].accounts.create(account('joe'));
  await enrol(factors[0], joe);
  return { stores, factors };
}

const collisions = ({ stores }: Nodes) =>
  stores.reduce((sum, store) => sum + metricValue(store, 'postgres_collisions_total'), 0);

/** What came of something that both nodes did so many times at once. */
const raced = <Result>({ factors }: Nodes, times: number, work: (one: FactorStores) => Promise<Result>) =>
  Promise.all(upTo(times).map((n) => work(factors[n % 2 ? 1 : 0])));

const count = <Result>(results: readonly Result[], result: Result) =>
  results.filter((one) => one === result).length;

test('F3: of many nodes exactly one accepts a time step, and exactly one a recovery code', async () => {
  const nodes = await twoNodes();
  for (const round of upTo(5)) {
    const steps = await raced(nodes, 10, ({ secondFactors }) =>
      secondFactors.tryCode(joe, { totpStep: 200 + round }, 100, used),
    );
    expect(count(steps, 'accepted')).toBe(1);
    const recoveryHash = codes(1)[round] ?? '';
    const recovered = await raced(nodes, 10, ({ secondFactors }) =>
      secondFactors.tryCode(joe, { recoveryHash }, 100, used),
    );
    expect(count(recovered, 'accepted')).toBe(1);
  }
  expect(await stateOf(nodes.factors[1], joe)).toMatchObject({ recoveryCodes: 5 });
  expect(collisions(nodes)).toBe(0);
});

test('F2: refused codes of all nodes are counted together, and exactly one of them locks', async () => {
  const nodes = await twoNodes();
  const outcomes = await raced(nodes, 24, ({ secondFactors }) =>
    secondFactors.tryCode(joe, { matches: 'nothing' }, 15, used),
  );
  expect(['refused', 'locked_now', 'locked'].map((one) => count<string>(outcomes, one))).toEqual([14, 1, 9]);
  expect(collisions(nodes)).toBe(0);
});

test('of many nodes exactly one counts a use of a passkey', async () => {
  const nodes = await twoNodes();
  await add(nodes.factors[0], 1, joe, { counter: 1 });
  const uses = await raced(nodes, 20, ({ passkeys }) =>
    passkeys.use({ credentialId: 'credential-1', counter: 2, isSynced: false, at: 3_000 }),
  );
  expect(count(uses, true)).toBe(1);
});

test('codes, a new password, sessions and the removal of factors and the account never wait for each other in a circle', async () => {
  const nodes = await twoNodes();
  const [a, b] = nodes.stores;
  const [one, other] = nodes.factors;
  const ending = { limit: 99, context: context('logout') };
  for (const round of upTo(6)) {
    await add(one, 1, joe);
    await trust(a, joe, [1, 2]);
    await Promise.all([
      ...upTo(3).map((n) => other.secondFactors.tryCode(joe, { totpStep: 300 + n }, 99, used)),
      one.secondFactors.tryCode(joe, { recoveryHash: codes(2)[0] ?? '' }, 99, used),
      one.passkeys.use({ credentialId: 'credential-1', counter: 0, isSynced: true, at: 3_000 }),
      other.passkeys.remove(joe, 'passkey-1', true, removing('passkey')),
      one.passkeys.rename(joe, 'passkey-1', 'New', context('passkey_rename')),
      other.secondFactors.removeAll(joe, removing('all')),
      enrol(one, joe),
      a.browserTokens.take(hex(1), 'trusted_browser'),
      b.browserTokens.removeOfUser(joe, 'trusted_browser'),
      b.browserTokens.sweep(9_999, 99_999, 9),
      a.sessions.insert(hex(round), session(round, joe), context('login')),
      b.accounts.replaceHash(joe, 'hash of joe', 'new', context('password'), ending),
      ...(round % 2 ? [a.accounts.remove(joe, 99, context('account_delete'))] : []),
    ]);
    await b.accounts.remove(joe, 99);
    expect(await stateOf(one, joe)).toBeUndefined();
    await a.accounts.create(account('joe'));
    await enrol(other, joe);
  }
  expect(collisions(nodes)).toBe(0);
});

test('N8: tables of version 1 get those of second factors, and keep what is in them', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const login = await Login.at(url);
  // The program of that version, which looks for its own tables only.
  const assertNothing = <Version>(version: Version) => version;
  await expect(prepareTables(login, migrations.slice(0, 1), assertNothing)).rejects.toThrow('second_factors');
  await queryAt(
    url,
    [`INSERT INTO users (id, created_at) VALUES ('${joe}', 1000)`],
    [`INSERT INTO auth VALUES ('joe', 'joe', '${joe}', 'hash of joe')`],
    [
      `INSERT INTO sessions VALUES (decode('${hex(1)}', 'hex'), 'handle-1', '${joe}', 'rest', 1000, 1000, 5000, 9000,
         1000, '192.0.2.1', 'Firefox on Linux')`,
    ],
  );
  expect(await queryAt(url, ['SELECT version FROM gatehouse'])).toEqual([{ version: 1 }]);
  // What is added at the next start is not reported as lost.
  expect(await inspectPostgres(url, '', Date.now)).toMatchObject({
    schema: 1,
    schemaKnown: migrations.length,
    sealed: [],
  });
  const node = await openNode(url);
  expect(await queryAt(url, ['SELECT version FROM gatehouse'])).toEqual([{ version: migrations.length }]);
  expect(await hasFactor(node, joe)).toBe(false);
  expect({ ...(await findSession(node.sessions, hex(1))) }).toEqual(session(1, joe));
  expect(await enrol(await node.factors(), joe)).toBe('enrolled');
  expect(await hasFactor(node, joe)).toBe(true);
  await node.ping();
});
