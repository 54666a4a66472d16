/** `gatehouse doctor`: it finds what was broken on purpose, and nothing in what is well. */

import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { migrations } from '../../src/storage/sqlite/schema.ts';
import { command } from '../support/command.ts';
import { calm, doctor, freshFile, trouble, withUser } from '../support/doctor.ts';
import { startProcess } from '../support/process.ts';

function change(file: string, sql: string): void {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  db.exec(sql);
  db.close();
}

test('all is well, with and without a server', async () => {
  const file = await withUser();
  const said = await doctor(file);
  expect(said.code).toBe(0);
  expect(trouble(said)).toEqual([]);
  const checks = said.json.map(({ check }) => check);
  expect(checks).toEqual(['settings', 'database', 'files', 'disk', 'clock', 'key', 'proxies']);
  const people = await command(['doctor'], { file, environment: calm });
  expect(people.stdout).toMatch(/^VERDICT +CHECK +FINDING\nok +settings +\S/);

  const server = await startProcess(calm, { file });
  const asked = await doctor(file, {}, '--url', server.url);
  expect(asked.code).toBe(0);
  expect(trouble(asked)).toEqual([]);
  expect(asked.json).toContainEqual({
    check: 'proxies',
    verdict: 'ok',
    says: 'A forged X-Forwarded-For was not believed: the server counted 127.0.0.1. Is that where you are?',
  });
});

test('it changes nothing and creates nothing', async () => {
  const file = freshFile();
  const said = await doctor(file);
  expect(said.code).toBe(0);
  expect(trouble(said)).toEqual([
    `database: There is none yet at ${file}; the first start of the server makes it.`,
  ]);
  expect((await command(['user', 'list'], { file })).code).toBe(5);
});

test.each([
  ['co.uk', 'https://auth.example.co.uk', 'problem'],
  ['github.io', 'https://example.github.io', 'problem'],
  ['example.co.uk', 'https://auth.example.co.uk', 'ok'],
])(
  'W8: the domain %s of %s is judged by the list of public suffixes: %s',
  async (domain, publicUrl, verdict) => {
    const said = await doctor(await withUser(), {
      GATEHOUSE_COOKIE_DOMAIN: domain,
      GATEHOUSE_PUBLIC_URL: publicUrl,
      GATEHOUSE_SECRET_KEY: 'ab'.repeat(32),
    });
    expect(said.code).toBe(verdict === 'ok' ? 0 : 1);
    expect(said.json.filter(({ check }) => check === 'forward')).toEqual([
      { check: 'forward', verdict, says: expect.stringContaining(domain) },
    ]);
  },
);

/** What was broken, how, and what is said of it; `problem` ends with 1. */
const broken: readonly [
  what: string,
  verdict: 'warning' | 'problem',
  says: string,
  spoil: (file: string) => void,
][] = [
  [
    'an older schema',
    'warning',
    'It has schema 0; the next start',
    (file) => change(file, 'PRAGMA user_version = 0'),
  ],
  [
    'a newer schema',
    'problem',
    'newer Gatehouse',
    (file) => change(file, `PRAGMA user_version = ${migrations.length + 1}`),
  ],
  ['another program', 'problem', 'of another program', (file) => change(file, 'PRAGMA application_id = 42')],
  ['no database', 'problem', 'not a database', (file) => writeFileSync(file, 'x'.repeat(9_000))],
  ['half a database', 'problem', 'database', (file) => truncateSync(file, 3 * 4_096)],
  ['a lost user', 'problem', 'only one of their two records: 1', (file) => change(file, 'DELETE FROM users')],
  [
    'a lost credential',
    'problem',
    'only one of their two records: 1',
    (file) => change(file, 'DELETE FROM auth'),
  ],
  [
    'a session without a user',
    'problem',
    'a row of sessions belongs to a row of users that is missing',
    (file) =>
      change(
        file,
        `INSERT INTO sessions VALUES (zeroblob(32), 'h', 'nobody', 'rest', 1, 1, 1, 1, 1, '', '')`,
      ),
  ],
  [
    'an entry from the future',
    'problem',
    'the clock is wrong now, or was then',
    (file) => change(file, `UPDATE audit SET at = ${Date.now() + 3_600_000}`),
  ],
  [
    'a file that every user can read',
    'problem',
    'Every user of this machine may open',
    (file) => chmodSync(file, 0o644),
  ],
  ['a file for a group', 'warning', 'A group may open', (file) => chmodSync(file, 0o640)],
  [
    'a folder that every user can write to',
    'problem',
    'may replace the database',
    (file) => chmodSync(dirname(file), 0o777),
  ],
];

