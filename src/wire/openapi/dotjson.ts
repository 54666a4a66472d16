/** The `dotjson` contract in the OpenAPI document: the session travels in `?s=` or a cookie (rulings D1 to D6). */

import { clearsOwn, response, setsToken } from './headers.ts';
import { exampleToken, oneOfSentences, passwordSentences, presented } from './ids.ts';
import {
  commonRefusals,
  logoutRefusals,
  malformed,
  refusalsOf,
  type Said,
  shared,
  throttledAsLogin,
  throttledAsRegistration,
  unthrottled,
} from './refusals.ts';
import { invitation, inviteIsNoString, mayNotRegister } from './registration.ts';
import type { Content, Operation, Part } from './shape.ts';

const said: Said = (_status, sentences, orTooShort) => ({
  'application/json': {
    schema: {
      allOf: [
        { $ref: '#/components/schemas/DotjsonError' },
        { properties: { error: oneOfSentences(sentences, orTooShort) } },
      ],
    },
    example: { error: sentences[0] },
  },
});

/** A success, or with `GATEHOUSE_DOTJSON_STATUS=ok` a refusal that is shown with the same status. */
function succeeded(schema: string, value: object, refusal: string): Content {
  return {
    'application/json': {
      schema: {
        oneOf: [{ $ref: `#/components/schemas/${schema}` }, { $ref: '#/components/schemas/DotjsonError' }],
      },
      examples: {
        success: { summary: 'Done', value },
        refusal: {
          summary: 'Refused, where the operator has chosen to show refusals as 200',
          value: { error: refusal },
        },
      },
    },
  };
}

const bodySentences = [
  'The field "username" must be a string',
  'The field "password" must be a string',
  'The body must be one JSON object in UTF-8',
  malformed,
] as const;

const exampleCreated = '2026-03-14T09:26:53.58+01:00[Europe/Berlin]';
const example = { username: 'ada', password: 'a long way to Tipperary' };

const register: Operation = {
  operationId: 'dotjsonRegister',
  tags: ['dotjson'],
  summary: 'Register with a username',
  description: `Makes an account. Begins no session: log in next. ${throttledAsRegistration}`,
  security: [],
  requestBody: {
    description: 'One JSON object; other fields are ignored.',
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: {
            username: { $ref: '#/components/schemas/Username' },
            password: { $ref: '#/components/schemas/NewPassword' },
            invite: invitation,
          },
          required: ['username', 'password'],
        },
        example,
      },
    },
  },
  responses: {
    200: response(
      'The account exists. Where refusals are shown as 200, the body may also be one of them.',
      succeeded('DotjsonAccount', { username: 'ada', created: exampleCreated }, 'User already exists'),
    ),
    400: response(
      'The body is not one JSON object, a field is missing or not a string, the username is not of the form asked ' +
        'for, or the password may not be used.',
      said(400, ['Invalid username', ...passwordSentences, ...bodySentences, inviteIsNoString], true),
    ),
    409: response(
      'An account with this name exists, in this or another mixture of upper and lower case.',
      said(409, ['User already exists']),
    ),
    429: shared('DotjsonTooMany'),
    ...refusalsOf('Dotjson'),
    403: mayNotRegister(said),
  },
};

const login: Operation = {
  operationId: 'dotjsonLogin',
  tags: ['dotjson'],
  summary: 'Log in with a username and get a session id',
  description:
    'Checks a username and a password and begins a session beside those the user already has. The id comes in the ' +
    'body and in the cookie `session_id`; a second cookie tells the device from others. Whether an unknown name is told apart from a wrong password is for the operator to ' +
    'choose (`GATEHOUSE_ENUMERATION`). ' +
    throttledAsLogin,
  security: [],
  requestBody: {
    description: 'One JSON object; other fields are ignored.',
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { username: presented.identifier, password: presented.password },
          required: ['username', 'password'],
        },
        example,
      },
    },
  },
  responses: {
    200: response(
      'A session has begun. Where refusals are shown as 200, the body may also be one of them.',
      succeeded(
        'DotjsonSession',
        { id: exampleToken, username: 'ada', created: exampleCreated },
        'Invalid password',
      ),
      setsToken,
    ),
    400: response(
      'The body is not one JSON object, or a field is missing or not a string.',
      said(400, bodySentences),
    ),
    401: response(
      'No account has this name, or the password is not its own.',
      said(401, ['Invalid password', 'User does not exist']),
    ),
    429: shared('DotjsonTooMany'),
    ...refusalsOf('Dotjson'),
    500: response(
      'The password is right, but half of the account is missing; or a defect of the server.',
      said(500, ['User record missing in database', 'Internal error']),
    ),
  },
};

const logout: Operation = {
  operationId: 'dotjsonLogout',
  tags: ['dotjson'],
  summary: 'End the session of `?s=` or the cookie',
  description:
    'Ends a session for good. An id in `?s=` outranks the cookie, also if it is not valid. A repeated `?s=`, or two ' +
    'different cookies, name no session. A cookie named `session` is read where there is neither of the two. ' +
    `A body is not needed, and ignored if there is one. ${unthrottled}`,
  security: [{ SessionQuery: [] }, { SessionCookie: [] }, { SessionClientCookie: [] }],
  requestBody: {
    description: 'Not needed; whatever it is, it is ignored.',
    required: false,
    content: { 'application/json': { schema: { type: 'object' }, example: {} } },
  },
  responses: {
    200: response(
      'The session has ended. Where refusals are shown as 200, the body may also be one of them.',
      succeeded('DotjsonEnd', { success: true }, 'No session'),
      clearsOwn,
    ),
    401: response('No live session was named.', said(401, ['No session'])),
    ...logoutRefusals('Dotjson', said),
  },
};

const created = {
  description:
    'An instant with its offset and time zone (RFC 9557), in the zone the operator has chosen; the fraction has no ' +
    'trailing zeros.',
  type: 'string',
  pattern:
    '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{0,2}[1-9])?[+-]\\d{2}:\\d{2}\\[[A-Za-z0-9_+:/-]+\\]$',
} as const;

export const dotjson: Part = {
  tag: {
    name: 'dotjson',
    description: 'Registration, login and logout under names that end in `.json`, with short bodies.',
  },
  paths: {
    '/register.json': { post: register },
    '/login.json': { post: login },
    '/logout.json': { post: logout },
  },
  responses: commonRefusals('Dotjson', said),
  schemas: {
    DotjsonError: {
      description: 'Why a request of `dotjson` was refused.',
      type: 'object',
      properties: { error: { description: 'What is wrong, in one sentence.', type: 'string', minLength: 1 } },
      required: ['error'],
      additionalProperties: false,
    },
    DotjsonAccount: {
      description: 'A new account; `created` is when it was made.',
      type: 'object',
      properties: { username: { $ref: '#/components/schemas/Username' }, created },
      required: ['username', 'created'],
      additionalProperties: false,
    },
    DotjsonSession: {
      description: 'A session that has begun; `created` is when.',
      type: 'object',
      properties: {
        id: { $ref: '#/components/schemas/SessionToken' },
        username: {
          description:
            'The name as it was registered: a username, or the e-mail address of a `rest` account.',
          type: 'string',
          minLength: 1,
          maxLength: 254,
        },
        created,
      },
      required: ['id', 'username', 'created'],
      additionalProperties: false,
    },
    DotjsonEnd: {
      description: 'A session that has ended.',
      type: 'object',
      properties: { success: { const: true } },
      required: ['success'],
      additionalProperties: false,
    },
  },
};
