/** One request as the routes see it, with what the server knows about its origin. */

import { newUuid } from '../crypto/ids.ts';
import { chooseLanguage, type Language } from '../messages/language-choice.ts';
import type { Caller } from '../usecases/services.ts';
import type { IncomingRequest } from './exchange.ts';
import type { ReplyHeaders } from './reply.ts';
import { clientNetwork, type ProxyTrust } from './request/client-network.ts';
import { deviceIds } from './request/cookies.ts';
import { deviceName } from './request/device-name.ts';

interface Group {
  readonly name: string;
  readonly hasCookies?: boolean;
}

/** Settings of every request. */
export interface Server extends ProxyTrust {
  /** Whether cookies are `Secure`; false in debug mode only. */
  readonly secure: boolean;
  /** The language of clients that name none that is known. */
  readonly language: Language;
}

/** A request on its way to a route. Values that a session check does not need are computed on first use. */
export class RequestContext implements Caller {
  readonly requestId = newUuid();
  readonly request: IncomingRequest;
  readonly contract: string;
  readonly now: number;
  /** The fields of the JSON body or the form; empty until it is read, and on routes without one. */
  fields: Readonly<Record<string, unknown>> = {};
  /** Headers of the answer, set before it is known; they are sent also if the store then fails. */
  headers: ReplyHeaders = {};
  isReported = false;
  readonly #hasCookies: boolean;
  readonly #server: Server;

  constructor(request: IncomingRequest, { name, hasCookies = false }: Group, now: number, server: Server) {
    this.request = request;
    this.contract = name;
    this.#hasCookies = hasCookies;
    this.now = now;
    this.#server = server;
  }

  get network(): string {
    return clientNetwork(this.request, this.#server);
  }

  get device(): string {
    return deviceName(this.request.header('user-agent'));
  }

  get language(): Language {
    return chooseLanguage(this.request.header('accept-language'), this.#server.language);
  }

  get deviceIds(): string[] | undefined {
    return this.#hasCookies ? deviceIds(this.request, this.#server.secure) : undefined;
  }

  /** Aborted when the client disconnects. */
  get signal(): AbortSignal {
    return this.request.signal;
  }

  get path(): string {
    return pathOf(this.request);
  }

  /** The last segment of the path, where the route ends in `:handle`. */
  get handle(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  /** The part after `?`, undecoded; empty if there is none. */
  get query(): string {
    const { target } = this.request;
    const mark = target.indexOf('?');
    return mark < 0 ? '' : target.slice(mark + 1);
  }
}

/** The path of a request, neither decoded nor normalised: `%61` and `/x/../` are distinct paths (ruling G11). */
export function pathOf({ target }: Pick<IncomingRequest, 'target'>): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}
