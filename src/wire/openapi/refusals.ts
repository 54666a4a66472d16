/** Refusals: those that every contract answers alike but for their body, and problem details (RFC 9457). */

import { response, retryAfter } from './headers.ts';
import { oneOfSentences } from './ids.ts';
import type { Content, Reference, Response, Schema } from './shape.ts';

/** Puts sentences into the error body of a contract, for one status. */
export type Said = (status: number, sentences: readonly string[], orTooShort?: boolean) => Content;

/** How a route is throttled, as the end of its description (ruling G16). */
export const unthrottled = 'Not throttled.';
export const throttledAsLogin =
  'Throttled: an attempt counts for the account and for the network, or for a known device of the account alone; a ' +
  'success is taken back out of every count.';
export const throttledByMail =
  'Throttled: at most three mails an hour that verify an address go to one recipient.';
export const throttledAsRegistration =
  'Throttled: an attempt that passes the rules of form counts for the network.';

/** What is said of a request that could be read, but is not well-formed. */
export const malformed = 'Malformed request';

/** What is said to a request from a page of an origin that is not allowed (ruling G13). */
export const crossSite =
  'Cross-site request refused. Add the Origin of the page to GATEHOUSE_ALLOWED_ORIGINS; for pages of this server, let the proxy pass on the Host header';

const wrongPassword = 'Invalid password';

/** The type of the problem that `POST /auth/confirm` solves. */
const confirmationRequired = 'urn:gatehouse:problem:confirmation-required';

/** The refusals a route may answer before, or instead of, what it is for. */
export function commonRefusals(prefix: string, said: Said): Readonly<Record<string, Response>> {
  return {
    [`${prefix}UnmetExpectation`]: response(
      'An expectation that cannot be met (`Expect`). The connection is closed.',
      said(417, ['The only expectation that can be met is 100-continue']),
    ),
    [`${prefix}Forbidden`]: response(
      'The request came from a page of an origin that is not allowed. Nothing was done.',
      said(403, [crossSite]),
    ),
    [`${prefix}TooLarge`]: response(
      'The body is larger than 16 KiB. The connection is closed.',
      said(413, ['The body is larger than 16 KiB']),
    ),
    [`${prefix}UnsupportedType`]: response(
      'The body is not declared as `application/json`, is in another charset than UTF-8, or is compressed.',
      said(415, ['Content-Type must be application/json', 'Content-Encoding must be identity']),
    ),
    [`${prefix}TooMany`]: response(
      'Too many attempts for this account or from this network. Sessions that exist are not affected.',
      said(429, ['Too many attempts, try again later']),
      retryAfter,
    ),
    [`${prefix}Failed`]: response('A defect of the server. It is in its log.', said(500, ['Internal error'])),
    [`${prefix}Unavailable`]: response(
      'The store cannot answer, or too many passwords are waiting to be hashed. Nothing is known about the session.',
      said(503, ['Temporarily unavailable, try again later', 'Too many logins at once, try again later']),
      retryAfter,
    ),
  };
}

/** A reference to a shared response. */
export function shared(name: string): Reference {
  return { $ref: `#/components/responses/${name}` };
}

/** The common refusals of a route that reads a JSON body. */
export function refusalsOf(prefix: string) {
  return { 403: shared(`${prefix}Forbidden`), ...bodiedRefusals(prefix), ...trouble(prefix) };
}

function bodiedRefusals(prefix: string) {
  return { 413: shared(`${prefix}TooLarge`), 415: shared(`${prefix}UnsupportedType`) };
}

/** The refusals of a logout that needs no body and therefore reads any. */
export function logoutRefusals(prefix: string, said: Said) {
  return {
    400: response(
      'There is no `Host` header, or there are several. The connection is closed.',
      said(400, [malformed]),
    ),
    403: shared(`${prefix}Forbidden`),
    413: shared(`${prefix}TooLarge`),
    ...trouble(prefix),
  };
}

/** What only the operator can mend, and what never became a request. */
export function trouble(prefix: string) {
  return {
    417: shared(`${prefix}UnmetExpectation`),
    500: shared(`${prefix}Failed`),
    503: shared(`${prefix}Unavailable`),
    '4XX': shared('Unreadable'),
  };
}

