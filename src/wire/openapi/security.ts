/** How a request carries a session id, as security schemes (ruling G14). */

import type { Schema } from './shape.ts';

/** Any of the carriers that the routes of a signed-in person read. */
export const anySession = [{ SessionCookie: [] }, { SessionHeader: [] }, { SessionBearer: [] }];

export const securitySchemes: Readonly<Record<string, Schema>> = {
  SessionCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'session_id',
    description:
      'The session id as the cookie that `rest` and `dotjson` set. Two different cookies of this name name no session.',
  },
  SessionHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Session-Id',
    description: 'The session id in a header, for clients that keep no cookies. Outranks the cookie.',
  },
  SessionBearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'The session id as a bearer token (RFC 6750). Outranks the cookie.',
  },
  SessionClientCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'session',
    description:
      'The session id as the cookie that the JavaScript client of `dotjson` keeps. Only read where there is neither ' +
      '`session_id` nor `?s=`, and only if the value has 15 to 36 letters, digits and hyphens.',
  },
  SessionQuery: {
    type: 'apiKey',
    in: 'query',
    name: 's',
    description:
      'The session id in the address. Outranks the cookie; prefer any other carrier, because addresses are logged.',
  },
};
