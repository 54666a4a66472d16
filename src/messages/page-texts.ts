/** The texts of the pages, as every language has to have them. */

import type { AccountTexts, ActivityTexts } from './account-texts.ts';
import type { FactorTexts } from './factor-texts.ts';

/** A text with one value in it. */
type With<Value> = (value: Value) => string;

/** The fields that people fill in. */
export interface FieldTexts {
  /** The identifier: by what accounts may be named. */
  readonly email: string;
  readonly username: string;
  readonly emailOrUsername: string;
  readonly newEmail: string;
  readonly password: string;
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly code: string;
  readonly invitation: string;
  readonly remember: string;
  readonly rememberHint: string;
}

/** What is missing where a field is empty. */
export interface MissingTexts {
  readonly identifier: string;
  readonly password: string;
  readonly new_password: string;
  readonly code: string;
}

/** The reason why a form was refused, by the name of the refusal. */
export interface ProblemTexts {
  readonly unknown_account: string;
  readonly wrong_password: string;
  readonly invalid_email: string;
  readonly invalid_username: string;
  readonly invalid_identifier: string;
  readonly identifier_taken: string;
  readonly password_too_short: With<number>;
  readonly password_too_long: With<number>;
  readonly password_malformed: string;
  readonly password_common: string;
  readonly password_is_identifier: string;
  readonly password_of_context: string;
  readonly registration_closed: string;
  readonly not_invited: string;
  readonly invalid_token: string;
  readonly nothing_to_verify: string;
  readonly not_proven: string;
  readonly unknown_session: string;
  readonly too_many_attempts: With<number>;
  readonly overloaded: string;
  readonly too_many_exports: string;
  readonly second_factor_required: string;
  readonly invalid_code: string;
  readonly codes_locked: string;
  readonly codes_unavailable: string;
  readonly factor_exists: string;
  readonly unknown_factor: string;
  readonly last_factor: string;
  readonly totp_unavailable: string;
  readonly no_enrolment: string;
  readonly too_many_passkeys: string;
  readonly invalid_passkey: string;
  readonly passkeys_unavailable: string;
  readonly invalid_name: string;
}

/** A page that says only what went wrong. */
export interface ErrorTexts {
  readonly title: string;
  readonly back: string;
  readonly malformed: string;
  readonly cross_site: string;
  readonly not_found: string;
  readonly method_not_allowed: string;
  readonly too_large: string;
  readonly media_type: string;
  readonly unavailable: string;
  readonly failed: string;
  /** The number under which the log of the server has the request. */
  readonly request: With<string>;
}

/** What was done, on the page that follows. */
export interface DoneTexts {
  readonly signed_out: string;
  readonly mail_sent: string;
  readonly password_reset: string;
  readonly password_changed: string;
  readonly email_verified: string;
  readonly verification_sent: string;
  readonly change_sent: string;
  readonly session_ended: string;
  readonly sessions_ended: string;
  readonly confirmed: string;
  readonly account_deleted: string;
  readonly passkey_confirmed: string;
  /** What the form that was sent again had done: the codes are shown once. */
  readonly authenticator_added: string;
  readonly passkey_added: string;
  readonly authenticator_removed: string;
  readonly passkey_renamed: string;
  readonly passkey_removed: string;
  readonly browser_forgotten: string;
  readonly browsers_forgotten: string;
}

export interface SignInTexts {
  readonly title: string;
  readonly forgot: string;
  readonly noAccount: string;
  readonly signedInAs: With<string>;
  readonly goOn: string;
}

export interface RegisterTexts {
  readonly title: string;
  readonly submit: string;
  readonly haveAccount: string;
  readonly closed: string;
  readonly usernameHint: string;
  readonly passwordHint: With<number>;
  readonly invitationHint: string;
}

export interface SignOutTexts {
  readonly title: string;
  readonly question: string;
  readonly nothing: string;
  readonly submit: string;
}

export interface ForgotTexts {
  readonly title: string;
  readonly explanation: string;
  readonly submit: string;
  readonly haveCode: string;
  readonly back: string;
}

/** The pages of links in mails: with the token of the link, or with a code that is typed. */
export interface TokenTexts {
  readonly resetTitle: string;
  readonly resetExplanation: string;
  readonly resetSubmit: string;
  readonly resetAgain: string;
  readonly verifyTitle: string;
  readonly verifyExplanation: string;
  readonly verifySubmit: string;
  readonly codeHint: string;
  readonly fromLink: string;
}

/** The texts of all pages but the account and the second factors. */
export interface FormTexts {
  readonly fields: FieldTexts;
  readonly missing: MissingTexts;
  readonly problems: ProblemTexts;
  readonly errors: ErrorTexts;
  readonly done: DoneTexts;
  readonly signIn: SignInTexts;
  readonly register: RegisterTexts;
  readonly signOut: SignOutTexts;
  readonly forgot: ForgotTexts;
  readonly token: TokenTexts;
}

/** Every text of the pages. Values in them are shown as text and never as HTML. */
export interface PageTexts extends FormTexts {
  readonly account: AccountTexts;
  readonly activity: ActivityTexts;
  readonly factors: FactorTexts;
}
