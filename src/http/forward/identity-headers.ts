/** The headers that tell a protected application who is signed in (ruling W7). */

import type { ReplyHeaders } from '../reply.ts';
import { jsonOf } from '../routes/session-check.ts';
import type { CheckAnswer } from './cached-answer.ts';

/** A live session, as the session check answers it, and the verified address of its user; empty if there is none. */
export interface Identity extends CheckAnswer {
  readonly verifiedEmail: string;
}

/** Reads an answer as it is cached: the JSON of the check, and perhaps a line with the address. */
export function identityIn(cached: string): Identity {
  const json = jsonOf(cached) ?? '';
  const answer = JSON.parse(json) as CheckAnswer;
  if (json !== cached) return { ...answer, verifiedEmail: cached.slice(1, -1 - json.length) };
  const { user } = answer;
  return { ...answer, verifiedEmail: 'email' in user && user.email_verified ? user.email : '' };
}

/** Visible ASCII, but for the percent sign, which escapes, and the comma, which joins the values of a repeated header. */
const plain = /^[!-$&-+\--~]*$/;
const escaped = /[^!-$&-+\--~]/gu;

/**
 * A text as the value of a header: characters that cannot be in one, or could change its meaning, are percent-encoded as
 * UTF-8, and so is the percent sign. `decodeURIComponent` gives the text back, so no two texts share a value.
 */
export function headerValue(text: string): string {
  return plain.test(text) ? text : text.toWellFormed().replace(escaped, percentEncoded);
}

function percentEncoded(character: string): string {
  return encodeURIComponent(character);
}

/** Makes the headers. Every answer has all of them, empty where nothing is known. */
export class IdentityHeaders {
  /** Of a request without a session. */
  readonly empty: ReplyHeaders;
  readonly #user: string;
  readonly #name: string;
  readonly #email: string;
  readonly #session: string;

  /** @param names of the user id, the identifier, the verified address and the handle of the session, in this order. */
  constructor(names: readonly string[]) {
    const [user = '', name = '', email = '', session = ''] = names.map((one) => one.toLowerCase());
    this.#user = user;
    this.#name = name;
    this.#email = email;
    this.#session = session;
    this.empty = { [user]: '', [name]: '', [email]: '', [session]: '' };
  }

  of({ user, session, verifiedEmail }: Identity): ReplyHeaders {
    const identifier = 'email' in user ? user.email : user.username;
    return {
      [this.#user]: headerValue(user.id),
      [this.#name]: headerValue(identifier),
      [this.#email]: headerValue(verifiedEmail),
      [this.#session]: session.handle,
    };
  }
}