test.each(broken)('it finds %s', async (_what, verdict, says, spoil) => {
  const file = await withUser();
  spoil(file);
  const said = await doctor(file);
  expect(said.json.filter((found) => found['verdict'] !== 'ok')).toContainEqual(
    expect.objectContaining({ verdict, says: expect.stringContaining(says) }),
  );
  expect(said.code).toBe(verdict === 'problem' ? 1 : 0);
});

test('it finds a folder where the database should be', async () => {
  const file = freshFile();
  mkdirSync(file);
  const said = await doctor(file);
  expect(said.code).toBe(1);
  expect(trouble(said).join()).toContain('is not a file');
});

test.each([
  [{ PORT: 'x', GATEHOUSE_NONSENSE: '1' }, 'problem', ['GATEHOUSE_NONSENSE is not', 'PORT is "x"']],
  [
    { GATEHOUSE_DEBUG: 'true', GATEHOUSE_THROTTLE: 'off' },
    'warning',
    ['GATEHOUSE_DEBUG', 'GATEHOUSE_THROTTLE'],
  ],
  [{ GATEHOUSE_TRUSTED_PROXIES: '0.0.0.0/0' }, 'problem', ['trusts every address of IPv4']],
  [{ GATEHOUSE_TRUSTED_PROXIES: '::/0' }, 'problem', ['trusts every address of IPv6']],
  [{ GATEHOUSE_TRUSTED_PROXIES: '::ffff:0.0.0.0/96' }, 'problem', ['trusts every address of IPv4']],
  [{ GATEHOUSE_TRUSTED_PROXIES: '2000::/3' }, 'warning', ['trusts 2000::/3: an attacker there']],
  [{ GATEHOUSE_TRUSTED_PROXIES: '10.1.2.3/8' }, 'problem', ['did you mean 10.0.0.0/8']],
  [{ GATEHOUSE_TRUSTED_PROXIES: 'unix' }, 'warning', ['the word unix']],
  [{ GATEHOUSE_TRUSTED_PROXIES: '' }, 'warning', ['all clients count as one']],
])('settings %j are a %s', async (environment, verdict, says) => {
  const said = await doctor(await withUser(), environment);
  expect(said.code).toBe(verdict === 'problem' ? 1 : 0);
  const found = said.json.filter((finding) => finding['verdict'] === verdict);
  expect(found).toHaveLength(says.length);
  for (const [n, text] of says.entries()) expect(found[n]?.['says']).toContain(text);
});

test('cookie: kept, removed and dropped, without their values', async () => {
  const file = freshFile();
  const ask = (input: string, ...words: string[]) => command(['doctor', 'cookie', ...words], { file, input });
  const kept = await ask(
    'a=secret; Secure; HttpOnly; SameSite=Lax; Max-Age=9999',
    'https://example.com/',
    '--json',
  );
  expect([kept.code, kept.json]).toEqual([0, [{ name: 'a', verdict: 'kept', reasons: [], notes: [] }]]);

  const answer =
    'HTTP/1.1 204 No Content\r\nSet-Cookie: a=secret; Secure\r\nset-cookie: b=; Max-Age=0\r\n\r\n';
  const both = await ask(answer, 'http://example.com/', '--json');
  expect(both.code).toBe(1);
  expect(both.json.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['a', 'dropped'],
    ['b', 'removed'],
  ]);
  const people = await ask(answer, 'http://example.com/');
  expect(people.stdout).toContain('a is dropped.\n  Why: It is Secure, and came over plain HTTP');
  expect(people.stdout + both.stdout + kept.stdout).not.toContain('secret');

  const elsewhere = await ask('a=1; SameSite=Lax', 'https://example.com/', '--page', 'https://example.org/');
  expect([elsewhere.code, elsewhere.stdout]).toEqual([1, expect.stringContaining('of another site')]);
  expect((await ask('', 'https://example.com/')).code).toBe(2);
  expect((await ask('a=1', 'example.com')).code).toBe(2);
  expect((await ask('a=1')).code).toBe(2);
});

test('cookie: the ones a server sets are kept where they are meant to be', async () => {
  const server = await startProcess();
  const person = { email: 'ada@example.com', password: 'strongpassword' };
  const { headers } = await server.post('/auth/register', person);
  const input = (headers['set-cookie'] ?? []).map((line) => `set-cookie: ${line}`).join('\r\n');
  const verdicts = async (url: string) => {
    const said = await command(['doctor', 'cookie', url, '--json'], { file: server.file, input });
    return said.json.map(({ verdict }) => verdict);
  };
  expect(await verdicts('https://app.example.com/')).toEqual(expect.arrayContaining(['kept']));
  expect(new Set(await verdicts('https://app.example.com/'))).toEqual(new Set(['kept']));
  expect(new Set(await verdicts('http://app.example.com/'))).toEqual(new Set(['dropped']));
  expect(new Set(await verdicts(server.url))).toEqual(new Set(['kept']));
});
