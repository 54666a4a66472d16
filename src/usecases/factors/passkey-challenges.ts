/** Challenges of passkeys: made for one browser and one purpose, and taken before an answer is verified. */

import type { BrowserToken, BrowserTokenPurpose } from '../../concepts/browser-tokens.ts';
import { challengeOf, type PasskeyOptions } from '../../concepts/factors/passkeys.ts';
import { digest } from '../../crypto/ids.ts';
import type { Refusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';

type ChallengePurpose = Extract<BrowserTokenPurpose, `passkey_${string}`>;

/** The options for the browser, and the token that it keeps until it answers. */
export interface PasskeyAsked {
  readonly options: PasskeyOptions;
  readonly challengeToken: string;
}

/** What a browser sends: the answer of its passkey, as an object or as JSON, and the challenge tokens that it keeps. */
export interface PasskeyAnswer {
  readonly answer: unknown;
  readonly challengeTokens: readonly string[];
}

/** A challenge that was taken: no other answer to it is accepted. */
export interface TakenChallenge {
  readonly challenge: string;
  readonly token: BrowserToken;
}

/** Whom a challenge is made for: a user and, within a session or a login, what it is bound to. */
export interface ChallengeClaim {
  readonly userId: string | null;
  readonly binding?: string;
}

/** Makes options with a new challenge, which is stored as the hash of the token that the browser keeps. */
export async function ask<R extends Refusal>(
  { browserTokens }: Pick<Services, 'browserTokens'>,
  purpose: ChallengePurpose,
  { userId, binding = '' }: ChallengeClaim,
  { now }: Caller,
  optionsWith: (newChallenge: () => Promise<string>) => Promise<PasskeyOptions | R>,
): Promise<PasskeyAsked | R | { readonly refused: 'unknown_account' }> {
  let challengeToken: string | undefined;
  const options = await optionsWith(async () => {
    const minted = await browserTokens.mint(purpose, { userId, details: { binding } }, now);
    challengeToken = minted?.text;
    return minted ? challengeFor(minted.text) : '';
  });
  if ('refused' in options) return options;
  return challengeToken === undefined ? { refused: 'unknown_account' } : { options, challengeToken };
}

/**
 * Takes the challenge of an answer, if this browser keeps its token and it was made for one of the purposes; of concurrent
 * answers exactly one gets it.
 */
export async function takeChallenge(
  { browserTokens }: Pick<Services, 'browserTokens'>,
  purposes: readonly ChallengePurpose[],
  { answer, challengeTokens }: PasskeyAnswer,
  now: number,
): Promise<TakenChallenge | undefined> {
  const challenge = challengeOf(answer);
  const text = challengeTokens.find((one) => challengeFor(one) === challenge);
  if (challenge === undefined || text === undefined) return undefined;
  for (const purpose of purposes) {
    const token = await browserTokens.take(text, purpose, now);
    if (token) return { challenge, token };
  }
  return undefined;
}

/** The challenge of a token: its digest, so that a browser with several open pages knows which token an answer is for. */
function challengeFor(text: string): string {
  return Buffer.from(digest(`passkey challenge ${text}`), 'hex').toString('base64url');
}
