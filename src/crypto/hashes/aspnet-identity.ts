/** Reads the hashes of ASP.NET Identity: base64 of a version, parameters, a salt and PBKDF2's result. */

import { malformed, pbkdf2Hash } from './build-hash.ts';
import { fromBase64 } from './encodings.ts';
import type { ReadHash } from './hash-types.ts';

/** Version 2: a byte 0, a salt of 16 bytes, 32 bytes of PBKDF2-HMAC-SHA-1 with 1,000 iterations. */
const version2 = { bytes: 49, saltEnd: 17, iterations: 1_000 };

/** Version 3: a byte 1, and the digest, the iterations and the length of the salt as big-endian numbers of 32 bits. */
const headBytes = 13;
const digests = ['sha1', 'sha256', 'sha512'] as const;

/** Reads versions 2 and 3; `undefined` for a text that is not their base64. */
export function readAspNetIdentity(text: string): ReadHash | undefined {
  const bytes = Buffer.from(fromBase64(text) ?? []);
  if (bytes[0] === 0 && bytes.byteLength === version2.bytes) {
    const [salt, hash] = [bytes.subarray(1, version2.saltEnd), bytes.subarray(version2.saltEnd)];
    return pbkdf2Hash('sha1', version2.iterations, salt, hash);
  }
  return bytes[0] === 1 && bytes.byteLength > headBytes ? readVersion3(bytes) : undefined;
}

function readVersion3(bytes: Buffer): ReadHash | undefined {
  const digest = digests[bytes.readUInt32BE(1)];
  const hashAt = headBytes + bytes.readUInt32BE(9);
  if (!digest || hashAt >= bytes.byteLength) {
    return malformed("The hash begins like version 3 of ASP.NET Identity's, and does not go on like it.");
  }
  return pbkdf2Hash(digest, bytes.readUInt32BE(5), bytes.subarray(headBytes, hashAt), bytes.subarray(hashAt));
}
