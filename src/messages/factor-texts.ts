/** The texts about second factors on the pages, as every language has to have them. */

/** A text with one value in it. */
type With<Value> = (value: Value) => string;

/** The page that follows the password (ruling F2). */
export interface SecondStepTexts {
  readonly title: string;
  readonly explanation: string;
  readonly useRecovery: string;
  readonly useApp: string;
  readonly trust: string;
  readonly trustHint: string;
  readonly submit: string;
  /** For people who have neither the app nor a code. */
  readonly lost: string;
  readonly nothing: string;
}

/** The part of the account page. */
export interface SectionTexts {
  readonly title: string;
  readonly explanation: string;
  readonly isOn: string;
  readonly isOff: string;
  readonly added: string;
  readonly remove: string;
  /** What a person may not do, because the settings ask for a second factor (ruling F6). */
  readonly lastStays: string;
}

export interface AuthenticatorTexts {
  readonly title: string;
  readonly hint: string;
  readonly setUp: string;
  readonly unavailable: string;
  readonly locked: string;
  readonly remove: string;
  readonly setUpTitle: string;
  readonly scan: string;
  /** What the picture is for people who do not see it. */
  readonly pictureLabel: string;
  readonly orType: string;
  readonly account: string;
  readonly secret: string;
  readonly code: string;
  readonly codeHint: string;
  readonly submit: string;
  /** For a code that does not confirm the secret; there are no recovery codes yet. */
  readonly wrongCode: string;
  readonly nothing: string;
}

export interface PasskeyTexts {
  readonly title: string;
  readonly hint: string;
  readonly none: string;
  readonly unavailable: string;
  /** Where passkeys can be used, if it is not here. */
  readonly elsewhere: With<string>;
  /** Shown until a script finds that the browser knows passkeys. */
  readonly needsScript: string;
  readonly name: string;
  readonly nameHint: string;
  readonly add: string;
  readonly neverUsed: string;
  readonly synced: string;
  readonly rename: string;
  /** The same for people who do not see which passkey the button belongs to. */
  readonly renameOf: With<string>;
  readonly nameOf: With<string>;
  readonly removeOf: With<string>;
  readonly signIn: string;
  readonly use: string;
  /** While the browser asks for the passkey. */
  readonly waiting: string;
  /** What the browser answered, where it made or found no passkey. */
  readonly cancelled: string;
  readonly known: string;
  readonly wrongDomain: string;
  readonly failed: string;
}

export interface RecoveryTexts {
  readonly title: string;
  readonly hint: string;
  readonly code: string;
  readonly codeHint: string;
  readonly left: With<number>;
  readonly make: string;
  readonly makeHint: string;
  readonly shownTitle: string;
  readonly authenticatorAdded: string;
  readonly passkeyAdded: string;
  readonly codesMade: string;
  readonly explanation: string;
  readonly print: string;
  readonly save: string;
  readonly goOn: string;
  /** The first line of the file, with the name of the service. */
  readonly fileTitle: With<string>;
  readonly fileHint: string;
}

export interface BrowserTexts {
  readonly title: string;
  readonly hint: string;
  readonly none: string;
  readonly until: string;
  readonly forget: string;
  /** The same for people who do not see which browser the button belongs to. */
  readonly forgetOf: With<string>;
  readonly forgetAll: string;
}

/** The pages for people who have to set up a second factor first (ruling F6). */
export interface EnrolTexts {
  readonly title: string;
  readonly explanation: string;
  readonly nothing: string;
  /** For a person who has done it, with the way to their account. */
  readonly finished: string;
  readonly toAccount: string;
}

/** What people read about second factors. */
export interface FactorTexts {
  readonly secondStep: SecondStepTexts;
  readonly section: SectionTexts;
  readonly authenticator: AuthenticatorTexts;
  readonly passkeys: PasskeyTexts;
  readonly recovery: RecoveryTexts;
  readonly browsers: BrowserTexts;
  readonly enrol: EnrolTexts;
}
