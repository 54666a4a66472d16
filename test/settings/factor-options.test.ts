/** The settings of second factors: keys that are never repeated, the policy, and what passkeys belong to (F3, F6, F7). */

import { expect, test } from 'vitest';
import { relyingParty } from '../../src/settings/factors/relying-party.ts';
import { isSameKey, secretKeyOf } from '../../src/settings/factors/secret-keys.ts';
import { table } from '../../src/settings/option-table.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { checkSettings } from '../../src/settings/validate-settings.ts';
import { problems } from '../support/settings.ts';

/** Bytes whose base64 has both characters that differ in base64url. */
const bytes = Uint8Array.from({ length: 32 }, (_, n) => 251 - n);
const [base64, base64url, hex] = (['base64', 'base64url', 'hex'] as const).map((form) =>
  Buffer.from(bytes).toString(form),
) as [string, string, string];
const other = Buffer.alloc(32, 7).toString('base64');

const keys = ['GATEHOUSE_SECRET_KEY', 'GATEHOUSE_PREVIOUS_SECRET_KEY'] as const;
const said = (env: Readonly<Record<string, string>>) => problems(env).join('\n');

test('F3: a key is 32 bytes in base64, base64url or hexadecimal digits, and each notation is the same key', () => {
  expect(base64).toMatch(/[+/]/);
  for (const text of [base64, base64.slice(0, -1), base64url, `${base64url}=`, hex, hex.toUpperCase()]) {
    expect(Buffer.from(secretKeyOf(text) ?? []), text).toEqual(Buffer.from(bytes));
    expect(readSettings({ GATEHOUSE_SECRET_KEY: ` ${text}\n` }).secretKey).toBe(text);
    expect(checkSettings({ secretKey: text }).secretKey).toBe(text);
    expect(isSameKey(text, base64)).toBe(true);
  }
  expect(isSameKey(base64, other)).toBe(false);
  expect(isSameKey('x', 'x')).toBe(false);
});

test.each(keys)('F3: %s of any other length or alphabet is refused, and no value is repeated', (name) => {
  const wrong = [
    'hunter2',
    'a correct horse battery staple of 43 letters',
    Buffer.alloc(31, 250).toString('base64'),
    Buffer.alloc(33, 250).toString('base64'),
    Buffer.alloc(16, 250).toString('hex'),
    hex.slice(1),
    `${hex}0`,
    `${base64}=`,
    `${base64.slice(0, -1)}\n`.repeat(2),
    `+${base64url.slice(1)}`,
    '=',
  ];
  for (const text of wrong) {
    const env = name === keys[0] ? { [name]: text } : { [keys[0]]: other, [name]: text };
    expect(problems(env), text).toEqual([
      `${name} has an unusable value; expected ${table.secretKey.expects}.`,
    ]);
  }
  const option = name === keys[0] ? 'secretKey' : 'previousSecretKey';
  expect(() => checkSettings({ [option]: 'hunter2' })).toThrow(`${option} has an unusable value; expected`);
  expect(() => checkSettings({ [option]: 'hunter2' })).not.toThrow('hunter2');
});

test('F3: a key that is given as its file is refused without repeating it, and absolute paths are accepted', () => {
  for (const text of [base64url, hex, base64url.replace(/^./, 'x')])
    expect(problems({ GATEHOUSE_SECRET_KEY_FILE: text })).toEqual([
      'GATEHOUSE_SECRET_KEY_FILE has an unusable value; expected the path of a file that holds the key. ' +
        'A key itself is given as GATEHOUSE_SECRET_KEY, not as its file.',
    ]);
  for (const text of ['/run/secrets/key', './key', 'key', '/run/secrets/gatehouse_totp_encryption_key1'])
    expect(readSettings({ GATEHOUSE_SECRET_KEY_FILE: text }).secretKeyFile).toBe(text);
  expect('/run/secrets/gatehouse_totp_encryption_key1').toHaveLength(43);
  expect(problems({ GATEHOUSE_SECRET_KEY_FILE: 'a\0b' })).toHaveLength(1);
});

