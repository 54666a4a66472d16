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
    description: 'One year of HTTPS only. Missing in debug mode, and where GATEHOUSE_HSTS is off.',
    schema: { type: 'string', enum: ['max-age=31536000', 'max-age=31536000; includeSubDomains'] },
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

const uuid = uuidPattern.slice(1, -1);
const token = tokenPattern.slice(1, -1);

/** The cookie of the device: ids of at most four people who share a browser. The prefix goes with `Secure`. */
const deviceValue = `gatehouse_device=${token}(?:\\.${token}){0,3}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax`;
const devicePattern = `^(?:__Host-${deviceValue}; Secure|${deviceValue})$`;

/** Two lines of one name, which are never joined (RFC 6265, section 3): the session, then the device. */
function setTwoCookies(id: string, required: boolean, besides: string): Record<string, Header> {
  const session = { type: 'string', pattern: cookiePattern(id, '\\d+') };
  const schema = {
    type: 'array',
    prefixItems: [session, { type: 'string', pattern: devicePattern }],
    items: false,
    minItems: 2,
  };
  const description =
    'Two header lines, one for each item. The first sets `session_id` for the absolute lifetime of the session, the ' +
    "second `__Host-gatehouse_device` for a year: it tells the browser of an owner from a stranger's. In debug mode, " +
    `where cookies are not \`Secure\`, it is named \`gatehouse_device\`.${besides}`;
  return { 'Set-Cookie': { description, required, schema } };
}

/** Sets the cookie to a UUID, and that of the device. */
export const setsUuid = setTwoCookies(uuid, true, '');

/** Sets the cookie to 26 letters and digits, and that of the device; not on a refusal that is shown as 200. */
export const setsToken = setTwoCookies(token, false, ' Missing on a refusal shown as 200.');

/** Sets the cookie to a new id in the spelling of the old one. */
export const setsNewId = setCookie(
  'Sets the cookie `session_id` to the new id, if the old one came in a cookie.',
  false,
  cookiePattern(`(?:${uuid}|${token})`, '\\d+'),
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
