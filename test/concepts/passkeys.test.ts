/** Passkeys over a real store: recognised by fresh answers of their own, with real signatures. */

import { describe, expect, test } from 'vitest';
import { Passkeys } from '../../src/concepts/factors/passkeys.ts';
import { ann, context, joe, newChallenge, now, optionsOf, origin, setUp } from '../support/passkeys.ts';
import { type RequestOptions, SoftwareAuthenticator } from '../support/software-authenticator.ts';

const invalid = { refused: 'invalid_passkey' };
const unavailable = { refused: 'passkeys_unavailable' };

test.each(['ES256', 'EdDSA', 'RS256'] as const)(
  'a passkey with %s is recognised by a fresh answer, and by no other (ruling F1)',
  async (algorithm) => {
    const { register, signIn, verify } = await setUp();
    const authenticator = new SoftwareAuthenticator({ origin, algorithm });
    const added = await register(authenticator);
    expect(added).toMatchObject({
      userId: 'joe',
      name: 'Key',
      counter: 0,
      isSynced: false,
      lastUsedAt: null,
    });
    const options = await signIn();
    const answer = authenticator.get(options);
    expect(await verify(answer, options)).toMatchObject({
      handle: added.handle,
      counter: 1,
      lastUsedAt: now,
    });
    expect(await verify(answer, options)).toMatchObject({ refused: 'invalid_counter' });
    expect(await verify(authenticator.get(options), await signIn())).toMatchObject(invalid);
  },
);

test('options ask for no attestation, exclude known passkeys and tell authenticators no id of a user', async () => {
  const { creation, register } = await setUp();
  const { credentialId } = await register(new SoftwareAuthenticator({ origin, transports: ['usb', 'nfc'] }));
  const options = await creation();
  expect(options).toMatchObject({
    attestation: 'none',
    rp: { id: 'example.com', name: 'Example' },
    user: { name: 'joe@example.com', displayName: 'joe@example.com' },
    timeout: 300_000,
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    excludeCredentials: [{ id: credentialId, type: 'public-key', transports: ['usb', 'nfc'] }],
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({ alg, type: 'public-key' })),
  });
  const handle = Buffer.from(options.user.id, 'base64url');
  expect(handle).toHaveLength(32);
  expect(handle.toString('latin1')).not.toContain('joe');
  expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32);
  expect((await creation()).challenge).not.toBe(options.challenge);
});

test('a passkey that stands alone has to verify the person, as a second factor it need not', async () => {
  const { passkeys, register, signIn } = await setUp();
  const { credentialId } = await register(new SoftwareAuthenticator({ origin }));
  expect(await signIn()).toMatchObject({ userVerification: 'required', rpId: 'example.com' });
  expect(await signIn()).not.toHaveProperty('allowCredentials.0');
  const allowCredentials = [{ id: credentialId }];
  expect(await passkeys.options('joe', false, newChallenge)).toMatchObject({
    userVerification: 'preferred',
    allowCredentials,
  });
  expect(await passkeys.options('joe', true, newChallenge)).toMatchObject({
    userVerification: 'required',
    allowCredentials,
  });
  expect(await passkeys.options('ann', true, newChallenge)).toEqual({ refused: 'unknown_factor' });
});

test('without verification of the person an answer is a second factor only', async () => {
  const { passkeys, register } = await setUp();
  const authenticator = new SoftwareAuthenticator({ origin, isVerifying: false });
  await register(authenticator);
  for (const [isAlone, outcome] of [
    [true, invalid],
    [false, { userId: 'joe' }],
  ] as const) {
    const options = optionsOf<RequestOptions>(await passkeys.options('joe', isAlone, newChallenge));
    const expected = { challenge: options.challenge, userId: 'joe', isAlone };
    expect(await passkeys.verify(authenticator.get(options), expected, now)).toMatchObject(outcome);
  }
});

describe('counters', () => {
  test('a counter that does not rise is refused, as that of a possible copy', async () => {
    const { register, signIn, verify } = await setUp();
    const authenticator = new SoftwareAuthenticator({ origin });
    await register(authenticator);
    const attempt = async (counter: number) => {
      const options = await signIn();
      return verify(authenticator.get(options, { counter }), options);
    };
    expect(await attempt(7)).toMatchObject({ counter: 7 });
    const copied = { refused: 'invalid_counter', user: { id: 'joe' } };
    for (const counter of [7, 6, 0]) expect(await attempt(counter)).toEqual(copied);
    expect(await attempt(8)).toMatchObject({ counter: 8 });
  });

  test('the counter of a synced passkey may stay 0', async () => {
    const { register, signIn, verify, passkeys } = await setUp();
    const authenticator = new SoftwareAuthenticator({ origin, isSynced: true });
    await register(authenticator);
    for (let use = 0; use < 3; use += 1) {
      const options = await signIn();
      expect(await verify(authenticator.get(options), options)).toMatchObject({ counter: 0, isSynced: true });
    }
    expect(await passkeys.ofUser('joe')).toMatchObject([{ counter: 0, isSynced: true, lastUsedAt: now }]);
  });

  test('of 10 concurrent answers with one counter exactly one is accepted, and none is called a copy', async () => {
    const { register, signIn, verify } = await setUp();
    const authenticator = new SoftwareAuthenticator({ origin });
    await register(authenticator);
    const options = await signIn();
    const answer = authenticator.get(options);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => verify(answer, options)));
    expect(outcomes.filter((outcome) => 'handle' in outcome)).toHaveLength(1);
  });
});

