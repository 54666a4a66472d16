/** Ids, passwords and instants as schemas: the vocabulary all contracts share. */

import type { Schema } from './shape.ts';

/** A version 4 UUID in lower case (RFC 9562, section 5.4). */
export const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

/** A session id of `envelope` and `dotjson` (ruling G6). */
export const tokenPattern = '^[a-z0-9]{26}$';

/** Ids for examples; none of them was ever given out. */
export const exampleUuid = '6f1c2d9e-4b7a-4c53-9e08-2a7d51f0c3b4';
export const exampleToken = 'k3v9x0qd7m2c5t8w1z4r6p0hbn';
export const exampleHandle = 'q7w2e9r4t1y6u3i8';
export const exampleRequestId = '0b9d8f5a-7c1e-4f36-8a52-d4e61b7c9f20';

/** The schemas that contracts refer to. */
export const sharedSchemas: Readonly<Record<string, Schema>> = {
  Uuid: {
    description: 'A random UUID (version 4), in lower case.',
    type: 'string',
    format: 'uuid',
    pattern: uuidPattern,
  },
  SessionToken: {
    description: 'A session id as `envelope` and `dotjson` mint it: 26 random lower-case letters and digits.',
    type: 'string',
    pattern: tokenPattern,
  },
  SessionId: {
    description:
      'A session id of any contract. Every contract accepts both spellings; text of any other form is the id of no session.',
    anyOf: [{ $ref: '#/components/schemas/Uuid' }, { $ref: '#/components/schemas/SessionToken' }],
  },
  NewPassword: {
    description:
      'Between 8 and 256 Unicode code points and at most 1,024 bytes of UTF-8, well-formed and without U+0000. The ' +
      'operator may raise the lower bound. No mixture of kinds of characters is asked for, but a password may be ' +
      'neither a common one nor the name of the account. It is never trimmed or cut.',
    type: 'string',
    minLength: 8,
    maxLength: 256,
  },
  Username: {
    description:
      'A name of ASCII letters, digits and underscores. Case is kept, and ignored when names are compared.',
    type: 'string',
    pattern: '^[a-zA-Z0-9_]{3,40}$',
  },
  Handle: {
    description: 'The public name of a session. It opens nothing.',
    type: 'string',
    pattern: '^[a-z0-9]{16}$',
  },
  UtcInstant: {
    description: 'An instant in UTC with milliseconds (RFC 3339).',
    type: 'string',
    format: 'date-time',
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
  },
};

/** What a credential of a login is: any text is a legal question (ruling G3). */
export const presented = {
  identifier: {
    description:
      'The name the account was registered with, in any case, through whichever contract that was.',
    type: 'string',
  },
  password: { description: 'The password of the account.', type: 'string' },
} as const;

/** Why a new password is refused, in the words of every contract (ruling D4). */
export const passwordSentences = [
  'Password is too common',
  'Password must differ from the name of the account',
  'Password must be more than the name of this service or of the account with a few characters added',
  'Password must be well-formed Unicode without U+0000',
  'Password must have at most 256 characters and 1024 bytes of UTF-8',
] as const;

/** The sentence that carries a number: the lower bound the operator has set. */
const tooShort = '^Password must have at least \\d+ characters$';

/** Any one of these sentences; with `orTooShort`, also the one that names the shortest password. */
export function oneOfSentences(sentences: readonly string[], orTooShort = false): Schema {
  return orTooShort ? { anyOf: [{ enum: sentences }, { pattern: tooShort }] } : { enum: sentences };
}
