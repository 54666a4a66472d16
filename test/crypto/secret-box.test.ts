/** Encrypted secrets: readable with their key and their context only, damaged in no unnoticed way (ruling F3). */

import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SecretBox } from '../../src/crypto/secret-box.ts';

const [first, second, third] = [1, 2, 3].map((n) => new Uint8Array(32).fill(n)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const box = new SecretBox(first);

test('F3: what a box seals, it opens for the same context, and for no other', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, context, other) => {
      const sealed = box.seal(text, context);
      expect(sealed.startsWith(box.prefix)).toBe(true);
      expect(box.open(sealed, context)).toEqual({ text, isCurrent: true });
      if (other !== context) expect(box.open(sealed, other)).toBeUndefined();
    }),
  );
});

test('F3: the form is that of AES-256-GCM under a key derived with HKDF-SHA-256, as other programs read it', () => {
  const sealed = box.seal('JBSWY3DPEHPK3PXP', 'user-1');
  const [version, id, body = ''] = sealed.split('.');
  expect(version).toBe('v1');
  expect(id).toBe(
    createHash('sha256').update('gatehouse secret key').update(first).digest('hex').slice(0, 8),
  );
  expect([box.keyId, box.prefix]).toEqual([id, `v1.${id}.`]);
  const bytes = Buffer.from(body, 'base64url');
  const key = new Uint8Array(hkdfSync('sha256', first, '', 'totp', 32));
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from('user-1')).setAuthTag(bytes.subarray(-16));
  expect(decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')).toBe(
    'JBSWY3DPEHPK3PXP',
  );
});

test('F3: the same text is never sealed to the same one twice', () => {
  const sealed = Array.from({ length: 1_000 }, () => box.seal('x', 'user-1'));
  expect(new Set(sealed).size).toBe(1_000);
});

test('F3: a text under the previous key is opened and told apart, one under another key is not', () => {
  const rotated = new SecretBox(second, first);
  expect(rotated.open(box.seal('x', 'user-1'), 'user-1')).toEqual({ text: 'x', isCurrent: false });
  expect(rotated.open(rotated.seal('x', 'user-1'), 'user-1')).toEqual({ text: 'x', isCurrent: true });
  expect(rotated.keyId).toBe(new SecretBox(second).keyId);
  expect(rotated.open(new SecretBox(third).seal('x', 'user-1'), 'user-1')).toBeUndefined();
  expect(box.open(rotated.seal('x', 'user-1'), 'user-1')).toBeUndefined();
  // The id of a key is public, and anyone can write it: it proves nothing.
  const forged = new SecretBox(third).seal('x', 'user-1').replace(/^v1\.[^.]+\./, box.prefix);
  expect(box.open(forged, 'user-1')).toBeUndefined();
});

test('F3: a damaged text is never opened, and never thrown about', () => {
  const sealed = box.seal('JBSWY3DPEHPK3PXP', 'user-1');
  const bytes = Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
  for (const n of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed[n] = (changed[n] ?? 0) ^ 1;
    expect(box.open(`${box.prefix}${changed.toString('base64url')}`, 'user-1'), `byte ${n}`).toBeUndefined();
  }
  for (let length = 0; length < bytes.byteLength; length += 1) {
    const cut = bytes.subarray(0, length).toString('base64url');
    expect(box.open(`${box.prefix}${cut}`, 'user-1'), `${length} bytes`).toBeUndefined();
  }
  for (const text of [
    '',
    'v1',
    'v1.',
    box.prefix,
    sealed.replace('v1', 'v2'),
    sealed.replace('v1', 'V1'),
    ` ${sealed}`,
    `${sealed}\n`,
    `${sealed}=`,
    sealed.toUpperCase(),
    'JBSWY3DPEHPK3PXP',
  ])
    expect(box.open(text, 'user-1'), text).toBeUndefined();
  fc.assert(fc.property(fc.string(), (text) => box.open(text, 'user-1') === undefined));
});

test('F3: a key of another size than 32 bytes is a mistake of the program', () => {
  for (const size of [0, 16, 31, 33]) {
    expect(() => new SecretBox(new Uint8Array(size))).toThrow(TypeError);
    expect(() => new SecretBox(first, new Uint8Array(size))).toThrow(TypeError);
  }
});
