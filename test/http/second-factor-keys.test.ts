/** The key that encrypts the secrets of apps: kept out of the database, lost, another one, and changed (ruling F3). */

import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  codeAt,
  type Enrolled,
  enrol,
  enrolledPerson,
  loginWith,
  refusal,
  type SteppedServer,
  secretKey,
  startStepped,
  stepMs,
} from '../support/codes.ts';
import { contracts, rest } from '../support/contracts.ts';
import { query, rowsOf } from '../support/database.ts';
import { onPostgres } from '../support/engine-settings.ts';
import { password, person } from '../support/person.ts';

const unavailable = [503, 'Codes of the authenticator app cannot be checked now, use a recovery code'];

const otherKey = { GATEHOUSE_SECRET_KEY: 'ab'.repeat(32) };
const thirdKey = { GATEHOUSE_SECRET_KEY: Buffer.alloc(32, 9).toString('base64url') };
const noKey = { GATEHOUSE_SECRET_KEY: '' };

/** Stops a server and starts one on its database. */
async function restarted(
  server: SteppedServer,
  environment: Readonly<Record<string, string>>,
): Promise<SteppedServer> {
  await server.stop();
  const next = await startStepped(environment, server.file);
  next.freeze(server.now + stepMs);
  return next;
}

async function tryCode(server: SteppedServer, { person, secret }: Enrolled) {
  server.advance(stepMs);
  return loginWith(server, rest, person.email, { code: codeAt(secret, server.now) });
}

/** On each contract and in a session, codes cannot be checked; recovery codes can, and nothing is counted. */
async function expectUnavailable(server: SteppedServer, ada: Enrolled, recoveryCode: string): Promise<void> {
  const before = await rowsOf(server, 'second_factors');
  for (const contract of contracts) {
    const code = codeAt(ada.secret, server.now);
    const answer = await loginWith(server, contract, ada.person.email, { code });
    expect(refusal(answer)).toEqual(unavailable);
    expect(answer.headers['retry-after']).toBe('60');
  }
  expect(await rowsOf(server, 'second_factors')).toEqual(before);
  expect(server.log.map(({ message }) => message).join('\n')).toContain(
    'codes of authenticator apps cannot be used: ',
  );
  expect((await loginWith(server, rest, ada.person.email, { code: recoveryCode })).status).toBe(200);
  expect(refusal(await loginWith(server, rest, ada.person.email))).toEqual([401, 'Second factor required']);
}

test('F3: secrets and recovery codes are nowhere in the database', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const tables = ['second_factors', 'recovery_codes', 'browser_tokens', 'audit', 'mails'];
  const rows = [];
  for (const table of tables) rows.push(await rowsOf(server, table));
  const text = JSON.stringify(rows);
  expect(text).toContain('v1.');
  expect(text).not.toContain(ada.secret);
  for (const code of ada.recoveryCodes) {
    expect(text).not.toContain(code);
    expect(text).not.toContain(code.replaceAll('-', ''));
  }
});

test('F3: with another key no code can be checked, recovery codes go on, and the old key opens everything again', async () => {
  const first = await startStepped();
  const ada = await enrolledPerson(first);
  const wrong = await restarted(first, otherKey);
  await expectUnavailable(wrong, ada, ada.recoveryCodes[0] ?? '');
  const back = await restarted(wrong, secretKey);
  expect((await tryCode(back, ada)).status).toBe(200);
});

