/** What the routes of a signed-in person share in the OpenAPI document: sessions and entries as they are shown. */

import type { AuditEvent } from '../../concepts/audit.ts';
import { exampleHandle, exampleRequestId } from './ids.ts';
import type { Schema } from './shape.ts';

const instant: Schema = { $ref: '#/components/schemas/UtcInstant' };

/** Events that can be about a person. */
const events: readonly AuditEvent[] = [
  'register',
  'login',
  'logout',
  'confirm',
  'password_change',
  'password_forgot',
  'password_reset',
  'email_verify_request',
  'email_verify',
  'email_change_request',
  'email_change',
  'account_export',
  'account_disable',
  'account_enable',
  'password_link',
  'invite',
  'invite_revoke',
  'throttle_clear',
];

const network: Schema = {
  description:
    'The network of the client: an IPv4 address, the first 64 bits of an IPv6 address, or `unknown`.',
  type: 'string',
  minLength: 1,
};

const contractOf = (description: string): Schema => ({ description, type: 'string', pattern: '^[a-z]+$' });

/** An object that has all of these properties and no others. */
export function exactly(description: string, properties: Readonly<Record<string, Schema>>): Schema {
  return {
    description,
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** The schemas that more than one of these routes refers to. */
export const signedInSchemas: Readonly<Record<string, Schema>> = {
  OwnSession: exactly('A live session as its owner sees it. Its id is kept nowhere and never shown.', {
    handle: { $ref: '#/components/schemas/Handle' },
    created_at: instant,
    last_seen_at: instant,
    idle_expires_at: instant,
    expires_at: instant,
    contract: { description: 'The contract it was made through.', enum: ['envelope', 'rest', 'dotjson'] },
    network,
    device: {
      description:
        'A readable name of the client it was made with, such as `Firefox on Linux`; empty if the client did not say.',
      type: 'string',
      maxLength: 60,
    },
    current: { description: 'Whether it is the session that asked.', type: 'boolean' },
  }),
  AuditEntry: exactly('An entry of the audit.', {
    seq: { description: 'The number of the entry, growing with time.', type: 'integer', minimum: 1 },
    at: instant,
    event: { description: 'What happened, or was tried.', enum: events },
    outcome: {
      description: '`ok`, the name of the refusal, or why a session ended.',
      type: 'string',
      pattern: '^[a-z_]+$',
    },
    contract: contractOf('The contract, or the group of routes, it came through.'),
    network,
    request_id: {
      description: 'The name of the request, as in `X-Request-Id` of its answer.',
      type: 'string',
      minLength: 1,
    },
    handle: {
      description: 'The session that began or ended; `null` if there was none.',
      anyOf: [{ $ref: '#/components/schemas/Handle' }, { type: 'null' }],
    },
  }),
};

export const exampleSession = {
  handle: exampleHandle,
  created_at: '2026-03-15T07:00:00.000Z',
  last_seen_at: '2026-03-15T09:30:00.000Z',
  idle_expires_at: '2026-03-22T09:30:00.000Z',
  expires_at: '2026-04-14T07:00:00.000Z',
  contract: 'rest',
  network: '192.0.2.17',
  device: 'Firefox on Linux',
  current: true,
};

export const exampleEntry = {
  seq: 1_204,
  at: '2026-03-15T07:00:00.000Z',
  event: 'login',
  outcome: 'ok',
  contract: 'rest',
  network: '192.0.2.17',
  request_id: exampleRequestId,
  handle: exampleHandle,
};
