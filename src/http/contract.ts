/** The parts of a contract: the paths it owns, its routes, and its words for every refusal. */

import type { AuditEvent } from '../concepts/audit.ts';
import type { StatusMode } from '../settings/settings.ts';
import type { Awaitable } from '../storage/port/awaitable.ts';
import type { Refusal } from '../usecases/refusals.ts';
import type { IncomingRequest } from './exchange.ts';
import type { Reply } from './reply.ts';
import type { RequestContext } from './request-context.ts';

/** Refusals of the request itself, before any use case. */
export type RequestFault =
  | {
      readonly refused:
        | 'unknown_route'
        | 'cross_site'
        | 'malformed_body'
        | 'body_too_large'
        | 'malformed_request';
    }
  | { readonly refused: 'unsupported_media_type' | 'unsupported_encoding' | 'unmet_expectation' }
  /** `expected` is `a string` by default. */
  | { readonly refused: 'missing_field'; readonly field: string; readonly expected?: string }
  | { readonly refused: 'malformed_query'; readonly allowed: string }
  | { readonly refused: 'method_not_allowed'; readonly allow: string }
  | { readonly refused: 'unavailable'; readonly retryAfterSeconds: number }
  | { readonly refused: 'failed' };

/** Every refusal that a contract has words for. */
export type AnyRefusal = (Refusal | RequestFault) & {
  /** The signed-in person, if there is one. */
  readonly user?: { readonly id: string };
  /** The page of the refusal, or the way to it; without it the contract's words are used. */
  readonly reply?: Reply;
};

export type RefusalName = AnyRefusal['refused'];

/** The status and the sentence a contract answers a refusal with. */
export interface Words {
  readonly status: number;
  readonly sentence: string | ((details: RefusalDetails) => string);
  /** The problem type (RFC 9457, section 3.1.1), where the status alone does not identify the problem. */
  readonly type?: string;
}

/** Values that a sentence may mention. */
export interface RefusalDetails {
  readonly limit?: number;
  readonly field?: string;
  readonly expected?: string;
  readonly allowed?: string;
}

/** A refusal in the words of a contract, before it has the shape of its error body. */
export interface WordedRefusal {
  readonly status: number;
  readonly detail: string;
  readonly type?: string | undefined;
  readonly requestId: string;
  readonly refused: RefusalName;
  readonly retryAfterSeconds?: number | undefined;
  /** The refused request, such as for its language; missing where one answer is prepared for many. */
  readonly request?: IncomingRequest | undefined;
}

/**
 * One route. Its path is matched exactly (ruling G11); a last segment `:handle` stands for any handle of a session.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /**
   * `json`: one object is required (ruling G10). `form`: a form of a page is required (ruling L6). Any other body is read up to
   * the limit and ignored, that of a GET not read.
   */
  readonly body?: 'json' | 'form';
  /** Answers every other method like this one, and changes nothing. */
  readonly anyMethod?: true;
  /** Also answers at the root when a base path is set (ruling W6). */
  readonly isAtRoot?: true;
  /** Costs a password hash: refused while the queue for hashing is full, before its body is even read. */
  readonly hashes?: true;
  /** The event of the route in the audit: refusals and failures before the use case are counted under it. */
  readonly event?: AuditEvent;
  /** The handler puts a refusal into words, and reports it if no use case has done so. */
  readonly answer: (context: RequestContext) => Awaitable<Reply | AnyRefusal>;
}

export interface Contract {
  readonly name: string;
  /** Loads what its error needs; `undefined` once that is done. A refusal waits for it. */
  load?(): Promise<void> | undefined;
  /** Whether its clients keep cookies, and with them the ids of their device. */
  readonly hasCookies?: boolean;
  /** Whether errors on this path are answered in this contract's shape (ruling G7). */
  owns(path: string): boolean;
  readonly routes: readonly Route[];
  readonly words: Readonly<Record<RefusalName, Words>>;
  /** `ok` shows refusals as 200, for clients that expect it (ruling G8); errors of the server never (ruling G9). */
  readonly statusMode?: StatusMode;
  /** The error body of the contract. */
  error(refusal: WordedRefusal): Reply;
}
