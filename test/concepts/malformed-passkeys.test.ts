/** What is no answer of an authenticator is refused, with bounded work. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { invalid, origin, setUp, withPasskey } from '../support/passkeys.ts';
import { encodeCbor, SoftwareAuthenticator } from '../support/software-authenticator.ts';

/** Changes one field, or one of the response. */
function changed(answer: object, path: string, value: unknown): unknown {
  const [first = '', second] = path.split('.');
  const fields = answer as Record<string, Record<string, unknown>>;
  return { ...answer, [first]: second === undefined ? value : { ...fields[first], [second]: value } };
}

const paths = ['id', 'rawId', 'type', 'response'];
const ofResponse = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature'];
const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
const values = [undefined, null, 7, true, '', [], {}, 'é', 'a b', 'x'.repeat(9_000), deep];

test('is refused, with any field missing, of another type or too long', async () => {
  const { add, creation, authenticator, signIn, verify } = await withPasskey();
  const creating = await creation();
  const made = new SoftwareAuthenticator({ origin }).create(creating);
  const options = await signIn();
  const used = authenticator.get(options);
  for (const path of [...paths, ...ofResponse.map((name) => `response.${name}`)]) {
    for (const value of values) {
      if (!path.endsWith('Data') && !path.endsWith('signature')) {
        expect(await add(changed(made, path, value), creating)).toEqual(invalid);
      }
      if (!path.endsWith('attestationObject')) {
        expect(await verify(changed(used, path, value), options)).toMatchObject(invalid);
      }
    }
  }
  for (const value of [undefined, null, 7, 'x', '{}', '[]', '{', 'x'.repeat(100_000), [], {}, deep]) {
    expect(await add(value, creating)).toEqual(invalid);
    expect(await verify(value, options)).toEqual(invalid);
  }
  expect(await add(made, creating)).toMatchObject({ userId: 'joe' });
  expect(await verify(used, options)).toMatchObject({ userId: 'joe' });
});

test('unknown fields are ignored, and the JSON of an answer is read as the answer', async () => {
  const { authenticator, signIn, verify } = await withPasskey();
  const options = await signIn();
  const answer = { ...authenticator.get(options), clientExtensionResults: deep, other: deep };
  expect(await verify(answer, options)).toMatchObject({ userId: 'joe' });
  const again = await signIn();
  expect(await verify(JSON.stringify(authenticator.get(again)), again)).toMatchObject({ userId: 'joe' });
});

test('an answer of 8,192 characters is read, and a longer one is not', async () => {
  const { authenticator, signIn, verify } = await withPasskey();
  const padded = async (length: number) => {
    const options = await signIn();
    const text = JSON.stringify({ ...authenticator.get(options), padding: '' });
    return verify(text.replace('"padding":"', `$&${'x'.repeat(length - text.length)}`), options);
  };
  expect(await padded(8_192)).toMatchObject({ userId: 'joe' });
  expect(await padded(8_193)).toEqual(invalid);
});

test('CBOR that is nested deeply, or claims lengths that it has not, is refused at once', async () => {
  const { add, creation } = await setUp();
  const options = await creation();
  const answer = new SoftwareAuthenticator({ origin }).create(options);
  const bombs = [
    Buffer.alloc(6_000, 0x81),
    Buffer.alloc(6_000, 0xc1),
    Buffer.from('9bffffffffffffffff00', 'hex'),
    Buffer.from('bb0fffffffffffffff0000', 'hex'),
    Buffer.from('5bffffffffffffffff', 'hex'),
    Buffer.concat([Buffer.from('9a7fffffff', 'hex'), Buffer.alloc(6_000)]),
    encodeCbor(new Map([['authData', Buffer.alloc(6_000, 0x81)]])),
    encodeCbor(new Map([['authData', 'text']])),
    encodeCbor([]),
  ];
  const start = performance.now();
  for (const bomb of bombs) {
    const response = { ...answer.response, attestationObject: bomb.toString('base64url') };
    expect(await add({ ...answer, response }, options)).toEqual(invalid);
  }
  expect(performance.now() - start).toBeLessThan(2_000);
});

test('no change of one byte in an answer is accepted, and none is an error of the server', async () => {
  const { add, authenticator, creation, signIn, verify } = await withPasskey();
  const creating = await creation();
  const made = new SoftwareAuthenticator({ origin }).create(creating, { transports: [] });
  const options = await signIn();
  const used = authenticator.get(options);
  const bytesOf = (text: string) => Buffer.from(text, 'base64url').byteLength;
  const placesOf = (field: 'clientDataJSON' | 'authenticatorData' | 'signature') => {
    const bytes = Buffer.from(used.response[field], 'base64url');
    return field === 'signature' ? placesOfNumbers(bytes) : [...bytes.keys()];
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature'),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (field, at, change) => {
        const places = placesOf(field);
        const place = places[at % places.length] ?? 0;
        const response = { ...used.response, [field]: flipped(used.response[field], place, change) };
        expect(await verify({ ...used, response }, options)).toMatchObject(invalid);
      },
    ),
    { numRuns: 150 },
  );
  // The attestation is signed by nothing, so that another key in it is another passkey; but it never is an error.
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const { attestationObject } = made.response;
      const response = {
        ...made.response,
        attestationObject: flipped(attestationObject, at % bytesOf(attestationObject), change),
      };
      const outcome = await add({ ...made, response }, creating);
      if ('refused' in outcome)
        expect(['invalid_passkey', 'factor_exists', 'too_many_passkeys']).toContain(outcome.refused);
      else expect(outcome.credentialId).toBe(made.id);
    }),
    { numRuns: 150 },
  );
  expect(await verify(used, options)).toMatchObject({ userId: 'joe' });
});

function flipped(base64url: string, at: number, change: number): string {
  const bytes = Buffer.from(base64url, 'base64url');
  bytes[at] = (bytes[at] ?? 0) ^ change;
  return bytes.toString('base64url');
}

/**
 * The bytes of the two numbers in a signature (RFC 3279, section 2.2.3). The frame around them has their lengths and signs only,
 * and the library does not look at all of it: the same signature in another frame is no other signature.
 */
function placesOfNumbers(signature: Buffer): number[] {
  const places: number[] = [];
  for (let at = 2; at < signature.byteLength; at += 2 + (signature[at + 1] ?? 0)) {
    const length = signature[at + 1] ?? 0;
    const isPadded = signature[at + 2] === 0;
    for (let n = isPadded ? 1 : 0; n < length; n += 1) places.push(at + 2 + n);
  }
  return places;
}