test('F3: a key and its file are not both set, and a previous key needs another one after it', () => {
  const file = { GATEHOUSE_SECRET_KEY_FILE: './key' };
  expect(problems({ ...file, GATEHOUSE_SECRET_KEY: base64 })).toEqual([
    'GATEHOUSE_SECRET_KEY and GATEHOUSE_SECRET_KEY_FILE are both set: give one of them.',
  ]);
  expect(problems({ GATEHOUSE_PREVIOUS_SECRET_KEY: base64 })).toEqual([
    'GATEHOUSE_PREVIOUS_SECRET_KEY needs GATEHOUSE_SECRET_KEY or GATEHOUSE_SECRET_KEY_FILE: it is the key before that one.',
  ]);
  expect(problems({ ...file, GATEHOUSE_PREVIOUS_SECRET_KEY: base64 })).toEqual([]);
  expect(problems({ GATEHOUSE_SECRET_KEY: other, GATEHOUSE_PREVIOUS_SECRET_KEY: base64 })).toEqual([]);
  expect(problems({ GATEHOUSE_SECRET_KEY: hex, GATEHOUSE_PREVIOUS_SECRET_KEY: base64 })).toEqual([
    'GATEHOUSE_PREVIOUS_SECRET_KEY is the same key as GATEHOUSE_SECRET_KEY: give the key before it, or leave it unset.',
  ]);
  // A key that cannot be used is the only problem.
  expect(problems({ GATEHOUSE_SECRET_KEY: 'x', GATEHOUSE_PREVIOUS_SECRET_KEY: base64 })).toHaveLength(1);
});

const parties = (env: Readonly<Record<string, string>>) => relyingParty(readSettings(env));

test('F7: without settings of their own, passkeys belong to the host of the public URL, or to localhost', () => {
  const localhost = (origin: string) => ({ id: 'localhost', origins: [origin], name: 'localhost' });
  expect(parties({})).toEqual(localhost('http://localhost:3000'));
  expect(parties({ PORT: '80', HOST: '0.0.0.0' })).toEqual(localhost('http://localhost'));
  expect(parties({ GATEHOUSE_PUBLIC_URL: 'http://127.0.0.1:8080/id' })).toEqual(
    localhost('http://localhost:8080'),
  );
  expect(parties({ GATEHOUSE_PUBLIC_URL: 'http://[::1]:8080' })).toEqual(localhost('http://localhost:8080'));
  expect(parties({ GATEHOUSE_PUBLIC_URL: 'https://LOGIN.example.com:8443/id' })).toEqual({
    id: 'login.example.com',
    origins: ['https://login.example.com:8443'],
    name: 'login.example.com',
  });
  expect(parties({ GATEHOUSE_PUBLIC_URL: 'https://müller.example', GATEHOUSE_PAGES_NAME: 'Müller' })).toEqual(
    {
      id: 'xn--mller-kva.example',
      origins: ['https://xn--mller-kva.example'],
      name: 'Müller',
    },
  );
});

test('F7: a public URL on an IP address has no relying party, and settings that need one are refused', () => {
  for (const host of ['192.0.2.1', '[2001:db8::1]', 'example.com.']) {
    const env = { GATEHOUSE_PUBLIC_URL: `https://${host}` };
    expect(parties(env), host).toBeUndefined();
    expect(problems({ ...env, GATEHOUSE_PASSKEY_ORIGINS: 'https://login.example.com' })).toEqual([
      'GATEHOUSE_PASSKEY_ORIGINS needs GATEHOUSE_PASSKEY_RP_ID: the host in GATEHOUSE_PUBLIC_URL has no passkeys.',
    ]);
  }
});