test('a passkey is registered once, also for another account', async () => {
  const { creation, add, register, passkeys } = await setUp();
  const authenticator = new SoftwareAuthenticator({ origin });
  await register(authenticator);
  for (const user of [joe, ann]) {
    const options = await creation(user);
    expect(await add(authenticator.createAgain(options), options, user)).toEqual({
      refused: 'factor_exists',
    });
  }
  expect(await passkeys.ofUser('joe')).toHaveLength(1);
  expect(await passkeys.ofUser('ann')).toEqual([]);
});

test('a user has at most 20 passkeys', async () => {
  const { creation, add, register, passkeys } = await setUp();
  const authenticator = new SoftwareAuthenticator({ origin });
  const options = await creation();
  for (let count = 0; count < 20; count += 1) await register(authenticator);
  const full = { refused: 'too_many_passkeys' };
  expect(await passkeys.registrationOptions(joe, newChallenge)).toEqual(full);
  expect(await add(authenticator.create(options), options)).toEqual(full);
  expect(await passkeys.ofUser('joe')).toHaveLength(20);
});

test('a passkey cannot be added to an account that is gone', async () => {
  const { creation, add } = await setUp();
  const options = await creation();
  const gone = { id: 'gone', identifier: 'gone@example.com' };
  const answer = new SoftwareAuthenticator({ origin }).create(options);
  expect(await add(answer, options, gone)).toEqual({ refused: 'unknown_account' });
});

describe('names', () => {
  test.each([
    [['internal'], 'Firefox on Linux'],
    [['internal', 'hybrid'], 'Firefox on Linux'],
    [[], 'Firefox on Linux'],
    [['usb', 'nfc'], 'Security key'],
    [['hybrid'], 'Passkey'],
  ])('a passkey with the transports %j is called %s by default', async (transports, name) => {
    const { register } = await setUp();
    const authenticator = new SoftwareAuthenticator({ origin, transports });
    expect(await register(authenticator, joe, ' ')).toMatchObject({ name });
  });

  const kept = [
    ['  My key ', 'My key'],
    ['Schlüssel 🔑', 'Schlüssel 🔑'],
    ['🔑'.repeat(60), '🔑'.repeat(60)],
    ['e\u0301', '\u00e9'],
  ];
  const refused = ['🔑'.repeat(61), 'a\nb', 'a\0b', 'a\u2028b', '\ud83d', 'a\u202eb', 'x'.repeat(100_000)];

  test.each(kept)('%j is kept as %j', async (typed, name) => {
    const { passkeys, register } = await setUp();
    const { handle } = await register(new SoftwareAuthenticator({ origin }), joe, typed);
    expect(await passkeys.ofUser('joe')).toMatchObject([{ name }]);
    expect(await passkeys.rename('joe', handle, typed, context)).toEqual({ name });
  });

  test('others are refused, and change nothing', async () => {
    const { creation, add, passkeys, register } = await setUp();
    const { handle } = await register(new SoftwareAuthenticator({ origin }));
    for (const name of [...refused, '', '  ']) {
      expect(await passkeys.rename('joe', handle, name, context)).toEqual({ refused: 'invalid_name' });
    }
    const options = await creation();
    const answer = new SoftwareAuthenticator({ origin }).create(options);
    for (const name of refused) {
      expect(await add(answer, options, joe, name)).toEqual({ refused: 'invalid_name' });
    }
    expect(await passkeys.ofUser('joe')).toMatchObject([{ name: 'Key' }]);
  });
});

test('only the owner renames and removes a passkey, and the last one only if that is allowed (ruling F6)', async () => {
  const { passkeys, register } = await setUp();
  const { handle } = await register(new SoftwareAuthenticator({ origin }));
  const unknown = { refused: 'unknown_factor' };
  expect(await passkeys.rename('ann', handle, 'Mine', context)).toEqual(unknown);
  expect(await passkeys.remove('ann', handle, true, context)).toEqual(unknown);
  expect(await passkeys.remove('joe', handle, false, context)).toEqual({ refused: 'last_factor' });
  expect(await passkeys.remove('joe', handle, true, context)).toEqual({ handle });
  expect(await passkeys.remove('joe', handle, true, context)).toEqual(unknown);
});

test('without a relying party nothing is verified, and known passkeys can still be removed', async () => {
  const { factors, register } = await setUp();
  const { handle } = await register(new SoftwareAuthenticator({ origin }));
  const without = new Passkeys(factors.passkeys, undefined);
  expect(await without.registrationOptions(joe, newChallenge)).toEqual(unavailable);
  expect(await without.signInOptions(newChallenge)).toEqual(unavailable);
  expect(await without.options('joe', true, newChallenge)).toEqual(unavailable);
  const expected = { challenge: 'c', userId: 'joe', isAlone: false };
  expect(await without.verify({}, expected, now)).toEqual(unavailable);
  const asked = { name: '', device: '', answer: {}, challenge: 'c', recoveryHashes: [] };
  expect(await without.add('joe', asked, now, context)).toEqual(unavailable);
  expect(await without.remove('joe', handle, true, context)).toEqual({ handle });
});