/** The phrases of the status codes (RFC 9110, section 15; RFC 6585, section 4). */
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const problemSchema: Schema = {
  description: 'What went wrong, as problem details (RFC 9457).',
  type: 'object',
  properties: {
    type: {
      description: 'What a program can tell the problem by, where the status does not say it all.',
      enum: ['about:blank', confirmationRequired],
    },
    title: { description: 'The registered phrase of the status.', type: 'string' },
    status: { description: 'The status of the response.', type: 'integer', minimum: 400, maximum: 599 },
    detail: { description: 'What is wrong, in one sentence.', type: 'string', minLength: 1 },
  },
  required: ['type', 'title', 'status', 'detail'],
  additionalProperties: false,
};

/** Problem details with one status and one of some sentences, of no type of their own. */
export const problemSaid: Said = (status, sentences, orTooShort) => ({
  'application/problem+json': {
    schema: {
      allOf: [
        { $ref: '#/components/schemas/Problem' },
        {
          properties: {
            type: { const: 'about:blank' },
            status: { const: status },
            title: { const: titles[status] },
            detail: oneOfSentences(sentences, orTooShort),
          },
        },
      ],
    },
    example: problemOf(status, sentences[0]),
  },
});

function problemOf(status: number, detail: string | undefined, type = 'about:blank') {
  return { type, title: titles[status], status, detail };
}

const confirm = problemOf(403, 'Confirm the password first: POST /auth/confirm', confirmationRequired);

const required = ['type', 'detail'];

/** A 403 that asks for a confirmation, or says one of some other things: `type` tells the first from the others. */
function confirmFirst(others: readonly string[]): Content {
  const asks = { properties: { type: { const: confirm.type }, detail: { const: confirm.detail } }, required };
  const says = { properties: { type: { const: 'about:blank' }, detail: { enum: others } }, required };
  const said403 = { properties: { status: { const: 403 }, title: { const: titles[403] } } };
  return {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          others.length > 0 ? { ...said403, oneOf: [asks, says] } : said403,
          ...(others.length > 0 ? [] : [asks]),
        ],
      },
      examples: {
        confirm: { summary: 'The password has to be confirmed first.', value: confirm },
        ...(others[0] && { other: { summary: others[0], value: problemOf(403, others[0]) } }),
      },
    },
  };
}

/** The answer to what never became a request, on whichever path. */
const unreadable: Response = response(
  'What was sent could not be read as a request: malformed (400), too slow (408), or with headers over ' +
    '16 KiB (431). The connection is closed.',
  {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { properties: { type: { const: 'about:blank' }, status: { enum: [400, 408, 431] } } },
        ],
      },
      example: problemOf(400, malformed),
    },
  },
);

/** The shared responses in problem details: for `rest`, and for every route outside the three contracts. */
export const problemResponses: Readonly<Record<string, Response>> = {
  ...commonRefusals('Problem', problemSaid),
  NotAuthenticated: response('No live session was presented.', problemSaid(401, ['Not authenticated']), {
    'WWW-Authenticate': {
      description: 'The scheme that would be accepted.',
      required: true,
      schema: { type: 'string', const: 'Bearer' },
    },
  }),
  WrongPassword: response(
    'The password is wrong; the session stays alive. Or the request came from a page of an origin that is not allowed.',
    problemSaid(403, [wrongPassword, crossSite]),
  ),
  ConfirmFirst: response(
    'The password was not proven in this session in the last ten minutes, which `type` says; or the password is wrong, ' +
      'or the request came from a page of an origin that is not allowed. Nothing was done.',
    confirmFirst([wrongPassword, crossSite]),
  ),
  ConfirmFirstToEnd: response(
    'The password was not proven in this session in the last ten minutes, which `type` says; or the request came from a ' +
      'page of an origin that is not allowed. Nothing ended.',
    confirmFirst([crossSite]),
  ),
  ConfirmFirstToRead: response(
    'The password was not proven in this session in the last ten minutes.',
    confirmFirst([]),
  ),
  Unreadable: unreadable,
};
