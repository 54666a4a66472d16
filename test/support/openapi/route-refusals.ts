/** What each route may refuse, and how its fields and queries are called, for the tests of the OpenAPI document. */

import type { RefusalName } from '../../../src/http/contract.ts';
import { siteWords } from '../../../src/http/refusals/refusal-words.ts';

const newPassword = (Object.keys(siteWords) as RefusalName[]).filter((name) => name.startsWith('password_'));
const code: RefusalName[] = ['second_factor_required', 'invalid_code', 'codes_locked', 'codes_unavailable'];
const login: RefusalName[] = [
  'unknown_account',
  'wrong_password',
  'account_disabled',
  'user_record_missing',
  ...code,
];
const register: RefusalName[] = [
  'registration_closed',
  'not_invited',
  'invalid_identifier',
  'identifier_taken',
];

/** What a route may refuse besides what follows from its method and its body. */
export const refusalsOf: Readonly<Record<string, readonly RefusalName[]>> = {
  'POST /api/auth/login': [...login, 'too_many_attempts'],
  'POST /api/auth/logout': ['no_session'],
  'POST /auth/register': [...register, ...newPassword, 'too_many_attempts'],
  'POST /auth/login': [...login, 'too_many_attempts'],
  'POST /auth/logout': [],
  'POST /register.json': [...register, ...newPassword, 'too_many_attempts'],
  'POST /login.json': [...login, 'too_many_attempts'],
  'POST /logout.json': ['no_session'],
  'GET /auth/session': ['no_session'],
  'GET /auth/forward': ['no_session'],
  'GET /auth/sessions': ['no_session', 'malformed_query'],
  'DELETE /auth/sessions': ['no_session', 'malformed_query', 'not_proven'],
  'DELETE /auth/sessions/{handle}': ['no_session', 'not_proven', 'unknown_session'],
  'POST /auth/confirm': ['no_session', 'wrong_password', ...code, 'too_many_attempts'],
  'POST /auth/password': ['no_session', 'not_proven', 'wrong_password', ...newPassword, 'too_many_attempts'],
  'DELETE /auth/account': ['no_session', 'not_proven', 'wrong_password', 'too_many_attempts'],
  'GET /auth/account/export': ['no_session', 'not_proven', 'too_many_exports'],
  'GET /auth/account/activity': ['no_session', 'malformed_query'],
  'GET /auth/factors': ['no_session'],
  'POST /auth/factors/totp': [
    'no_session',
    'not_proven',
    'factor_exists',
    'totp_unavailable',
    'no_enrolment',
  ],
  'POST /auth/factors/totp/confirm': [
    'no_session',
    'not_proven',
    'no_enrolment',
    'invalid_code',
    'factor_exists',
    'totp_unavailable',
  ],
  'DELETE /auth/factors/totp': ['no_session', 'not_proven', 'unknown_factor', 'last_factor'],
  'POST /auth/factors/recovery-codes': ['no_session', 'not_proven', 'unknown_factor'],
  'DELETE /auth/factors/trusted-browsers': ['no_session'],
  'DELETE /auth/factors/trusted-browsers/{handle}': ['no_session', 'unknown_factor'],
  'POST /auth/email/verify/request': ['no_session', 'nothing_to_verify', 'too_many_attempts'],
  'POST /auth/email/verify': ['invalid_token', 'identifier_taken', 'too_many_attempts'],
  'POST /auth/email': [
    'no_session',
    'not_proven',
    'wrong_password',
    'invalid_identifier',
    'too_many_attempts',
  ],
  'POST /auth/password/forgot': ['too_many_attempts'],
  'POST /auth/password/reset': ['invalid_token', ...newPassword, 'too_many_attempts'],
  'POST /auth/passkeys/options': [
    'no_session',
    'not_proven',
    'unknown_account',
    'unknown_factor',
    'no_second_step',
    'too_many_passkeys',
    'passkeys_unavailable',
    'too_many_attempts',
    'overloaded',
  ],
  'POST /auth/passkeys/register': [
    'no_session',
    'not_proven',
    'invalid_passkey',
    'factor_exists',
    'too_many_passkeys',
    'passkeys_unavailable',
    'invalid_name',
  ],
  'POST /auth/passkeys/login': [
    'invalid_passkey',
    'invalid_counter',
    'no_second_step',
    'passkeys_unavailable',
    'too_many_attempts',
  ],
  'POST /auth/passkeys/confirm': [
    'no_session',
    'invalid_passkey',
    'invalid_counter',
    'passkeys_unavailable',
    'too_many_attempts',
  ],
  'POST /auth/passkeys/{handle}': ['no_session', 'not_proven', 'unknown_factor', 'invalid_name'],
  'DELETE /auth/passkeys/{handle}': ['no_session', 'not_proven', 'unknown_factor', 'last_factor'],
  'GET /healthz': [],
  'GET /readyz': [],
  'GET /openapi.json': [],
};

/** The queries that each path knows. */
export const queriesOf: Readonly<Record<string, string>> = {
  'GET /auth/sessions': '?before=NEXT',
  'DELETE /auth/sessions': '?all=true',
  'GET /auth/account/activity': '?before=SEQUENCE-NUMBER',
};

/** What fields must be that are no strings. */
export const expectedIn: Readonly<Record<string, string>> = {
  for: '"register", "login", "second_step" or "confirm"',
  response: 'an object',
  trust_browser: 'true or false',
};
