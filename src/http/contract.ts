/** What every contract is made of: the paths it owns, its routes, and its words for every refusal. */

import type { AuditEvent } from '../concepts/audit.ts';
import type { NoSession } from '../concepts/sessions/sessions.ts';
import type { Awaitable } from '../storage/port/awaitable.ts';
import type { Refusal } from '../usecases/services.ts';
import type { BodyStream } from './body-stream.ts';
import type { RequestContext } from './request-context.ts';

/** Refusals that concern the request itself, before any use case is asked. */
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
  | { readonly refused: 'missing_field'; readonly field: string }
  | { readonly refused: 'malformed_query'; readonly allowed: string }
  | { readonly refused: 'method_not_allowed'; readonly allow: string }
  | { readonly refused: 'unavailable'; readonly retryAfterSeconds: number }
  | { readonly refused: 'failed' };

/** What a route may refuse by itself, and of a signed-in person for whom. */
export type Unasked = (RequestFault | NoSession) & { readonly user?: { readonly id: string } };

/** Everything a contract must have words for. */
export type AnyRefusal = Refusal | RequestFault;

/** Every name a refusal may have. */
export type RefusalName = AnyRefusal['refused'];

/** The status and the sentence a contract answers a refusal with. */
export interface Words {
  readonly status: number;
  readonly sentence: string | ((refused: Details) => string);
  /** What a program can tell the problem by (RFC 9457, section 3.1.1), where the status does not say enough. */
  readonly type?: string;
}

/** What a sentence may want to mention. */
export interface Details {
  readonly limit?: number;
  readonly field?: string;
  readonly allowed?: string;
}

/** An answer before it is written to the wire. */
export interface Reply {
  readonly status: number;
  /** A text is JSON already. */
  readonly body?: object | string;
  /** JSON that is made while it goes out, in place of `body`; its type is among `headers`. */
  readonly stream?: BodyStream;
  readonly headers?: Readonly<Record<string, string>>;
  /** A second cookie, beside one in `headers`. */
  readonly secondCookie?: string | undefined;
}

/** A reply with its body as it goes out; one that is given many times is prepared once. */
export function prepared(reply: Reply): Reply & { readonly body: string } {
  const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const own = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  return { ...reply, body, headers: { ...own, ...reply.headers } };
}

/**
 * One route. Its path is matched exactly (ruling G11); a last segment `:handle` stands for any handle of a session.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** `json`: one object is required (ruling G10); `any`: read up to the limit and ignored; `none`: not read. */
  readonly body: 'json' | 'any' | 'none';
  /** Answers at the root too where everything is under a base path (ruling W6). */
  readonly isAtRoot?: true;
  /** Costs a password hash: refused while the line for hashing is full, before its body is even read. */
  readonly hashes?: true;
  /** The event it is there for, as the audit names it: what an answer that came before any use case is counted as. */
  readonly event?: AuditEvent;
  /** What it refuses before it asks a use case is reported by its caller; a use case reports by itself. */
  answer(context: RequestContext): Awaitable<Reply | Unasked>;
}

export interface Contract {
  readonly name: string;
  /** Whether its clients keep cookies, and with them the ids of their device. */
  readonly hasCookies?: boolean;
  /** Whether errors on this path are answered in this contract's shape (ruling G7). */
  owns(path: string): boolean;
  readonly routes: readonly Route[];
  refuse(refused: AnyRefusal, requestId: string): Reply;
}

/** The sentence for a refusal, with its details filled in. */
export function sentence({ sentence }: Words, refused: AnyRefusal): string {
  return typeof sentence === 'string' ? sentence : sentence(refused as Details);
}

/** Headers that the refusal itself asks for. */
export function refusalHeaders(refused: AnyRefusal): Record<string, string> {
  if ('retryAfterSeconds' in refused) return { 'retry-after': String(refused.retryAfterSeconds) };
  if ('allow' in refused) return { allow: refused.allow };
  // What was not read of the body must not be taken for the next request.
  return endsConnection.has(refused.refused) ? { connection: 'close' } : {};
}

const endsConnection: ReadonlySet<RefusalName> = new Set<RefusalName>([
  'body_too_large',
  'malformed_request',
  'unmet_expectation',
]);
