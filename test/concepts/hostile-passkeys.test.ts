/** Answers of authenticators that are forged, changed or foreign: all are refused alike. */

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  ann,
  invalid,
  newChallenge,
  now,
  optionsOf,
  origin,
  setUp,
  withPasskey,
} from '../support/passkeys.ts';
import {
  type Cbor,
  type Changes,
  type RequestOptions,
  SoftwareAuthenticator,
} from '../support/software-authenticator.ts';

/** What is wrong in answers to both. */
const wrong: readonly (readonly [string, Changes])[] = [
  ['another challenge', { challenge: randomBytes(32).toString('base64url') }],
  ['a foreign origin', { origin: 'https://example.org' }],
  ['a subdomain that is not listed', { origin: 'https://evil.example.com' }],
  ['the origin over HTTP', { origin: 'http://auth.example.com' }],
  ['the relying party of another service', { rpId: 'example.org' }],
  ['the relying party of a subdomain', { rpId: 'auth.example.com' }],
  ['a person who was not there', { isPresent: false }],
  ['a frame on another page', { clientData: { crossOrigin: true } }],
  ['a page around it', { clientData: { topOrigin: 'https://example.org' } }],
  ['client data of another type', { type: 'payment.get' }],
];

describe('a sign-in', () => {
  test.each([...wrong, ['client data of a registration', { type: 'webauthn.create' }] as const])(
    'is refused with %s',
    async (_flaw, changes) => {
      const { authenticator, signIn, verify } = await withPasskey();
      const options = await signIn();
      expect(await verify(authenticator.get(options, changes), options)).toEqual({
        ...invalid,
        ...(changes.clientData ? {} : { user: { id: 'joe' } }),
      });
      const again = await signIn();
      expect(await verify(authenticator.get(again), again)).toMatchObject({ userId: 'joe' });
    },
  );

  test('is refused without verification of the person', async () => {
    const { authenticator, signIn, verify } = await withPasskey();
    const options = await signIn();
    expect(await verify(authenticator.get(options, { isVerified: false }), options)).toMatchObject(invalid);
  });

  test('is refused with the handle of another user, and without one', async () => {
    const { authenticator, signIn, verify, creation } = await withPasskey();
    const other = (await creation(ann)).user.id;
    for (const userHandle of [other, null]) {
      const options = await signIn();
      expect(await verify(authenticator.get(options, { userHandle }), options)).toMatchObject(invalid);
    }
  });

  test('is refused with a signature that is forged, cut off or of another passkey', async () => {
    const { authenticator, signIn, verify } = await withPasskey();
    const options = await signIn();
    const answer = authenticator.get(options);
    const other = new SoftwareAuthenticator({ origin });
    other.create({
      challenge: 'c',
      rp: { id: 'example.com' },
      user: { id: answer.response.userHandle ?? '' },
    });
    const { signature } = answer.response;
    const flipped = Buffer.from(signature, 'base64url');
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const forgeries = [
      flipped.toString('base64url'),
      signature.slice(0, -4),
      signature.slice(0, 1),
      other.get(options).response.signature,
      randomBytes(64).toString('base64url'),
    ];
    for (const forged of forgeries) {
      const response = { ...answer.response, signature: forged };
      expect(await verify({ ...answer, response }, options)).toMatchObject(invalid);
    }
    expect(await verify(answer, options)).toMatchObject({ userId: 'joe' });
  });

  test('is refused with authenticator data that was changed after signing', async () => {
    const { authenticator, signIn, verify } = await withPasskey();
    const options = await signIn();
    const answer = authenticator.get(options, { isVerified: false });
    const data = Buffer.from(answer.response.authenticatorData, 'base64url');
    data[32] = (data[32] ?? 0) | 0x04;
    const response = { ...answer.response, authenticatorData: data.toString('base64url') };
    expect(await verify({ ...answer, response }, options)).toMatchObject(invalid);
  });

  test('is refused with an unknown passkey', async () => {
    const { signIn, verify, creation } = await withPasskey();
    const stranger = new SoftwareAuthenticator({ origin });
    stranger.create(await creation());
    const options = await signIn();
    expect(await verify(stranger.get(options), options)).toEqual(invalid);
  });
});

test('a passkey of another account is no second factor and no confirmation', async () => {
  const { authenticator, passkeys, register } = await withPasskey();
  await register(new SoftwareAuthenticator({ origin }), ann);
  const options = optionsOf<RequestOptions>(await passkeys.options('ann', false, newChallenge));
  const answer = authenticator.get({ challenge: options.challenge, rpId: 'example.com' });
  for (const isAlone of [true, false]) {
    const expected = { challenge: options.challenge, userId: 'ann', isAlone };
    expect(await passkeys.verify(answer, expected, now)).toEqual(invalid);
  }
});

describe('a registration', () => {
  const key = (...entries: [number, Cbor][]): Cbor => new Map(entries);
  const flaws: readonly (readonly [string, Changes])[] = [
    ...wrong,
    ['client data of a sign-in', { type: 'webauthn.get' }],
    ['a key of another algorithm', { publicKey: key([1, 2], [3, -36], [-1, 3]) }],
    ['no key', { publicKey: 'key' }],
    ['an empty key', { publicKey: new Map() }],
    ['a large key', { publicKey: key([1, 3], [3, -257], [-1, randomBytes(2_000)], [-2, randomBytes(3)]) }],
  ];

  test.each(flaws)('is refused with %s', async (_flaw, changes) => {
    const { add, creation, passkeys } = await setUp();
    const options = await creation();
    const authenticator = new SoftwareAuthenticator({ origin });
    expect(await add(authenticator.create(options, changes), options)).toEqual(invalid);
    expect(await passkeys.ofUser('joe')).toEqual([]);
  });

  test('is refused with the id of another passkey', async () => {
    const { add, creation } = await setUp();
    const options = await creation();
    const answer = new SoftwareAuthenticator({ origin }).create(options);
    const id = randomBytes(16).toString('base64url');
    expect(await add({ ...answer, id, rawId: id }, options)).toEqual(invalid);
  });

  test('is accepted whatever statement comes with it, which is not looked at', async () => {
    const { add, creation } = await setUp();
    const statements: [string, Cbor][] = [
      ['packed', ['x5c', [randomBytes(300)]]],
      ['android-key', ['x5c', []]],
      ['of-the-future', ['a', 1]],
    ].map(([format, entry]) => [format as string, new Map([entry as [string, Cbor]])]);
    for (const [format, statement] of statements) {
      const options = await creation();
      const changes = { format, statement: statement as ReadonlyMap<string, Cbor> };
      const answer = new SoftwareAuthenticator({ origin }).create(options, changes);
      expect(await add(answer, options)).toMatchObject({ userId: 'joe' });
    }
  });

  test.each([
    [null, ''],
    ['usb', ''],
    [[1, 'usb', 'usb', {}, 'a,b', 'x'.repeat(30)], 'usb'],
    [Array(100).fill('nfc'), 'nfc'],
  ])('keeps of the transports %j only %j', async (transports, kept) => {
    const { add, creation } = await setUp();
    const options = await creation();
    const answer = new SoftwareAuthenticator({ origin }).create(options, { transports });
    expect(await add(answer, options)).toMatchObject({ transports: kept });
  });
});
