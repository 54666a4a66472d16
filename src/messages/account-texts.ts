/** The texts of the account page, as every language has to have them. */

/** A text with one value in it. */
type With<Value> = (value: Value) => string;

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
    readonly import: string;
    readonly hash_wrap: string;
    readonly recovery_codes: string;
    readonly recovery_code_used: string;
    readonly codes_locked: string;
    readonly browser_trust: string;
    readonly browser_distrust: string;
    readonly passkey_rename: string;
  };
  /** Events whose outcome is the kind of the factor. */
  readonly ofFactors: {
    readonly factor_add: { readonly totp: string; readonly passkey: string };
    readonly factor_remove: { readonly totp: string; readonly passkey: string; readonly all: string };
  };
  /** Logins that were right, and that went on in a second step. */
  readonly halfway: { readonly second_factor_required: string; readonly enrolment_required: string };
  readonly refused: With<string>;
}
