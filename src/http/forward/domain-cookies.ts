/** The cookies of a server whose sign-in holds for a domain: each session has a second one (ruling W8). */

import { type ReplyHeaders, withCookies } from '../reply.ts';
import { Cookies } from '../request/cookies.ts';
import type { ForwardCookie } from './forward-cookie.ts';

export class DomainCookies extends Cookies {
  readonly #forward: ForwardCookie;

  constructor(secure: boolean, lifetimeSeconds: number, forward: ForwardCookie) {
    super(secure, lifetimeSeconds);
    this.#forward = forward;
  }

  override begin(begun: Parameters<Cookies['begin']>[0]): ReplyHeaders {
    return withCookies(super.begin(begun), [this.#forward.set(begun.id, begun.lasting)]);
  }

  override renew(...[id, lasting]: Parameters<Cookies['renew']>): ReplyHeaders {
    return withCookies(super.renew(id, lasting), [this.#forward.set(id, lasting)]);
  }

  override clear(): ReplyHeaders {
    return withCookies(super.clear(), [this.#forward.clear()]);
  }
}
