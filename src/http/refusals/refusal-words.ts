/** The words for refusals that contracts share. */

import type { RefusalName, Words } from '../contract.ts';

/** The same in every contract (ruling G8). A value that is not acceptable is answered with `status`. */
export function sharedWords(status: 400 | 422) {
  return {
    malformed_request: { status: 400, sentence: 'Malformed request' },
    malformed_body: { status: 400, sentence: 'The body must be one JSON object in UTF-8' },
    missing_field: {
      status: 400,
      sentence: ({ field, expected = 'a string' }) => `The field "${field}" must be ${expected}`,
    },
    malformed_query: {
      status: 400,
      sentence: ({ allowed }) => `The only query this path knows is ${allowed}`,
    },
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
    user_record_missing: { status: 500, sentence: 'User record missing in database' },
    unavailable: { status: 503, sentence: 'Temporarily unavailable, try again later' },
    overloaded: { status: 503, sentence: 'Too many logins at once, try again later' },
    too_many_attempts: { status: 429, sentence: 'Too many attempts, try again later' },

    // Second factors (rulings F1 to F6).
    second_factor_required: {
      status: 401,
      sentence: 'Second factor required',
      type: 'urn:gatehouse:problem:second-factor-required',
    },
    invalid_code: { status: 401, sentence: 'Invalid code' },
    codes_locked: { status: 401, sentence: 'Invalid code' },
    codes_unavailable: {
      status: 503,
      sentence: 'Codes of the authenticator app cannot be checked now, use a recovery code',
    },
    enrolment_required: {
      status: 403,
      sentence: 'A second factor must be enrolled first',
      type: 'urn:gatehouse:problem:enrolment-required',
    },
    totp_unavailable: {
      status: 409,
      sentence: 'Authenticator apps are off: the server has no key to encrypt their secrets with',
    },
    factor_exists: { status: 409, sentence: 'This factor is enrolled already' },
    unknown_factor: { status: 404, sentence: 'Factor not found' },
    last_factor: { status: 409, sentence: 'A second factor is required, and this is the only one' },
    no_enrolment: { status: 409, sentence: 'No enrolment was begun here, or it is too old' },
    no_second_step: { status: 409, sentence: 'No sign-in waits for its second step here, or it is too old' },
    invalid_passkey: { status: 403, sentence: 'The passkey was not accepted' },
    invalid_counter: { status: 403, sentence: 'The passkey was not accepted' },
    too_many_passkeys: { status: 409, sentence: 'The account has as many passkeys as it may have' },
    invalid_name: { status, sentence: 'A name has 1 to 60 characters on one line' },
    passkeys_unavailable: {
      status: 409,
      sentence: 'Passkeys are off: they need a host name in GATEHOUSE_PUBLIC_URL and @simplewebauthn/server',
    },

    // Registrations (ruling W5).
    registration_closed: { status: 403, sentence: 'Registration is closed' },
    not_invited: {
      status: 403,
      sentence:
        'Registration needs an invitation: the field "invite" must hold the token of one for this name',
    },

    // New passwords: the sentence begins with `Password` and says why (ruling D4).
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

    // Routes of a signed-in person, and links in mails.
    not_proven: {
      status: 403,
      sentence: 'Confirm the password first: POST /auth/confirm',
      type: 'urn:gatehouse:problem:confirmation-required',
    },
    unknown_session: { status: 404, sentence: 'Session not found' },
    too_many_exports: { status: 503, sentence: 'Too many exports at once, try again later' },
    invalid_token: { status: 400, sentence: 'Invalid or expired token' },
    nothing_to_verify: { status: 409, sentence: 'No address of this account waits to be verified' },
  } as const satisfies Partial<Record<RefusalName, Words>>;
}

const shared = sharedWords(422);

/** Words for everything outside the three contracts, where 401 means that the session is dead. */
export const siteWords = {
  ...shared,
  second_factor_required: { ...shared.second_factor_required, status: 403 },
  invalid_code: { ...shared.invalid_code, status: 403 },
  codes_locked: {
    status: 403,
    sentence: 'Codes of the authenticator app are locked, use a recovery code or a passkey',
  },
  unknown_account: { status: 401, sentence: 'Not authenticated' },
  wrong_password: { status: 403, sentence: 'Invalid password' },
  account_disabled: { status: 401, sentence: 'Not authenticated' },
  invalid_identifier: { status: 422, sentence: 'Invalid identifier' },
  identifier_taken: { status: 409, sentence: 'Identifier already registered' },
  no_session: { status: 401, sentence: 'Not authenticated' },
} as const satisfies Record<RefusalName, Words>;
