/** Puts refusals into words for people, beside the field that they are about. */

import type { AnyRefusal, RefusalDetails, RefusalName } from '../../http/contract.ts';
import type { PageTexts } from '../../messages/page-texts.ts';

/** The names of the fields, the same on every page. */
export type FieldName = 'identifier' | 'password' | 'new_password' | 'code';

/** What is wrong with a form: one sentence beside each field, or one about all of it. */
export interface Problems {
  readonly about?: string;
  readonly beside: Readonly<Partial<Record<FieldName, string>>>;
}

export const noProblems: Problems = { beside: {} };

type Details = RefusalDetails & { readonly retryAfterSeconds?: number };
type TextOf = (texts: PageTexts, details: Details) => string;

const tooManyAttempts: TextOf = ({ problems }, { retryAfterSeconds = 60 }) =>
  problems.too_many_attempts(Math.ceil(retryAfterSeconds / 60));

const malformed: TextOf = ({ errors }) => errors.malformed;

/** The sentence of every refusal. */
const sentences = {
  unknown_account: ({ problems }) => problems.unknown_account,
  wrong_password: ({ problems }) => problems.wrong_password,
  account_disabled: ({ problems }) => problems.unknown_account,
  user_record_missing: ({ errors }) => errors.failed,
  invalid_identifier: ({ problems }) => problems.invalid_identifier,
  identifier_taken: ({ problems }) => problems.identifier_taken,
  password_too_short: ({ problems }, { limit = 0 }) => problems.password_too_short(limit),
  password_too_long: ({ problems }, { limit = 0 }) => problems.password_too_long(limit),
  password_malformed: ({ problems }) => problems.password_malformed,
  password_common: ({ problems }) => problems.password_common,
  password_is_identifier: ({ problems }) => problems.password_is_identifier,
  password_of_context: ({ problems }) => problems.password_of_context,
  registration_closed: ({ problems }) => problems.registration_closed,
  not_invited: ({ problems }) => problems.not_invited,
  invalid_token: ({ problems }) => problems.invalid_token,
  nothing_to_verify: ({ problems }) => problems.nothing_to_verify,
  second_factor_required: ({ problems }) => problems.second_factor_required,
  enrolment_required: ({ factors }) => factors.enrol.explanation,
  invalid_code: ({ problems }) => problems.invalid_code,
  codes_locked: ({ problems }) => problems.codes_locked,
  codes_unavailable: ({ problems }) => problems.codes_unavailable,
  factor_exists: ({ problems }) => problems.factor_exists,
  unknown_factor: ({ problems }) => problems.unknown_factor,
  last_factor: ({ problems }) => problems.last_factor,
  totp_unavailable: ({ problems }) => problems.totp_unavailable,
  no_enrolment: ({ problems }) => problems.no_enrolment,
  no_second_step: ({ factors }) => factors.secondStep.nothing,
  too_many_passkeys: ({ problems }) => problems.too_many_passkeys,
  invalid_passkey: ({ problems }) => problems.invalid_passkey,
  invalid_counter: ({ problems }) => problems.invalid_passkey,
  passkeys_unavailable: ({ problems }) => problems.passkeys_unavailable,
  invalid_name: ({ problems }) => problems.invalid_name,
  not_proven: ({ problems }) => problems.not_proven,
  unknown_session: ({ problems }) => problems.unknown_session,
  too_many_attempts: tooManyAttempts,
  overloaded: ({ problems }) => problems.overloaded,
  too_many_exports: ({ problems }) => problems.too_many_exports,
  no_session: ({ signOut }) => signOut.nothing,
  missing_field: malformed,
  malformed_body: malformed,
  malformed_request: malformed,
  malformed_query: malformed,
  unmet_expectation: malformed,
  unsupported_encoding: malformed,
  unsupported_media_type: ({ errors }) => errors.media_type,
  body_too_large: ({ errors }) => errors.too_large,
  cross_site: ({ errors }) => errors.cross_site,
  unknown_route: ({ errors }) => errors.not_found,
  method_not_allowed: ({ errors }) => errors.method_not_allowed,
  unavailable: ({ errors }) => errors.unavailable,
  failed: ({ errors }) => errors.failed,
} satisfies Record<RefusalName, TextOf>;

/** Refusals that are about one field. A new password is in the field that the form has for it. */
const fields: Readonly<Partial<Record<RefusalName, FieldName | 'new'>>> = {
  wrong_password: 'password',
  invalid_identifier: 'identifier',
  identifier_taken: 'identifier',
  password_too_short: 'new',
  password_too_long: 'new',
  password_malformed: 'new',
  password_common: 'new',
  password_is_identifier: 'new',
  password_of_context: 'new',
  not_invited: 'code',
  invalid_token: 'code',
  invalid_code: 'code',
  codes_locked: 'code',
  codes_unavailable: 'code',
};

/** The sentence about a refusal. */
export function sentenceOf(texts: PageTexts, refused: RefusalName, details: Details = {}): string {
  const sentence: TextOf = sentences[refused];
  return sentence(texts, details);
}

/** What a refusal means for a form with some fields; `newPassword` is the field of a new password. */
export function problemsOf(
  texts: PageTexts,
  refusal: AnyRefusal,
  names: readonly FieldName[],
  newPassword: FieldName = 'new_password',
): Problems {
  const sentence = sentenceOf(texts, refusal.refused, refusal as Details);
  const named = fields[refusal.refused];
  const field = named === 'new' ? newPassword : named;
  return field !== undefined && names.includes(field)
    ? { beside: { [field]: sentence } }
    : { about: sentence, beside: {} };
}
