/** The session check in the OpenAPI document: who is this? (rulings B1 and B3) */

import { headOf } from './head.ts';
import { response } from './headers.ts';
import { exampleHandle, exampleUuid } from './ids.ts';
import { shared, trouble, unthrottled } from './refusals.ts';
import { anySession } from './security.ts';
import type { Operation, Part, Schema } from './shape.ts';

const instant: Schema = { $ref: '#/components/schemas/UtcInstant' };

/** A user is named by a username or by an e-mail address, never by both. */
function user(name: Readonly<Record<string, Schema>>): Schema {
  return {
    type: 'object',
    properties: { id: { $ref: '#/components/schemas/Uuid' }, ...name, created_at: instant },
    required: ['id', ...Object.keys(name), 'created_at'],
    additionalProperties: false,
  };
}

const byUsername = { username: { $ref: '#/components/schemas/Username' } };

const byEmail = {
  email: { type: 'string', format: 'email', maxLength: 254 },
  email_verified: {
    description:
      'Whether the owner of the account proved that the address is theirs. While it is `false`, the address proves ' +
      'nothing: anyone may have registered it.',
    type: 'boolean',
  },
};

const check: Operation = {
  operationId: 'checkSession',
  tags: ['session'],
  summary: 'Who is this?',
  description:
    'Tells whose session was presented and how long it lasts, and counts as a use of it. `X-Session-Id` and ' +
    '`Authorization: Bearer` outrank the cookie, also if they are not valid; carriers that disagree name no session. ' +
    `401 means that the session is known to be dead; if that cannot be found out, the answer is 503. ${unthrottled}`,
  security: anySession,
  responses: {
    200: response('The session is alive.', {
      'application/json': {
        schema: { $ref: '#/components/schemas/SessionCheck' },
        example: {
          user: { id: exampleUuid, username: 'ada', created_at: '2026-03-14T08:26:53.580Z' },
          session: {
            handle: exampleHandle,
            created_at: '2026-03-15T07:00:00.000Z',
            last_seen_at: '2026-03-15T09:30:00.000Z',
            idle_expires_at: '2026-03-22T09:30:00.000Z',
            expires_at: '2026-04-14T07:00:00.000Z',
          },
        },
      },
    }),
    401: shared('NotAuthenticated'),
    ...trouble('Problem'),
  },
};

export const session: Part = {
  tag: { name: 'session', description: 'The question every other service asks: who is this?' },
  paths: { '/auth/session': { get: check, head: headOf(check) } },
  schemas: {
    SessionCheck: {
      description: 'The user and the session that were recognised.',
      type: 'object',
      properties: {
        user: {
          description: 'The user, under the name it registered with.',
          oneOf: [user(byUsername), user(byEmail)],
        },
        session: {
          type: 'object',
          properties: {
            handle: { $ref: '#/components/schemas/Handle' },
            created_at: instant,
            last_seen_at: instant,
            idle_expires_at: instant,
            expires_at: instant,
          },
          required: ['handle', 'created_at', 'last_seen_at', 'idle_expires_at', 'expires_at'],
          additionalProperties: false,
        },
      },
      required: ['user', 'session'],
      additionalProperties: false,
    },
  },
};