test('F3: a code that cannot be checked is not counted by the throttle either', async () => {
  const first = await startStepped();
  const ada = await enrolledPerson(first);
  const wrong = await restarted(first, { ...otherKey, GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  for (let n = 0; n < 5; n += 1) expect((await tryCode(wrong, ada)).status).toBe(503);
});

test('F3: a step-up with a code that cannot be checked is 503 too', async () => {
  const first = await startStepped();
  const ada = await enrolledPerson(first);
  const wrong = await restarted(first, otherKey);
  const asked = { password, code: codeAt(ada.secret, wrong.now) };
  const answer = await wrong.send({
    method: 'POST',
    path: '/auth/confirm',
    headers: { 'x-session-id': ada.person.id, 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });
  expect(refusal(answer)).toEqual(unavailable);
});

test('F3: a rotation seals each secret anew at its next code, and then the old key is not needed', async () => {
  const first = await startStepped();
  const ada = await enrolledPerson(first);
  const bob = await enrolledPerson(first, 'bob@example.com');
  const [before = ''] = await sealedOf(first, ada);
  const both = { ...thirdKey, GATEHOUSE_PREVIOUS_SECRET_KEY: secretKey.GATEHOUSE_SECRET_KEY };
  const turning = await restarted(first, both);
  expect((await tryCode(turning, ada)).status).toBe(200);
  const [after = ''] = await sealedOf(turning, ada);
  expect(after.split('.')[1]).not.toBe(before.split('.')[1]);
  // A refused code seals nothing.
  expect((await loginWith(turning, rest, bob.person.email, { code: '12345' })).status).toBe(401);

  const next = await restarted(turning, thirdKey);
  expect((await tryCode(next, ada)).status).toBe(200);
});

/** The encrypted secrets of a person. */
async function sealedOf(server: SteppedServer, { person }: Enrolled): Promise<string[]> {
  const rows = await query(
    server,
    'SELECT totp_secret FROM second_factors WHERE user_id IN (SELECT user_id FROM auth WHERE canonical = ?)',
    person.email,
  );
  return rows.map((row) => String(row['totp_secret']));
}

test.skipIf(onPostgres)(
  'F3: on SQLite the first enrolment makes a key beside the file, for its owner alone',
  async () => {
    const server = await startStepped(noKey);
    const file = `${server.file}.key`;
    const who = await person(server);
    expect(() => statSync(file)).toThrow(/ENOENT/);
    const ada = await enrol(server, who);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim()).toMatch(/^[\w+/]{43}=$/);
    const next = await restarted(server, noKey);
    expect((await tryCode(next, ada)).status).toBe(200);
  },
);

test.skipIf(onPostgres)(
  'F3: on SQLite a lost key is not made anew, and works once its file is back',
  async () => {
    const first = await startStepped(noKey);
    const ada = await enrolledPerson(first);
    const file = `${first.file}.key`;
    await first.stop();
    renameSync(file, `${file}.kept`);
    const lost = await startStepped(noKey, first.file);
    lost.freeze(first.now + stepMs);
    await expectUnavailable(lost, ada, ada.recoveryCodes[0] ?? '');
    // Other people cannot enrol, and no other key is made in its place.
    const bob = await person(lost, 'bob@example.com');
    expect(refusal(await bob.ask('POST', '/auth/factors/totp'))).toEqual([
      409,
      'Authenticator apps are off: the server has no key to encrypt their secrets with',
    ]);
    expect(() => statSync(file)).toThrow(/ENOENT/);
    // Without a restart.
    renameSync(`${file}.kept`, file);
    expect((await tryCode(lost, ada)).status).toBe(200);
  },
);

test.skipIf(onPostgres)('F3: on SQLite a damaged key file is reported and left alone', async () => {
  const first = await startStepped(noKey);
  const ada = await enrolledPerson(first);
  const file = `${first.file}.key`;
  const kept = readFileSync(file, 'utf8');
  await first.stop();
  writeFileSync(file, kept.slice(0, 20));
  const damaged = await startStepped(noKey, first.file);
  damaged.freeze(first.now + stepMs);
  await expectUnavailable(damaged, ada, ada.recoveryCodes[1] ?? '');
  expect(readFileSync(file, 'utf8')).toBe(kept.slice(0, 20));
  rmSync(file);
  writeFileSync(file, kept);
  expect((await tryCode(damaged, ada)).status).toBe(200);
});

test.runIf(onPostgres)(
  'F3: on PostgreSQL apps are off without a key, and the log says how to make one',
  async () => {
    const server = await startStepped(noKey);
    const ada = await person(server);
    expect(refusal(await ada.ask('POST', '/auth/factors/totp'))).toEqual([
      409,
      'Authenticator apps are off: the server has no key to encrypt their secrets with',
    ]);
    expect(server.log.map(({ message }) => message).join('\n')).toContain('openssl rand -base64 32');
    expect((await loginWith(server, rest, ada.email)).status).toBe(200);
  },
);
