/** The written forms in which hashes of other systems are stored: of the usual spellings, one for each kind. */

import { formatPhc, isOwnForm, type Pbkdf2Hash, parsePhc } from '../phc.ts';
import { fromBase64, fromPasslibBase64, toBase64, toPasslibBase64 } from './encodings.ts';
import type {
  DigestName,
  ForeignArgon2,
  ForeignHash,
  ForeignPbkdf2,
  HashParameters,
  Wrappable,
} from './hash-types.ts';

export { noPassword } from '../phc.ts';

/** What a hash begins with that waits to be wrapped (ruling I3); the hash in its usual form follows. */
export const unwrappedMark = '$unwrapped';

/** bcrypt's result is 23 bytes; its salt and its result have an alphabet of their own. */
export const bcryptHashBytes = 23;
const bcryptDigits = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

type Reader = (parts: readonly string[]) => ForeignHash | undefined;

/** Each kind by its form; the groups of the form are the arguments of the reader. */
const readers: readonly (readonly [RegExp, Reader])[] = [
  // passlib's form. With `i=` it would be a hash of Gatehouse, which normalises the password first (ruling G4).
  [/^\$pbkdf2-(sha1|sha256|sha384|sha512)\$([1-9]\d{0,11})\$([\w./]*)\$([\w./]+)$/, readPbkdf2],
  [/^(bcrypt_sha256\$)?\$2([aby])\$(\d\d)\$([./\dA-Za-z]{22})([./\dA-Za-z]{31})$/, readBcrypt],
  [/^\$(argon2id|argon2i)\$v=19\$m=(\d{1,12}),t=(\d{1,12}),p=(\d{1,12})\$([\w+/]+)\$([\w+/]+)$/, readArgon2],
  [/^\$scrypt(-nfkc)?\$ln=(\d{1,3}),r=(\d{1,12}),p=(\d{1,12})\$([\w+/]*)\$([\w+/]+)$/, readScrypt],
  // The form of Supabase for what came from Firebase.
  [
    /^\$fbscrypt\$v=1,n=(\d{1,3}),r=(\d{1,12}),p=(\d{1,12})(?:,ss=([\w+/]*={0,2}))?,sk=([\w+/]+={0,2})\$([\w+/]*={0,2})\$([\w+/]+={0,2})$/,
    readFirebase,
  ],
  [/^\$digest-(md5|sha1|sha256|sha384|sha512)\$([\w+/]*)\$([\w+/]*)\$([\w+/]+)$/, readDigest],
  [/^\$wrapped(\$pbkdf2-sha512\$i=[^$]+\$[^$]+\$[^$]+)\$(\d{1,3})(\$(?!wrapped).+\$)$/, readWrapped],
];

/** Reads a stored form, marked or not; `undefined` if it is none, or Gatehouse's own without a mark. It checks no bounds. */
export function parseStored(text: string): ForeignHash | undefined {
  const isMarked = text.startsWith(unwrappedMark);
  const plain = isMarked ? text.slice(unwrappedMark.length) : text;
  return (isMarked ? parseOwn(plain) : undefined) ?? parseForeign(plain);
}

/** One of Gatehouse's own hashes as one that may be wrapped; `undefined` if the text is none. */
export function parseOwn(text: string): ForeignHash | undefined {
  const own = readPhc(text);
  if (!own) return undefined;
  const { hash, ...parameters } = own;
  return { parameters: { kind: 'pbkdf2', input: 'nfc', ...parameters }, hash };
}

function parseForeign(plain: string): ForeignHash | undefined {
  for (const [form, read] of readers) {
    const parts = form.exec(plain);
    if (parts) return read(parts.slice(1).map((part) => part ?? ''));
  }
  return undefined;
}

/** Writes a hash in its stored form, without a mark. */
export function formatStored({ parameters, hash }: ForeignHash): string {
  return beginningOf(parameters) + endOf(parameters, hash);
}

/** Everything before the result, up to the last `$`; for bcrypt, up to the salt. */
function beginningOf(parameters: HashParameters): string {
  switch (parameters.kind) {
    case 'pbkdf2': {
      const { input, digest, iterations, salt, hashBytes } = parameters;
      if (input === 'nfc') return `$pbkdf2-${digest}$i=${iterations},l=${hashBytes}$${toBase64(salt)}$`;
      return `$pbkdf2-${digest}$${iterations}$${toPasslibBase64(salt)}$`;
    }
    case 'bcrypt': {
      const { input, version, cost, salt } = parameters;
      return `${input === 'raw' ? '' : 'bcrypt_sha256$'}$2${version}$${String(cost).padStart(2, '0')}$${salt}`;
    }
    case 'argon2id':
    case 'argon2i': {
      const { kind, memoryKiB, passes, lanes, salt } = parameters;
      return `$${kind}$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${toBase64(salt)}$`;
    }
    case 'scrypt': {
      const { input, logN, r, p, salt } = parameters;
      return `$scrypt${input === 'raw' ? '' : '-nfkc'}$ln=${logN},r=${r},p=${p}$${toBase64(salt)}$`;
    }
    case 'firebase-scrypt': {
      const { logN, r, p, salt, saltSeparator, signerKey } = parameters;
      const [separator, key, own] = [saltSeparator, signerKey, salt].map(padded);
      return `$fbscrypt$v=1,n=${logN},r=${r},p=${p},ss=${separator},sk=${key}$${own}$`;
    }
    case 'digest': {
      const { digest, before, after } = parameters;
      return `$digest-${digest}$${toBase64(before)}$${toBase64(after)}$`;
    }
    case 'wrapped':
      return '$wrapped';
  }
}

