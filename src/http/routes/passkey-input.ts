/** What requests with the answer of a passkey bring, and which of their refusals stay unsaid. */

import type { PasskeyAnswer } from '../../usecases/factors/passkey-challenges.ts';
import type { SecondStepAsked } from '../../usecases/factors/second-step.ts';
import type { RequestFault } from '../contract.ts';
import { readSecondStep } from '../request/account-input.ts';
import type { Cookies } from '../request/cookies.ts';
import type { RequestContext } from '../request-context.ts';

/** Reads what goes with the answer of a passkey. A code is not read: the passkey is in its place. */
export function readTrust(
  { fields, request }: Pick<RequestContext, 'fields' | 'request'>,
  cookies: Cookies,
): SecondStepAsked | RequestFault {
  const { code: _, ...others } = fields;
  return readSecondStep({ fields: others, request }, cookies);
}

/** The answer of a passkey in the field `response`, and the tokens of the challenges that the browser keeps. */
export function readPasskeyAnswer(
  { fields, request }: Pick<RequestContext, 'fields' | 'request'>,
  cookies: Cookies,
): PasskeyAnswer | RequestFault {
  const answer = Object.hasOwn(fields, 'response') ? fields['response'] : undefined;
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    return { refused: 'missing_field', field: 'response', expected: 'an object' };
  return { answer, challengeTokens: cookies.held(request, 'challenge') };
}

/** Refusals of a login that say something about an account; the audit has them. */
export const inaccessible: ReadonlySet<string> = new Set([
  'unknown_account',
  'wrong_password',
  'account_disabled',
  'user_record_missing',
]);
