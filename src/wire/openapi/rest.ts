/** The `rest` contract in the OpenAPI document: the session travels in a cookie or a header (rulings R1 to R6). */

import { clears, response, retryAfter, setsUuid } from './headers.ts';
import { exampleUuid, passwordSentences, presented } from './ids.ts';
import {
  logoutRefusals,
  malformed,
  problemSaid,
  refusalsOf,
  shared,
  throttledAsLogin,
  throttledAsRegistration,
  unthrottled,
} from './refusals.ts';
import { invitation, inviteIsNoString, mayNotRegister } from './registration.ts';
import type { Content, Operation, Part } from './shape.ts';

const begun: Content = {
  'application/json': {
    schema: { $ref: '#/components/schemas/RestSession' },
    example: { session_id: exampleUuid },
  },
};

function unusableBody(...more: readonly string[]) {
  return response(
    'The body is not one JSON object, or a field is missing or not a string.',
    problemSaid(400, [
      'The field "email" must be a string',
      'The field "password" must be a string',
      'The body must be one JSON object in UTF-8',
      malformed,
      ...more,
    ]),
  );
}

const register: Operation = {
  operationId: 'restRegister',
  tags: ['rest'],
  summary: 'Register with an e-mail address and log in',
  description:
    'Makes an account and begins its first session. Should the account be written and the session not, the answer is ' +
    `an error and a later login works. ${throttledAsRegistration}`,
  security: [],
  requestBody: {
    description: 'One JSON object; other fields are ignored.',
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: {
            email: {
              description:
                'One address in ASCII. Case is kept, and ignored when addresses are compared. Quoted local parts are refused.',
              type: 'string',
              format: 'email',
              maxLength: 254,
            },
            password: { $ref: '#/components/schemas/NewPassword' },
            invite: invitation,
          },
          required: ['email', 'password'],
        },
        example: { email: 'ada@example.org', password: 'a long way to Tipperary' },
      },
    },
  },
  responses: {
    201: response('The account exists and its first session has begun.', begun, setsUuid),
    400: unusableBody(inviteIsNoString),
    409: response(
      'An account with this address exists, in this or another mixture of upper and lower case.',
      problemSaid(409, ['Email already registered']),
    ),
    422: response(
      'The address is not one, or the password may not be used; the detail says why.',
      problemSaid(422, ['Invalid email', ...passwordSentences], true),
    ),
    429: shared('ProblemTooMany'),
    ...refusalsOf('Problem'),
    403: mayNotRegister(problemSaid),
  },
};

const login: Operation = {
  operationId: 'restLogin',
  tags: ['rest'],
  summary: 'Log in with an e-mail address',
  description:
    'Checks an address and a password and begins a session beside those the user already has. An unknown address and ' +
    `a wrong password are refused in the same words, after the same work. ${throttledAsLogin}`,
  security: [],
  requestBody: {
    description: 'One JSON object; other fields are ignored.',
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { email: presented.identifier, password: presented.password },
          required: ['email', 'password'],
        },
        example: { email: 'ada@example.org', password: 'a long way to Tipperary' },
      },
    },
  },
  responses: {
    200: response('A session has begun.', begun, setsUuid),
    400: unusableBody(),
    401: response(
      'No account has this address and this password.',
      problemSaid(401, ['Invalid email or password']),
    ),
    429: shared('ProblemTooMany'),
    ...refusalsOf('Problem'),
    500: response(
      'The password is right, but half of the account is missing; or a defect of the server.',
      problemSaid(500, ['User record missing in database', 'Internal error']),
    ),
  },
};

const logout: Operation = {
  operationId: 'restLogout',
  tags: ['rest'],
  summary: 'End the session of the cookie or the header',
  description:
    'Ends every live session that the cookie and the header name, eight at most, and clears the cookie; with more than ' +
    'eight ids it ends none and is 400. Succeeds without a session ' +
    'too; answers 503, never 204, if the store could not be told. A body is not needed, and ignored if there is one. ' +
    unthrottled,
  security: [{}, { SessionCookie: [] }, { SessionHeader: [] }],
  responses: {
    204: response('No session that was presented is alive any more.', undefined, clears),
    ...logoutRefusals('Problem', problemSaid),
    500: response(
      'A defect of the server; it is in its log. The cookie is cleared all the same.',
      problemSaid(500, ['Internal error']),
      clears,
    ),
    503: response(
      'The store could not be told: a session may still be alive. The cookie is cleared all the same; to ask again, ' +
        'send the session id in the header.',
      problemSaid(503, ['Temporarily unavailable, try again later']),
      { ...retryAfter, ...clears },
    ),
  },
};

export const rest: Part = {
  tag: {
    name: 'rest',
    description: 'Registration, login and logout for browsers and other clients that keep cookies.',
  },
  paths: {
    '/auth/register': { post: register },
    '/auth/login': { post: login },
    '/auth/logout': { post: logout },
  },
  schemas: {
    RestSession: {
      description: 'A session that has begun.',
      type: 'object',
      properties: {
        session_id: {
          description: 'The session id, equal to the value of the cookie.',
          allOf: [{ $ref: '#/components/schemas/Uuid' }],
        },
      },
      required: ['session_id'],
      additionalProperties: false,
    },
  },
};
