/** A database that was divided by user passes the suite, and whatever a request asks is answered by one partition. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/client.ts';
import { part, rows } from '../../support/docs.ts';
import { isFull } from '../../support/length.ts';
import { mailingTo, startMailServer } from '../../support/mail.ts';
import { again, confirmed, password, person } from '../../support/person.ts';
import { divided, dividedDatabase, nameOf } from '../../support/postgres/partitioned.ts';
import { type Carried, carriedOut, explaining } from '../../support/postgres/plans.ts';
import type { PostgresServer } from '../../support/postgres/server.ts';
import { freshGround, openNode, retried } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { account, context, hex, session } from '../conformance/case.ts';
import { conformance } from '../conformance.ts';

describe('the suite of all stores', () => {
  // The audit and the queue of mails are not divided.
  const concerned = conformance.filter(({ title }) => !/^(?:audit|chain|mails):/.test(title));
  // The short form takes every third case, of each part of a store some.
  for (const { title, run } of isFull ? concerned : concerned.filter((_, n) => n % 3 === 0)) {
    test.concurrent(title, retried, async () => run(await freshGround(0, dividedDatabase)));
  }
});

test('all rows are still there afterwards', async () => {
  const url = await divided(await sharedPostgres(), async ({ accounts, sessions }) => {
    await accounts.create(account('joe'), context('register'));
    await sessions.insert(hex(1), session(1, 'id-of-joe'), context('login'));
  });
  const { accounts, sessions, audit } = await openNode(url);
  expect(await sessions.find(hex(1))).toEqual(session(1, 'id-of-joe'));
  expect(await accounts.findCredential('joe')).toMatchObject({ userId: 'id-of-joe', hasUser: true });
  expect(await accounts.create(account('JOE'))).toBe('identifier_taken');
  expect(await audit.verify(() => {})).toEqual({ intact: true, entries: 2 });
});

/** What may ask more than one partition, by the words of the documentation. */
const wide: Readonly<Record<string, RegExp>> = {
  'checks of several sessions at once': /^SELECT found\.\* FROM unnest/,
  'whose several sessions or tokens are': /^SELECT .* FROM owners WHERE key = ANY/,
  'logouts of several sessions':
    /^SELECT 1 FROM users WHERE id = ANY|^WITH held AS .* JOIN (?:sessions|ended) USING/,
  'uses of several sessions': /^WITH used AS/,
  'a session by its handle alone': /^SELECT .* FROM sessions WHERE handle = \$1$/,
  'the sweep':
    /^WITH (?:dead|unused|over|disabled) AS|^DELETE FROM (?:ended|tokens) WHERE \(user_id, \w+\) IN/,
  'owners of what is gone': /^DELETE FROM owners WHERE key = ANY/,
  'the list of users': /^SELECT .* FROM users JOIN auth .* ORDER BY/,
  'the end of all sessions':
    /^SELECT user_id .* FROM sessions LIMIT|^WITH gone AS \( DELETE FROM sessions USING unnest/,
  'the name of a credential that is lost': /^DELETE FROM names WHERE user_id = \$1$/,
  '`/readyz`': /FROM gatehouse$/,
};

/** Of each divided table, the partitions that a statement has touched. */
function partitionsOf({ tables }: Carried): Map<string, string[]> {
  return Map.groupBy(
    [...tables].filter((name) => /_\d+$/.test(name)),
    (name) => name.replace(/_\d+$/, ''),
  );
}

const isWide = (one: Carried) => [...partitionsOf(one).values()].some((some) => some.length > 1);
const nameOfWide = ({ text }: Carried) => Object.keys(wide).find((name) => wide[name]?.test(text)) ?? text;

let postgres: PostgresServer;
const cleaning: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const settings = { ...explaining, fsync: 'off' };
  postgres = await startPostgres({ settings, atEnd: (clean) => void cleaning.push(clean) });
});

afterAll(async () => {
  for (const clean of cleaning) await clean();
});

