/** The input and output types of logins. */

import type { BegunSession, Lasting } from '../concepts/sessions/sessions.ts';
import type { IdFormat } from '../crypto/ids.ts';
import type { Passed, SecondStepAsked } from './factors/second-step.ts';

export interface Login extends SecondStepAsked {
  readonly identifier: string;
  readonly password: string;
  readonly idFormat: IdFormat;
  /** `lifetime` by default. */
  readonly lasting?: Lasting;
}

/** A new session, and the new ids of its device. */
export interface BegunOnDevice extends BegunSession {
  readonly deviceIds: readonly string[];
  /** The tokens of a browser that is trusted from now on (ruling F4). */
  readonly trustedTokens?: readonly string[] | undefined;
}

export interface LoggedIn extends BegunOnDevice {
  readonly user: { readonly id: string; readonly identifier: string };
}

/** What a client gets from a login: a session, or an enrolment session in its place (ruling F6). */
export interface Given extends Pick<LoggedIn, 'id' | 'lasting' | 'deviceIds' | 'trustedTokens' | 'user'> {
  readonly createdAt: number;
  readonly isEnrolment: boolean;
}

/** What the steps before a session have shown. */
export interface Admission extends Passed {
  readonly knownDevice: string | undefined;
}
