/** The `envelope` contract in the OpenAPI document: the session travels in the bodies (rulings E1 to E4). */

import { response } from './headers.ts';
import { exampleRequestId, exampleToken, exampleUuid, oneOfSentences, presented } from './ids.ts';
import {
  commonRefusals,
  malformed,
  refusalsOf,
  type Said,
  shared,
  throttledAsLogin,
  unthrottled,
} from './refusals.ts';
import type { Content, Operation, Part, Schema } from './shape.ts';

const request: Schema = {
  description: 'The name of this request, minted by the server; equal to the header `X-Request-Id`.',
  allOf: [{ $ref: '#/components/schemas/Uuid' }],
};

const said: Said = (_status, sentences, orTooShort) => ({
  'application/json': {
    schema: {
      allOf: [
        { $ref: '#/components/schemas/EnvelopeError' },
        { properties: { error: oneOfSentences(sentences, orTooShort) } },
      ],
    },
    example: { request: exampleRequestId, error: sentences[0] },
  },
});

/** A success, or with `GATEHOUSE_ENVELOPE_STATUS=ok` a refusal that is shown with the same status. */
function succeeded(schema: string, value: object, refusal: string): Content {
  return {
    'application/json': {
      schema: {
        oneOf: [{ $ref: `#/components/schemas/${schema}` }, { $ref: '#/components/schemas/EnvelopeError' }],
      },
      examples: {
        success: { summary: 'Done', value: { request: exampleRequestId, ...value } },
        refusal: {
          summary: 'Refused, where the operator has chosen to show refusals as 200',
          value: { request: exampleRequestId, error: refusal },
        },
      },
    },
  };
}

const login: Operation = {
  operationId: 'envelopeLogin',
  tags: ['envelope'],
  summary: 'Log in with a username',
  description:
    'Checks a username and a password and begins a session beside those the user already has. An unknown name and a ' +
    `wrong password are refused in the same words, after the same work. Sets no cookie. ${throttledAsLogin}`,
  security: [],
  requestBody: {
    description: 'One JSON object; other fields, `request` among them, are ignored.',
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { username: presented.identifier, password: presented.password },
          required: ['username', 'password'],
        },
        example: { username: 'ada', password: 'a long way to Tipperary' },
      },
    },
  },
  responses: {
    200: response(
      'Logged in. Where refusals are shown as 200, the body may also be one of them.',
      succeeded(
        'EnvelopeLogin',
        { user: exampleUuid, session: exampleToken, message: 'Logged in' },
        'Invalid username or password',
      ),
    ),
    400: response(
      'The body is not one JSON object, or a field is missing or not a string.',
      said(400, [
        'The field "username" must be a string',
        'The field "password" must be a string',
        'The body must be one JSON object in UTF-8',
        malformed,
      ]),
    ),
    401: response('No account has this name and this password.', said(401, ['Invalid username or password'])),
    429: shared('EnvelopeTooMany'),
    ...refusalsOf('Envelope'),
    500: response(
      'The password is right, but half of the account is missing; or a defect of the server.',
      said(500, ['User record missing in database', 'Internal error']),
    ),
  },
};

const logout: Operation = {
  operationId: 'envelopeLogout',
  tags: ['envelope'],
  summary: 'End the session named in the body',
  description:
    'Ends a session for good. The id is read from the body and from nowhere else; whoever knows it may end it. Of ' +
    `many requests that race to end one session, exactly one is told that it did. ${unthrottled}`,
  security: [],
  requestBody: {
    description: 'One JSON object; other fields are ignored.',
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { session: { $ref: '#/components/schemas/SessionId' } },
          required: ['session'],
        },
        example: { session: exampleToken },
      },
    },
  },
  responses: {
    200: response(
      'The session has ended. Where refusals are shown as 200, the body may also be one of them.',
      succeeded('EnvelopeLogout', { message: 'Logged out' }, 'Session not found'),
    ),
    400: response(
      'The body is not one JSON object, or `session` is missing or not a string.',
      said(400, [
        'The field "session" must be a string',
        'The body must be one JSON object in UTF-8',
        malformed,
      ]),
    ),
    404: response(
      'No live session has this id: it never existed, has expired, or has already ended.',
      said(404, ['Session not found']),
    ),
    ...refusalsOf('Envelope'),
  },
};

export const envelope: Part = {
  tag: {
    name: 'envelope',
    description:
      'Login and logout for clients that keep the session id themselves. Every answer carries the id of its request.',
  },
  paths: { '/api/auth/login': { post: login }, '/api/auth/logout': { post: logout } },
  responses: commonRefusals('Envelope', said),
  schemas: {
    EnvelopeError: {
      description: 'Why a request of `envelope` was refused.',
      type: 'object',
      properties: {
        request,
        error: { description: 'What is wrong, in one sentence.', type: 'string', minLength: 1 },
      },
      required: ['request', 'error'],
      additionalProperties: false,
    },
    EnvelopeLogin: {
      description: 'A session that has begun.',
      type: 'object',
      properties: {
        request,
        user: {
          description: 'The id of the user.',
          allOf: [{ $ref: '#/components/schemas/Uuid' }],
        },
        session: { $ref: '#/components/schemas/SessionToken' },
        message: { description: 'A word for people.', const: 'Logged in' },
      },
      required: ['request', 'user', 'session', 'message'],
      additionalProperties: false,
    },
    EnvelopeLogout: {
      description: 'A session that has ended.',
      type: 'object',
      properties: { request, message: { description: 'A word for people.', const: 'Logged out' } },
      required: ['request', 'message'],
      additionalProperties: false,
    },
  },
};
