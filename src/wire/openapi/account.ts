/** A person's own account in the OpenAPI document: proving and changing the password, seeing what is kept, ending it all. */

import { asksPassword, bodyOf } from './asking.ts';
import { headOf } from './head.ts';
import { clears, response, retryAfter, setsNewId } from './headers.ts';
import { exampleUuid, passwordSentences } from './ids.ts';
import { malformed, problemSaid, shared, throttledAsLogin, trouble, unthrottled } from './refusals.ts';
import { anySession } from './security.ts';
import type { Content, Operation, Part, Schema } from './shape.ts';
import { exactly, exampleEntry, exampleSession } from './signedin.ts';

const password: Schema = { description: 'The password of the account.', type: 'string' };

const stepUp =
  'The password must have been proven in this session in the last ten minutes: by logging in, or by ';

const renewed: Content = {
  'application/json': {
    schema: { $ref: '#/components/schemas/RenewedSession' },
    example: { session_id: exampleUuid },
  },
};

const confirm: Operation = {
  operationId: 'confirmPassword',
  tags: ['account'],
  summary: 'Prove the password again',
  description:
    'Proves the password in a session that is good already. For the next ten minutes the session may do what asks for ' +
    'that. It goes on under a new id, in the spelling of the old one, which is dead from then on. A wrong password is ' +
    `403, and the session stays alive under its id. ${throttledAsLogin}`,
  security: anySession,
  requestBody: bodyOf({ password }, { password: 'a long way to Tipperary' }),
  responses: {
    200: response('The password is proven, and this is the new id of the session.', renewed, setsNewId),
    ...asksPassword(['password']),
    403: shared('WrongPassword'),
  },
};

const changePassword: Operation = {
  operationId: 'changePassword',
  tags: ['account'],
  summary: 'Change the password',
  description:
    `${stepUp}\`POST /auth/confirm\`. Ends all other sessions of the person and gives this one a new id, in the ` +
    `spelling of the old one, which is dead from then on. ${throttledAsLogin}`,
  security: anySession,
  requestBody: bodyOf(
    { current_password: password, new_password: { $ref: '#/components/schemas/NewPassword' } },
    { current_password: 'a long way to Tipperary', new_password: 'the sweetest girl I know' },
  ),
  responses: {
    200: response('The password is changed, and this is the new id of the session.', renewed, setsNewId),
    ...asksPassword(['current_password', 'new_password']),
    422: response(
      'The new password may not be used; the detail says why.',
      problemSaid(422, passwordSentences, true),
    ),
  },
};

const remove: Operation = {
  operationId: 'deleteAccount',
  tags: ['account'],
  summary: 'Delete the account',
  description:
    `${stepUp}\`POST /auth/confirm\`. Ends all sessions and removes the account with everything that belongs to it; ` +
    `its name is free again. The audit keeps its entries, under an id that names nobody any more. ${throttledAsLogin}`,
  security: anySession,
  requestBody: bodyOf({ password }, { password: 'a long way to Tipperary' }),
  responses: {
    204: response('The account is gone.', undefined, clears),
    ...asksPassword(['password']),
  },
};

const exported: Operation = {
  operationId: 'exportAccount',
  tags: ['account'],
  summary: 'Everything that is kept about me',
  description:
    `${stepUp}\`POST /auth/confirm\`. The account, its live sessions and what the audit keeps about it, newest first. The ` +
    'audit notes the export. It is sent page by page as it is read, so that its length is not known beforehand; if something ' +
    'breaks on the way, the connection breaks off. At most four are under way at once, and one for each person. Not in it: hashes of passwords, ids and devices, which are of no use to anyone. ' +
    unthrottled,
  security: anySession,
  responses: {
    200: response('What is kept.', {
      'application/json': {
        schema: { $ref: '#/components/schemas/AccountExport' },
        example: {
          user: {
            id: exampleUuid,
            identifier: 'ada@example.org',
            created_at: '2026-03-14T08:26:53.580Z',
            email: 'ada@example.org',
            email_verified_at: null,
          },
          sessions: [exampleSession],
          activity: [exampleEntry],
        },
      },
    }),
    401: shared('NotAuthenticated'),
    403: shared('ConfirmFirstToRead'),
    ...trouble('Problem'),
    503: response(
      'Four exports are under way, or one of this person; or the store cannot answer.',
      problemSaid(503, [
        'Too many exports at once, try again later',
        'Temporarily unavailable, try again later',
      ]),
      retryAfter,
    ),
  },
};

const activity: Operation = {
  operationId: 'readActivity',
  tags: ['account'],
  summary: 'What happened to my account',
  description: `What the audit keeps about the person, newest first, a hundred entries to a page. ${unthrottled}`,
  parameters: [
    {
      name: 'before',
      in: 'query',
      required: false,
      description:
        'Only entries with a smaller number: `next` of the page before. Any other query is refused.',
      schema: { type: 'integer', minimum: 0, maximum: 999_999_999_999_999 },
      example: 1_204,
    },
  ],
  security: anySession,
  responses: {
    200: response('One page; the last one is empty, and its `next` is `null`.', {
      'application/json': {
        schema: { $ref: '#/components/schemas/Activity' },
        example: { activity: [exampleEntry], next: exampleEntry.seq },
      },
    }),
    400: response(
      'The query is another one, or there is not exactly one `Host` header.',
      problemSaid(400, ['The only query this path knows is ?before=SEQUENCE-NUMBER', malformed]),
    ),
    401: shared('NotAuthenticated'),
    ...trouble('Problem'),
  },
};

const instant: Schema = { $ref: '#/components/schemas/UtcInstant' };
const address: Schema = { type: 'string', format: 'email', maxLength: 254 };
const entries: Schema = { type: 'array', items: { $ref: '#/components/schemas/AuditEntry' } };

export const account: Part = {
  tag: {
    name: 'account',
    description: 'For signed-in people: their password, what is kept about them, and an end to it.',
  },
  paths: {
    '/auth/confirm': { post: confirm },
    '/auth/password': { post: changePassword },
    '/auth/account': { delete: remove },
    '/auth/account/export': { get: exported, head: headOf(exported) },
    '/auth/account/activity': { get: activity, head: headOf(activity) },
  },
  schemas: {
    RenewedSession: exactly('A session under its new id.', {
      session_id: { $ref: '#/components/schemas/SessionId' },
    }),
    AccountExport: exactly('Everything that is kept about a person, but what only proves who they are.', {
      user: exactly('The account.', {
        id: { $ref: '#/components/schemas/Uuid' },
        identifier: {
          description: 'The name it was registered with: a username or an e-mail address.',
          anyOf: [{ $ref: '#/components/schemas/Username' }, address],
        },
        created_at: instant,
        email: {
          description: 'The e-mail address; `null` if there is none.',
          anyOf: [address, { type: 'null' }],
        },
        email_verified_at: {
          description: 'When its owner proved that the address is theirs; `null` if they did not.',
          anyOf: [instant, { type: 'null' }],
        },
      }),
      sessions: { type: 'array', items: { $ref: '#/components/schemas/OwnSession' } },
      activity: entries,
    }),
    Activity: exactly('One page of what the audit keeps about a person.', {
      activity: entries,
      next: {
        description: 'What to ask for the next page with; `null` if this one is empty.',
        anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }],
      },
    }),
  },
};
