/** What comes out of the JSON documents of Django and Auth0. */

import { describe, expect, test } from 'vitest';
import { auth0 } from '../../../../src/maintenance/import/formats/auth0.ts';
import { django } from '../../../../src/maintenance/import/formats/django.ts';
import { fileOf } from '../reading/files.ts';
import { base64, bcrypt, readDocument as read, records, secret } from './records.ts';

describe('Django', () => {
  const hash = `pbkdf2_sha256$600000$salt$${base64(32)}`;
  const user = (pk: unknown, more: object = {}, model = 'auth.user') => {
    const fields = {
      password: hash,
      last_login: null,
      username: `user${pk}`,
      email: `${pk}@example.com`,
      is_active: true,
    };
    return { model, pk, fields: { ...fields, date_joined: '2026-01-02T03:04:05.678Z', ...more } };
  };

  test('ruling I1: users of dumpdata are read, other models passed over', async () => {
    const dump = [
      { model: 'sessions.session', pk: 'x'.repeat(32), fields: { session_data: 'e30:x', expire_date: '' } },
      user(1),
      user('u-2', { is_active: false }),
    ];
    const found = await read(django, dump);
    expect(found).toMatchObject([
      {
        kind: 'account',
        userId: '1',
        identifier: 'user1',
        email: '1@example.com',
        createdAt: Date.parse('2026-01-02T03:04:05.678Z'),
      },
      { kind: 'account', userId: 'u-2', disabledAt: 'now' },
    ]);
    expect(found[0]?.['passwordHash']).toMatch(/pbkdf2/);
    expect(found).toHaveLength(2);
    expect((await read(django, dump, { identifier: 'email' }))[0]).toMatchObject({
      identifier: '1@example.com',
    });
  });

  test('a model of its own is known by its fields; a second model is told, unless it is named', async () => {
    const dump = [user(1, { username: undefined }, 'people.Person'), user(1, {}, 'auth.user')];
    expect(await read(django, dump)).toMatchObject([
      { reason: 'other_model' },
      { userId: '1', identifier: '1@example.com' },
    ]);
    expect(await read(django, dump, { parameters: { model: 'auth.user' } })).toMatchObject([
      { reason: 'other_model' },
      { userId: '1', identifier: 'user1' },
    ]);
  });

  test('a password that is unusable is none; no id and a repeated id are problems', async () => {
    const found = await read(django, [user(1, { password: '!abc' }), user(1), user(undefined)]);
    expect(found).toMatchObject([{ reason: 'repeated_id' }, { userId: '1' }, { reason: 'no_id' }]);
    expect(found[1]?.['passwordHash']).toBeUndefined();
    expect(await read(django, [{ model: 'a.b', pk: 1, fields: {} }])).toMatchObject([
      { of: 'file', reason: 'no_users' },
    ]);
  });

  test('authenticator apps of django-otp and django-allauth come over; others keep their account back', async () => {
    const device = (name: string, userId: number, more: object = {}) => ({
      model: `otp_${name}.${name}device`,
      pk: userId,
      fields: {
        user: userId,
        confirmed: true,
        key: '48656c6c6f21deadbeef',
        digits: 6,
        step: 30,
        t0: 0,
        ...more,
      },
    });
    const found = await read(django, [
      ...[1, 2, 3, 4, 5].map((pk) => user(pk)),
      device('totp', 1),
      device('totp', 2, { digits: 8 }),
      device('email', 3),
      device('email', 4, { confirmed: false }),
      { model: 'mfa.authenticator', pk: 1, fields: { user: 5, type: 'totp', data: { secret } } },
    ]);
    expect(found.map(({ userId, reason, totpSecret }) => [userId ?? reason, totpSecret])).toEqual([
      ['1', 'JBSWY3DPEHPK3PXP'],
      ['second_factor', undefined],
      ['second_factor', undefined],
      ['4', undefined],
      ['5', secret],
    ]);
  });
});