function endOf(parameters: HashParameters, hash: Uint8Array): string {
  switch (parameters.kind) {
    case 'pbkdf2':
      return parameters.input === 'nfc' ? toBase64(hash) : toPasslibBase64(hash);
    case 'bcrypt':
      return translated(toBase64(hash), base64Digits, bcryptDigits);
    case 'firebase-scrypt':
      return padded(hash);
    case 'wrapped': {
      const { outer, inner } = parameters;
      return `${formatPhc({ ...outer, hash })}$${inner.hashBytes}${beginningOf(inner)}`;
    }
    default:
      return toBase64(hash);
  }
}

function readPbkdf2([digest, iterations, saltText = '', hashText = '']: readonly string[]) {
  const [salt, hash] = [fromPasslibBase64(saltText), fromPasslibBase64(hashText)];
  if (!salt || !hash) return undefined;
  const parameters = {
    kind: 'pbkdf2',
    digest: digest as ForeignPbkdf2['digest'],
    iterations: Number(iterations),
    salt,
    ...lengths(salt, hash),
  } as const;
  return { parameters, hash };
}

function readBcrypt([prefix, version, cost, salt = '', hashText = '']: readonly string[]) {
  const hash = Buffer.from(translated(hashText, bcryptDigits, base64Digits), 'base64');
  const parameters = {
    kind: 'bcrypt',
    input: prefix === '' ? 'raw' : 'sha256-hex',
    version: version as 'a' | 'b' | 'y',
    cost: Number(cost),
    salt,
    hashBytes: bcryptHashBytes,
  } as const;
  return { parameters, hash };
}

function readArgon2([kind, memory, passes, lanes, saltText = '', hashText = '']: readonly string[]) {
  const [salt, hash] = [fromBase64(saltText), fromBase64(hashText)];
  if (!salt || !hash) return undefined;
  const parameters = {
    kind: kind as ForeignArgon2['kind'],
    memoryKiB: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt,
    hashBytes: hash.byteLength,
  };
  return { parameters, hash };
}

function readScrypt([nfkc, logN, r, p, saltText = '', hashText = '']: readonly string[]) {
  const [salt, hash] = [fromBase64(saltText), fromBase64(hashText)];
  if (!salt || !hash) return undefined;
  const input = nfkc === '' ? 'raw' : 'nfkc';
  const costs = { logN: Number(logN), r: Number(r), p: Number(p) };
  return { parameters: { kind: 'scrypt', input, ...costs, salt, hashBytes: hash.byteLength } as const, hash };
}

function readFirebase([
  logN,
  r,
  p,
  separator = '',
  key = '',
  saltText = '',
  hashText = '',
]: readonly string[]) {
  const [saltSeparator, signerKey] = [fromBase64(separator), fromBase64(key)];
  const [salt, hash] = [fromBase64(saltText), fromBase64(hashText)];
  if (!saltSeparator || !signerKey || !salt || !hash) return undefined;
  const parameters = {
    kind: 'firebase-scrypt',
    logN: Number(logN),
    r: Number(r),
    p: Number(p),
    salt,
    saltSeparator,
    signerKey,
    hashBytes: hash.byteLength,
  } as const;
  return { parameters, hash };
}

function readDigest([digest, beforeText = '', afterText = '', hashText = '']: readonly string[]) {
  const [before, after, hash] = [fromBase64(beforeText), fromBase64(afterText), fromBase64(hashText)];
  if (!before || !after || !hash) return undefined;
  const kind = 'digest';
  return {
    parameters: { kind, digest: digest as DigestName, before, after, hashBytes: hash.byteLength } as const,
    hash,
  };
}

/** The inner hash is stored without its result, so its form is completed to be read. */
function readWrapped([outerText = '', innerBytes, innerText = '']: readonly string[]) {
  const completed = innerText + toBase64(Buffer.alloc(Number(innerBytes)));
  const inner = (parseOwn(completed) ?? parseForeign(completed))?.parameters;
  if (!inner || !isWrappable(inner)) return undefined;
  const read = readPhc(outerText);
  if (!read) return undefined;
  const { hash, ...outer } = read;
  const parameters = {
    kind: 'wrapped',
    inner,
    outer: { kind: 'pbkdf2', ...outer },
    hashBytes: hash.byteLength,
  } as const;
  return { parameters, hash };
}

/** One of Gatehouse's own hashes; `undefined` if the text is none. */
export function readPhc(text: string): Pbkdf2Hash | undefined {
  // An error costs more than all other work on a hash.
  if (!isOwnForm(text)) return undefined;
  try {
    return parsePhc(text);
  } catch {
    return undefined;
  }
}

export function isWrappable(parameters: HashParameters): parameters is Wrappable {
  return parameters.kind === 'digest' || parameters.kind === 'pbkdf2';
}

function lengths(salt: Uint8Array, hash: Uint8Array) {
  return { saltBytes: salt.byteLength, hashBytes: hash.byteLength };
}

function padded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function translated(text: string, from: string, to: string): string {
  let made = '';
  for (const character of text) made += to[from.indexOf(character)] ?? '';
  return made;
}
