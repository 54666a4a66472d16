/** The words contracts share: for requests that reach no use case, and for what a password lacks. */

import type { RegistrationRefusal } from '../../concepts/invitations.ts';
import type { PasswordRefusal } from '../../concepts/passwords/passwords.ts';
import type { InvalidToken } from '../../concepts/tokens.ts';
import type { AccessRefusal, MailRefusal, TooManyExports } from '../../usecases/services.ts';
import type { RefusalName, RequestFault, Words } from '../contract.ts';

/** Words for faults of the request, the same in every contract (ruling G8). */
export const faultWords = {
  malformed_request: { status: 400, sentence: 'Malformed request' },
  malformed_body: { status: 400, sentence: 'The body must be one JSON object in UTF-8' },
  missing_field: { status: 400, sentence: ({ field }) => `The field "${field}" must be a string` },
  malformed_query: { status: 400, sentence: ({ allowed }) => `The only query this path knows is ${allowed}` },
  cross_site: {
    status: 403,
    sentence:
      'Cross-site request refused. Add the Origin of the page to GATEHOUSE_ALLOWED_ORIGINS; for pages of this server, let the proxy pass on the Host header',
  },
  unknown_route: { status: 404, sentence: 'Not found' },
  method_not_allowed: { status: 405, sentence: 'Method not allowed' },
  body_too_large: { status: 413, sentence: 'The body is larger than 16 KiB' },
  unsupported_media_type: { status: 415, sentence: 'Content-Type must be application/json' },
  unsupported_encoding: { status: 415, sentence: 'Content-Encoding must be identity' },
  unmet_expectation: { status: 417, sentence: 'The only expectation that can be met is 100-continue' },
  failed: { status: 500, sentence: 'Internal error' },
  unavailable: { status: 503, sentence: 'Temporarily unavailable, try again later' },
} as const satisfies Record<RequestFault['refused'], Words>;

/** Words for a refused new password: they begin with `Password` and say why (ruling D4). */
export function passwordWords(status: number) {
  return {
    password_too_short: {
      status,
      sentence: ({ limit }) => `Password must have at least ${limit} characters`,
    },
    password_too_long: {
      status,
      sentence: ({ limit }) => `Password must have at most ${limit} characters and 1024 bytes of UTF-8`,
    },
    password_malformed: { status, sentence: 'Password must be well-formed Unicode without U+0000' },
    password_common: { status, sentence: 'Password is too common' },
    password_is_identifier: { status, sentence: 'Password must differ from the name of the account' },
    password_of_context: {
      status,
      sentence:
        'Password must be more than the name of this service or of the account with a few characters added',
    },
  } as const satisfies Record<PasswordRefusal['refused'], Words>;
}

/** Words for who may not register (ruling W5); only registrations have a use for them. */
export const registrationWords = {
  registration_closed: { status: 403, sentence: 'Registration is closed' },
  not_invited: {
    status: 403,
    sentence: 'Registration needs an invitation: the field "invite" must hold the token of one for this name',
  },
} as const satisfies Record<RegistrationRefusal['refused'], Words>;

/** Words for what a signed-in person may not do; only the routes of a signed-in person have a use for them. */
export const accessWords = {
  not_proven: {
    status: 403,
    sentence: 'Confirm the password first: POST /auth/confirm',
    type: 'urn:gatehouse:problem:confirmation-required',
  },
  unknown_session: { status: 404, sentence: 'Session not found' },
  too_many_exports: { status: 503, sentence: 'Too many exports at once, try again later' },
} as const satisfies Record<(AccessRefusal | TooManyExports)['refused'], Words>;

/** Words for what goes by mail; only the routes for e-mail and for a forgotten password have a use for them. */
export const mailWords = {
  invalid_token: { status: 400, sentence: 'Invalid or expired token' },
  nothing_to_verify: { status: 409, sentence: 'No address of this account waits to be verified' },
} as const satisfies Record<(InvalidToken | MailRefusal)['refused'], Words>;

/** Words for being asked to come back later. */
export const laterWords = {
  too_many_attempts: { status: 429, sentence: 'Too many attempts, try again later' },
  overloaded: { status: 503, sentence: 'Too many logins at once, try again later' },
} as const satisfies Record<'too_many_attempts' | 'overloaded', Words>;

/** Words for everything outside the three contracts. */
export const siteWords = {
  ...faultWords,
  ...laterWords,
  ...accessWords,
  ...mailWords,
  ...registrationWords,
  ...passwordWords(422),
  unknown_account: { status: 401, sentence: 'Not authenticated' },
  wrong_password: { status: 403, sentence: 'Invalid password' },
  account_disabled: { status: 401, sentence: 'Not authenticated' },
  user_record_missing: { status: 500, sentence: 'User record missing in database' },
  invalid_identifier: { status: 422, sentence: 'Invalid identifier' },
  identifier_taken: { status: 409, sentence: 'Identifier already registered' },
  no_session: { status: 401, sentence: 'Not authenticated' },
} as const satisfies Record<RefusalName, Words>;
