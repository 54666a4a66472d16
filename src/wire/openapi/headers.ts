/** The headers of the document: those of every response (ruling G12), and those that some responses add. */

import { tokenPattern, uuidPattern } from './ids.ts';
import type { Content, Header, Reference, Response } from './shape.ts';

/** The headers that more than one response refers to. */
export const headers: Readonly<Record<string, Header>> = {
  CacheControl: {
    description: 'Nothing that concerns a session may be kept by a cache.',
    required: true,
    schema: { type: 'string', const: 'no-store' },
  },
  ContentTypeOptions: {
    description: 'Forbids browsers to guess another media type than the declared one.',
    required: true,
    schema: { type: 'string', const: 'nosniff' },
  },
  ReferrerPolicy: {
    description:
      'Keeps addresses, and with them a session id in `?s=`, out of the `Referer` of other requests.',
    required: true,
    schema: { type: 'string', const: 'no-referrer' },
  },
  ContentSecurityPolicy: {
    description: 'Should a browser ever show an answer as a page, nothing in it may load, run, or be framed.',
    required: true,
    schema: {
      type: 'string',
      const: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
  },
  ResourcePolicy: {
    description: 'Forbids pages of other origins to embed an answer.',
    required: true,
    schema: { type: 'string', const: 'same-origin' },
  },
  StrictTransportSecurity: {
    description: 'One year of HTTPS only. Missing in debug mode, and there only.',
    schema: { type: 'string', const: 'max-age=31536000' },
  },
  RequestId: {
    description: 'The name of this request, minted by the server; quote it when you report a problem.',
    required: true,
    schema: { type: 'string', format: 'uuid', pattern: uuidPattern },
  },
  RetryAfter: {
    description: 'Seconds to wait before asking again makes sense.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  },
};

/** The headers of every response, errors included. */
const everywhere: Readonly<Record<string, Reference>> = {
  'Cache-Control': { $ref: '#/components/headers/CacheControl' },
  'X-Content-Type-Options': { $ref: '#/components/headers/ContentTypeOptions' },
  'Referrer-Policy': { $ref: '#/components/headers/ReferrerPolicy' },
  'Content-Security-Policy': { $ref: '#/components/headers/ContentSecurityPolicy' },
  'Cross-Origin-Resource-Policy': { $ref: '#/components/headers/ResourcePolicy' },
  'Strict-Transport-Security': { $ref: '#/components/headers/StrictTransportSecurity' },
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
};

/** Asks the client to wait (429, 503). */
export const retryAfter = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } };

/** What a cookie of the session looks like; `Secure` is missing in debug mode only (ruling R3). */
function cookiePattern(id: string, maxAge: string): string {
  return `^session_id=${id}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax(?:; Secure)?$`;
}

function setCookie(description: string, required: boolean, pattern: string): Record<string, Header> {
  return { 'Set-Cookie': { description, required, schema: { type: 'string', pattern } } };
}

/** Sets the cookie to a UUID. */
export const setsUuid = setCookie(
  'Sets the cookie `session_id` for the absolute lifetime of the session.',
  true,
  cookiePattern(uuidPattern.slice(1, -1), '\\d+'),
);

/** Sets the cookie to 26 letters and digits; not on a refusal that is shown as 200. */
export const setsToken = setCookie(
  'Sets the cookie `session_id` for the absolute lifetime of the session. Missing on a refusal shown as 200.',
  false,
  cookiePattern(tokenPattern.slice(1, -1), '\\d+'),
);

const clearing = cookiePattern('', '0');

/** Clears the cookie, whether the client had one or not. */
export const clears = setCookie(
  'Clears the cookie `session_id`, whether there was one or not.',
  true,
  clearing,
);

/** Clears the cookie of the session that has just ended. */
export const clearsOwn = setCookie(
  'Clears the cookie `session_id`, if it named the session that has ended.',
  false,
  clearing,
);

/** A response with the headers that every response has, and those it has besides. */
export function response(
  description: string,
  content?: Content,
  besides: Readonly<Record<string, Header | Reference>> = {},
): Response {
  return { description, headers: { ...everywhere, ...besides }, ...(content && { content }) };
}
