/** A person's own sessions in the OpenAPI document: seeing them and ending them. */

import { headOf } from './head.ts';
import { clearsOwn, response } from './headers.ts';
import { exampleHandle } from './ids.ts';
import { logoutRefusals, malformed, problemSaid, shared, trouble, unthrottled } from './refusals.ts';
import { anySession } from './security.ts';
import type { Operation, Part, Schema } from './shape.ts';
import { exactly, exampleSession, signedInSchemas } from './signedin.ts';

const place: Schema = { type: 'string', pattern: '^[0-9]{1,15}-[a-z0-9]{1,64}$' };
const examplePlace = `1773476813580-${exampleHandle}`;

const list: Operation = {
  operationId: 'listOwnSessions',
  tags: ['sessions'],
  summary: 'My sessions',
  description:
    'The live sessions of the person, whichever contract they were made through, the one used last first, at most a ' +
    `hundred to a page. Counts as a use of the session that asks. ${unthrottled}`,
  parameters: [
    {
      name: 'before',
      in: 'query',
      required: false,
      description:
        'Only sessions behind this place in the list: `next` of the page before. Any other query is refused.',
      schema: place,
      example: examplePlace,
    },
  ],
  security: anySession,
  responses: {
    200: response('One page. It may hold fewer than a hundred; the last one has a `next` of `null`.', {
      'application/json': {
        schema: { $ref: '#/components/schemas/OwnSessions' },
        example: { sessions: [exampleSession], next: null },
      },
    }),
    400: response(
      'The query is another one, or there is not exactly one `Host` header.',
      problemSaid(400, ['The only query this path knows is ?before=NEXT', malformed]),
    ),
    401: shared('NotAuthenticated'),
    ...trouble('Problem'),
  },
};

const endMany: Operation = {
  operationId: 'endOwnSessions',
  tags: ['sessions'],
  summary: 'End my other sessions, or all of them',
  description:
    'The password must have been proven in this session in the last ten minutes: by logging in, or by ' +
    '`POST /auth/confirm`. Ends all sessions of the person but the one that asks; with `?all=true` that one too, and the cookie is cleared. ' +
    'A login that comes after it is not concerned. A body is not needed, and ignored if there is one. ' +
    unthrottled,
  parameters: [
    {
      name: 'all',
      in: 'query',
      required: false,
      description:
        'With `true`, the session that asks ends too. Any other query is refused, and nothing ends.',
      schema: { const: 'true' },
      example: 'true',
    },
  ],
  security: anySession,
  responses: {
    200: response(
      'They have ended.',
      {
        'application/json': { schema: { $ref: '#/components/schemas/EndedSessions' }, example: { ended: 2 } },
      },
      clearsOwn,
    ),
    ...logoutRefusals('Problem', problemSaid),
    400: response(
      'The query is another one, or there is not exactly one `Host` header. Nothing ended.',
      problemSaid(400, ['The only query this path knows is ?all=true', malformed]),
    ),
    401: shared('NotAuthenticated'),
    403: shared('ConfirmFirstToEnd'),
  },
};

const endOne: Operation = {
  operationId: 'endOwnSession',
  tags: ['sessions'],
  summary: 'End one of my sessions',
  description:
    'Ends one session of the person by its handle; if it is the one that asks, the cookie is cleared. To end another one, ' +
    'the password must have been proven in the last ten minutes. A handle of ' +
    "another person's session is no handle of the person's: 404, and nothing ends. A body is not needed, and ignored if there " +
    `is one. ${unthrottled}`,
  parameters: [
    {
      name: 'handle',
      in: 'path',
      required: true,
      description: 'The handle of the session. Text that no handle can be is answered with 404.',
      schema: { type: 'string', pattern: '^[a-z0-9]+$' },
      example: exampleHandle,
    },
  ],
  security: anySession,
  responses: {
    204: response('It has ended.', undefined, clearsOwn),
    ...logoutRefusals('Problem', problemSaid),
    401: shared('NotAuthenticated'),
    403: shared('ConfirmFirstToEnd'),
    404: response('The person has no live session of this handle.', problemSaid(404, ['Session not found'])),
  },
};

export const sessions: Part = {
  tag: { name: 'sessions', description: 'For signed-in people: the sessions they have, and an end to them.' },
  paths: {
    '/auth/sessions': { get: list, head: headOf(list), delete: endMany },
    '/auth/sessions/{handle}': { delete: endOne },
  },
  schemas: {
    ...signedInSchemas,
    OwnSessions: exactly('A page of the live sessions of a person.', {
      sessions: { type: 'array', maxItems: 100, items: { $ref: '#/components/schemas/OwnSession' } },
      next: {
        description: 'What to ask for with `before` to see the next page; `null` on the last one.',
        ...place,
        type: ['string', 'null'],
      },
    }),
    EndedSessions: exactly('What has ended.', {
      ended: { description: 'How many sessions ended.', type: 'integer', minimum: 0 },
    }),
  },
};
