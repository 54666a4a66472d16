/** The texts of the pages, as every language has to have them. */

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

export interface AccountTexts {
  readonly title: string;
  readonly sections: string;
  readonly profile: string;
  readonly name: string;
  readonly since: string;
  readonly address: string;
  readonly noAddress: string;
  readonly verified: string;
  readonly unverified: string;
  readonly sendLink: string;
  readonly enterCode: string;
  readonly changeEmail: string;
  readonly changeEmailHint: string;
  readonly password: string;
  readonly passwordHint: string;
  readonly passwordSubmit: string;
  readonly sessions: string;
  readonly sessionsHint: string;
  readonly current: string;
  readonly unknownDevice: string;
  readonly network: string;
  readonly lastUsed: string;
  readonly signedIn: string;
  readonly endSession: string;
  /** The same for people who do not see which session the button belongs to. */
  readonly endSessionOf: With<string>;
  readonly endOthers: string;
  readonly allSessions: string;
  readonly activity: string;
  readonly allActivity: string;
  readonly noActivity: string;
  readonly older: string;
  readonly newest: string;
  readonly exportTitle: string;
  readonly exportHint: string;
  readonly exportSubmit: string;
  readonly deleteTitle: string;
  readonly deleteHint: string;
  readonly deleteSubmit: string;
  readonly confirmTitle: string;
  readonly confirmExplanation: string;
  readonly confirmSubmit: string;
  readonly confirmFirst: string;
  readonly cancel: string;
  readonly back: string;
}

/** What happened to an account. An event that is not listed is shown by its name. */
export interface ActivityTexts {
  readonly events: {
    readonly register: string;
    readonly login: string;
    readonly logout: string;
    readonly confirm: string;
    readonly password_change: string;
    readonly password_forgot: string;
    readonly password_reset: string;
    readonly email_verify_request: string;
    readonly email_verify: string;
    readonly email_change_request: string;
    readonly email_change: string;
    readonly account_export: string;
    readonly account_delete: string;
    readonly account_disable: string;
    readonly account_enable: string;
    readonly password_link: string;
    readonly throttle_clear: string;
  };
  readonly refused: With<string>;
}

/** Every text of the pages. Values in them are shown as text and never as HTML. */
export interface PageTexts {
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
  readonly account: AccountTexts;
  readonly activity: ActivityTexts;
}