/** Everything a person can do, one after another. */
async function liveThrough(server: TestServer, mailed: (count: number) => Promise<string>): Promise<void> {
  const expected = async (status: number, asked: Promise<Answer>) => {
    const answer = await asked;
    expect([answer.status, answer.text]).toEqual([status, answer.text]);
    return answer;
  };
  const ada = await person(server);
  const registered = await mailed(1);
  await expected(401, server.post('/auth/login', { email: ada.email, password: 'not this one' }));
  const elsewhere = await again(server, ada);
  await expected(200, elsewhere.ask('GET', '/auth/session'));
  await expected(200, ada.ask('GET', '/auth/sessions'));
  await expected(204, elsewhere.ask('POST', '/auth/logout'));
  await expected(401, elsewhere.ask('GET', '/auth/session'));
  // More than the cap allows.
  for (let i = 0; i < 3; i += 1) await again(server, ada);
  const back = await again(server, ada);
  await expected(200, confirmed(back));
  const words = { current_password: password, new_password: 'a whole new one' };
  back.id = String((await expected(200, back.ask('POST', '/auth/password', words))).json['session_id']);
  await expected(202, back.ask('POST', '/auth/email/verify/request'));
  await expected(204, server.post('/auth/email/verify', { token: await mailed(3) }));
  // Several tokens of one person may lie in several partitions: none is left over.
  await server.post('/auth/email/verify', { token: registered });
  await expected(200, back.ask('DELETE', '/auth/sessions'));
  await expected(202, server.post('/auth/password/forgot', { identifier: ada.email }));
  await expected(204, server.post('/auth/password/reset', { token: await mailed(4), password }));
  const last = await again(server, ada);
  await expected(200, last.ask('GET', '/auth/account/export'));
  await expected(200, last.ask('GET', '/auth/account/activity'));
  await expected(202, server.post('/auth/password/forgot', { identifier: ada.email }));
  await mailed(6);
  await expected(204, last.ask('DELETE', '/auth/account', { password }));
}

test('each statement on the way of a request touches one partition', async () => {
  const url = await divided(postgres);
  const mail = await startMailServer();
  const server = await startServer({
    DATABASE_URL: url,
    GATEHOUSE_CHECK_TRUST_MS: '0',
    GATEHOUSE_SESSIONS_PER_USER: '3',
    ...mailingTo(mail),
  });
  const mailed = async (count: number) =>
    (await mail.arrived(count)).findLast(({ token }) => token !== '')?.token ?? '';
  const statements = await carriedOut(postgres, () => liveThrough(server, mailed));
  expect(statements.filter(isWide).map(nameOfWide)).toEqual([]);
  const touched = new Set(statements.flatMap((one) => [...partitionsOf(one).keys()]));
  // Rows that are only written appear under the name of the whole table: each goes into one partition.
  expect([...touched].sort()).toEqual(
    ['auth', 'devices', 'names', 'owners', 'sessions', 'throttle', 'tokens', 'users'].sort(),
  );
});

test('checks of several sessions touch the partitions of these and no others', async () => {
  const url = await divided(postgres);
  const node = await openNode(url, { trustMs: 0 });
  const some = [0, 1, 2, 3];
  for (const n of some) {
    await node.accounts.create(account(`joe-${n}`));
    await node.sessions.insert(hex(n), session(n, `id-of-joe-${n}`));
  }
  const statements = await carriedOut(postgres, () =>
    Promise.all(some.map((n) => node.sessions.find(hex(n)))),
  );
  const [asked] = statements.filter((one) => nameOfWide(one) === 'checks of several sessions at once');
  const touched = asked ? [...partitionsOf(asked).values()].map((partitions) => partitions.length) : [];
  // Of sessions, users and credentials, although the planner has no statistics about the size of these tables.
  expect(touched).toHaveLength(3);
  expect(Math.max(...touched)).toBeLessThanOrEqual(some.length);
});

test('what touches more is what the documentation lists', async () => {
  const url = await divided(postgres);
  const node = await openNode(url, { trustMs: 0 });
  const { accounts, sessions, throttle, devices, tokens } = node;
  const names = Array.from({ length: 12 }, (_, i) => `joe-${i}`);
  for (const [i, name] of names.entries()) {
    await accounts.create(account(name));
    await sessions.insert(hex(i), session(i, `id-of-${name}`));
  }
  await postgres.query(`DELETE FROM auth WHERE user_id = 'id-of-joe-0'`, [], nameOf(url));
  const statements = await carriedOut(postgres, async () => {
    const other = await openNode(url, { trustMs: 0 });
    await Promise.all(names.map((_, i) => other.sessions.find(hex(i))));
    for (const [i] of names.entries()) other.sessions.touch(hex(i), 2_000, 6_000);
    await other.close();
    await sessions.findByHandle('handle-1');
    await accounts.remove('id-of-joe-0', 99);
    await accounts.list({ limit: 100 });
    await node.ping();
    await sessions.remove(
      names.slice(2, 10).map((_, i) => hex(i + 2)),
      context('logout'),
    );
    await accounts.endOfDisabled('', 5, context('logout'));
    await sessions.sweep(10_000, 5);
    await sessions.sweepEnded(20_000, 5);
    for (const { sweep } of [throttle, devices]) await sweep(10_000, 5);
    await tokens.sweep(10_000, 99_999, 5);
    await sessions.removeAny(99, context('logout'));
  });
  const found = new Set(statements.filter(isWide).map(nameOfWide));
  expect([...found].sort()).toEqual(Object.keys(wide).sort());
  const listed = rows(part('docs/scale.md', '### What touches more than one partition'));
  expect(listed.slice(1).map(([name]) => name)).toEqual(Object.keys(wide));
});