test('F7: passkeys belong to a host name, as browsers write it', () => {
  const read = (text: string) =>
    readSettings({ GATEHOUSE_PASSKEY_RP_ID: text, GATEHOUSE_PASSKEY_ORIGINS: `https://${text}` })
      .passkeyRelyingParty;
  const label = 'a'.repeat(63);
  const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;
  expect(longest).toHaveLength(253);
  for (const text of [
    'example.com',
    'a.b',
    'intranet',
    'localhost',
    'xn--mller-kva.example',
    '1.example',
    longest,
  ])
    expect(read(text)).toBe(text);
  expect(
    readSettings({ GATEHOUSE_PASSKEY_RP_ID: 'LocalHost' }).passkeyRelyingParty,
    'the letter case does not matter',
  ).toBe('localhost');
  const expected = `expected ${table.passkeyRelyingParty.expects}.`;
  for (const [text, hint] of [
    ['https://Example.com/id', ' Did you mean example.com?'],
    ['example.com:8443', ' Did you mean example.com?'],
    ['müller.example', ' Did you mean xn--mller-kva.example?'],
    ['https://joe:hunter2@example.com', ''],
    ['192.0.2.1', ''],
    ['127.1', ''],
    ['2130706433', ''],
    ['[::1]', ''],
    ['::1', ''],
    ['example.com.', ''],
    ['.example.com', ''],
    ['-a.example', ''],
    ['a_b.example', ''],
    ['*.example.com', ''],
    [`a${label}.example`, ''],
    [`a${longest}`, ''],
  ])
    expect(problems({ GATEHOUSE_PASSKEY_RP_ID: text }), text).toEqual([
      `GATEHOUSE_PASSKEY_RP_ID is ${JSON.stringify(text)}; ${expected}${hint}`,
    ]);
});

test('F7: each origin has the host of the relying party, or one below it', () => {
  const env = (origins: string, url = '') => ({
    GATEHOUSE_PASSKEY_RP_ID: 'example.com',
    GATEHOUSE_PASSKEY_ORIGINS: origins,
    GATEHOUSE_PUBLIC_URL: url,
  });
  const all = ['https://example.com', 'https://a.b.example.com:8443', 'http://example.com'];
  expect(parties(env(all.join()))?.origins).toEqual(all);
  for (const origin of [
    'https://example.org',
    'https://notexample.com',
    'https://example.com.evil.example',
    'https://192.0.2.1',
  ])
    expect(said(env(`https://example.com,${origin}`))).toBe(
      `GATEHOUSE_PASSKEY_ORIGINS has ${origin}, but passkeys belong to example.com and the hosts below it.`,
    );
  for (const [origin, hint] of [
    ['https://example.com/', ' Did you mean https://example.com?'],
    [`chrome-extension://${'a'.repeat(32)}`, ''],
    ['capacitor://localhost', ''],
    ['null', ' Pages without an origin (null) cannot be allowed.'],
  ])
    expect(said(env(origin ?? ''))).toBe(
      `GATEHOUSE_PASSKEY_ORIGINS is "${origin}"; expected ${table.passkeyOrigins.expects}.${hint}`,
    );
  expect(parties(env('', 'https://login.example.com/x'))?.origins).toEqual(['https://login.example.com']);
  for (const [url, at] of [
    ['', 'http://localhost:3000'],
    ['https://example.org', 'https://example.org'],
  ])
    expect(said(env('', url))).toBe(
      `GATEHOUSE_PASSKEY_RP_ID is example.com, but the pages are at ${at}: give GATEHOUSE_PUBLIC_URL below that host, or GATEHOUSE_PASSKEY_ORIGINS.`,
    );
});

test('F6: a second factor is not required where none is possible', () => {
  const required = { GATEHOUSE_SECOND_FACTOR: 'required' };
  const postgres = { ...required, DATABASE_URL: 'postgres://db.example/gate' };
  const onAddress = { GATEHOUSE_PUBLIC_URL: 'https://192.0.2.1' };
  expect(problems({ ...required, ...onAddress })).toEqual([]);
  expect(problems(postgres)).toEqual([]);
  expect(problems({ ...postgres, ...onAddress })).toEqual([
    'GATEHOUSE_SECOND_FACTOR is required, and no second factor is possible: set GATEHOUSE_SECRET_KEY for authenticator apps, or GATEHOUSE_PASSKEY_RP_ID for passkeys.',
  ]);
  expect(problems({ ...postgres, ...onAddress, GATEHOUSE_SECRET_KEY: base64 })).toEqual([]);
  expect(problems({ ...postgres, ...onAddress, GATEHOUSE_SECRET_KEY_FILE: './key' })).toEqual([]);
  expect(
    problems({
      ...postgres,
      ...onAddress,
      GATEHOUSE_PASSKEY_RP_ID: 'example.com',
      GATEHOUSE_PASSKEY_ORIGINS: 'https://example.com',
    }),
  ).toEqual([]);
});