describe('Auth0', () => {
  const line = (id: string, more: object = {}) =>
    JSON.stringify({
      ...{ _id: { $oid: id }, email_verified: true, email: `${id}@example.com`, passwordHash: bcrypt },
      ...{ password_set_date: { $date: '2021-03-05T16:34:49.502Z' }, tenant: 't', connection: 'c', ...more },
    });

  test('ruling I1: the export of hashes is read; the id is that of tokens', async () => {
    expect(await read(auth0, `${line('5dea')}\n${line('5deb', { alt_id: 'euclid' })}\n`)).toEqual([
      {
        ...{ kind: 'account', at: 'f:1', userId: 'auth0|5dea', identifier: '5dea@example.com' },
        ...{ email: '5dea@example.com', isEmailVerified: true, passwordHash: bcrypt },
      },
      expect.objectContaining({ userId: 'auth0|euclid' }),
    ]);
  });

  test('profiles, hashes and secrets of several files are put together', async () => {
    const profile = {
      user_id: 'auth0|5dea',
      email: 'a@example.com',
      created_at: '2020-01-02T03:04:05.678Z',
      blocked: true,
      multifactor: ['guardian'],
    };
    const files = [
      fileOf(
        `${JSON.stringify(profile)}\n${JSON.stringify({ ...profile, user_id: 'google-oauth2|1', multifactor: [] })}\n`,
        'users',
      ),
      fileOf(`${line('5dea')}\n${line('5dea')}\n`, 'hashes'),
      fileOf(`${JSON.stringify({ user_id: 'auth0|5dea', otp_secret: secret, tenant: 't' })}\n`, 'otp'),
      fileOf(`${JSON.stringify({ user_id: 'auth0|5dea', recovery_code: 'x', tenant: 't' })}\n`, 'codes'),
    ];
    expect(await records(auth0, files)).toMatchObject([
      { reason: 'repeated_id', at: 'hashes:2' },
      {
        ...{
          kind: 'account',
          at: 'users:1',
          userId: 'auth0|5dea',
          disabledAt: 'now',
          passwordHash: bcrypt,
          totpSecret: secret,
        },
        createdAt: Date.parse('2020-01-02T03:04:05.678Z'),
      },
      { kind: 'account', userId: 'google-oauth2|1' },
    ]);
    expect(await records(auth0, files.slice(0, 1))).toMatchObject([
      { reason: 'second_factor' },
      { userId: 'google-oauth2|1' },
    ]);
  });

  test.each([
    ['bcrypt', { algorithm: 'bcrypt', hash: { value: bcrypt } }],
    [
      'argon2',
      {
        algorithm: 'argon2',
        hash: {
          value: `$argon2id$v=19$m=65536,t=3,p=4$${base64(16).slice(0, 22)}$${base64(32).slice(0, 43)}`,
        },
      },
    ],
    [
      'pbkdf2',
      {
        algorithm: 'pbkdf2',
        hash: { value: `$pbkdf2-sha256$i=100000,l=32$${base64(12)}$${base64(32).slice(0, 43)}` },
      },
    ],
    ['md5', { algorithm: 'md5', hash: { value: base64(16), encoding: 'base64' } }],
    [
      'sha512',
      {
        algorithm: 'sha512',
        hash: { value: 'ab'.repeat(64), encoding: 'hex' },
        salt: { value: 'x', position: 'suffix' },
      },
    ],
    ['sha1 without its encoding', { algorithm: 'sha1', hash: { value: 'ab'.repeat(20) } }],
  ])('a hash of the bulk import is read: %s', async (_name, custom) => {
    const [account, ...problems] = await read(auth0, [
      { user_id: '1', email: 'a@x', custom_password_hash: custom },
    ]);
    expect(account).toMatchObject({ userId: 'auth0|1', passwordHash: expect.stringMatching(/^\$/) });
    expect(problems).toEqual([]);
  });

  test.each([
    ['unsupported_hash', { algorithm: 'ldap', hash: { value: '{SSHA}x' } }],
    [
      'unsupported_hash',
      { algorithm: 'sha1', hash: { value: 'ab'.repeat(20) }, password: { encoding: 'utf16le' } },
    ],
    ['malformed_hash', { algorithm: 'sha1', hash: { value: 'xy', encoding: 'hex' } }],
    ['malformed_hash', { algorithm: 'pbkdf2', hash: { value: '$pbkdf2-sha256$i=1,l=1$a$b' } }],
  ])('a hash of the bulk import is named: %s %j', async (reason, custom) => {
    expect(
      (await read(auth0, [{ user_id: '1', email: 'a@x', custom_password_hash: custom }]))[1],
    ).toMatchObject({ of: 'part', reason });
  });
});
