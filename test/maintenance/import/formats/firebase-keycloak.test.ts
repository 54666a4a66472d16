/** What comes out of the JSON documents of Firebase and Keycloak. */

import { describe, expect, test } from 'vitest';
import { firebase } from '../../../../src/maintenance/import/formats/firebase.ts';
import { keycloak } from '../../../../src/maintenance/import/formats/keycloak.ts';
import { base64, readDocument as read, secret } from './records.ts';

describe('Firebase', () => {
  const user = (localId: string, more: object = {}) => ({
    ...{
      localId,
      email: `${localId}@example.com`,
      emailVerified: true,
      passwordHash: base64(64),
      salt: base64(12),
    },
    ...{ createdAt: '1767323045678', lastSignedInAt: '1767323045678', providerUserInfo: [], ...more },
  });
  const parameters = { signerKey: base64(64), saltSeparator: 'Bw==', rounds: '8', memCost: '14' };

  test('ruling I1: users and their scrypt are read with the parameters of the project', async () => {
    const [account, disabled, ...others] = await read(
      firebase,
      { users: [user('u1'), user('u2', { disabled: true })] },
      { parameters },
    );
    expect(account).toMatchObject({
      userId: 'u1',
      identifier: 'u1@example.com',
      isEmailVerified: true,
      createdAt: 1767323045678,
    });
    expect(account?.['passwordHash']).toMatch(/^\$fbscrypt\$/);
    expect(disabled).toMatchObject({ userId: 'u2', disabledAt: 'now' });
    expect(others).toEqual([]);
  });

  test.each([
    [{}, /signerKey/],
    [{ ...parameters, signerKey: '?' }, /base64/],
    [{ ...parameters, rounds: '2147483648' }, /numbers/],
    [{ ...parameters, memCost: '-1' }, /numbers/],
  ])('without the parameters nothing is read: %j', async (wrong, message) => {
    expect(await read(firebase, { users: [user('u1')] }, { parameters: wrong })).toMatchObject([
      { of: 'file', reason: 'parameters', message: expect.stringMatching(message) },
    ]);
  });

  test('users without a hash, redacted hashes, factors and users without an address are told', async () => {
    const found = await read(
      firebase,
      {
        users: [
          user('u1', { passwordHash: undefined }),
          user('u2', { passwordHash: 'UkVEQUNURUQ=' }),
          user('u3', { mfaInfo: [{ mfaEnrollmentId: 'x' }] }),
          user('u4', { email: undefined, phoneNumber: '+1' }),
          user('u5', { salt: '*' }),
        ],
      },
      { parameters },
    );
    expect(found.map(({ userId, reason }) => userId ?? reason)).toEqual([
      'u1',
      'u2',
      'malformed_hash',
      'second_factor',
      'no_name',
      'u5',
      'malformed_hash',
    ]);
  });
});

describe('Keycloak', () => {
  const text = JSON.stringify;
  const password = (
    algorithm: string,
    hashIterations: number,
    additionalParameters: object = {},
    bytes = 32,
  ) => ({
    ...{ id: 'c', type: 'password', createdDate: 1767323045678 },
    secretData: text({ value: base64(bytes), salt: base64(16), additionalParameters: {} }),
    credentialData: text({ hashIterations, algorithm, additionalParameters }),
  });
  const argon2 = { hashLength: ['32'], memory: ['7168'], type: ['id'], version: ['1.3'], parallelism: ['1'] };
  const otp = (data: object, value = 'abcdefghij') => ({
    ...{ type: 'otp', secretData: text({ value }) },
    credentialData: text({
      subType: 'totp',
      digits: 6,
      counter: 0,
      period: 30,
      algorithm: 'HmacSHA1',
      ...data,
    }),
  });
  const user = (id: string, credentials: readonly object[], more: object = {}) => ({
    ...{ id, username: `name-${id}`, email: `${id}@example.com`, emailVerified: true, enabled: true },
    ...{ createdTimestamp: 1767323045678, totp: false, credentials, ...more },
  });
  const realm = (...users: readonly object[]) => ({
    id: 'r',
    realm: 'people',
    notBefore: 0,
    clients: [{ users: ['x'] }],
    users,
  });

  test.each([
    ['pbkdf2', password('pbkdf2', 20000, {}, 64)],
    ['pbkdf2-sha256', password('pbkdf2-sha256', 27500, {}, 64)],
    ['pbkdf2-sha512', password('pbkdf2-sha512', 210000, {}, 64)],
    ['argon2', password('argon2', 5, argon2)],
    [
      'of Keycloak 7',
      {
        type: 'password',
        hashedSaltedValue: base64(64),
        salt: base64(16),
        hashIterations: 27500,
        algorithm: 'pbkdf2-sha256',
      },
    ],
  ])('ruling I1: users with their hash are read: %s', async (_name, credential) => {
    const found = await read(keycloak, realm(user('u1', [credential])));
    expect(found).toMatchObject([
      {
        ...{
          kind: 'account',
          userId: 'u1',
          identifier: 'name-u1',
          email: 'u1@example.com',
          isEmailVerified: true,
        },
        ...{ createdAt: 1767323045678, passwordHash: expect.stringMatching(/^\$/) },
      },
    ]);
    expect((await read(keycloak, [realm(user('u1', []))], { identifier: 'email' }))[0]).toMatchObject({
      identifier: 'u1@example.com',
    });
  });

  test('hashes that cannot be verified are named', async () => {
    const found = await read(
      keycloak,
      realm(
        user('u1', [password('my-own', 1)]),
        user('u2', [password('argon2', 5, { ...argon2, type: ['d'] })]),
        user('u3', [password('argon2', 5, { ...argon2, version: ['1.0'] })]),
        user('u4', [password('argon2', 5, { ...argon2, memory: ['2147483648'] })]),
        user('u5', [password('pbkdf2-sha256', 2 ** 31)]),
        user('u6', [{ type: 'password', secretData: '{', credentialData: '[]' }]),
        user('u7', [], { enabled: false }),
      ),
    );
    expect(found.map(({ userId, reason, disabledAt }) => (userId ? [userId, disabledAt] : reason))).toEqual([
      ['u1', undefined],
      'unsupported_hash',
      ['u2', undefined],
      'unsupported_hash',
      ['u3', undefined],
      'unsupported_hash',
      ['u4', undefined],
      'hash_out_of_bounds',
      ['u5', undefined],
      'hash_out_of_bounds',
      ['u6', undefined],
      'malformed_hash',
      ['u7', 'now'],
    ]);
  });

  test('secrets of usual authenticator apps come over, as bytes or in base32; others keep their account back', async () => {
    const found = await read(
      keycloak,
      realm(
        user('u1', [otp({})]),
        user('u2', [otp({ secretEncoding: 'BASE32' }, `${secret}=`)]),
        user('u3', [otp({ digits: 8 })]),
        user('u4', [{ type: 'webauthn' }]),
        user('u5', [{ type: 'webauthn-passwordless' }]),
        user('u6', [otp({ period: 60 }), otp({})]),
      ),
    );
    expect(found.map(({ userId, reason, totpSecret }) => [userId ?? reason, totpSecret])).toEqual([
      ['u1', 'MFRGGZDFMZTWQ2LK'],
      ['u2', secret],
      ['second_factor', undefined],
      ['second_factor', undefined],
      ['u5', undefined],
      ['u6', 'MFRGGZDFMZTWQ2LK'],
    ]);
  });
});
