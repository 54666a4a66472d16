/** Faults that are found in `envelope`, and the cases that find them. */

import { randomUUID } from 'node:crypto';
import { right } from '../right-behaviour.ts';
import { type Fault, field, header, is, set, under, when, withoutMark } from './parts.ts';

export const faultsOfEnvelope: readonly Fault[] = [
  {
    name: 'a login of envelope is answered with 201',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 200), set({ status: 201 })),
    breaks: ['envelope.login.status'],
  },
  {
    name: 'a login of envelope has no user',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 200), field('user', undefined)),
    breaks: ['envelope.login.answer', 'envelope.login.user'],
  },
  {
    name: 'a number as user',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 200), field('user', 7)),
    breaks: ['envelope.login.answer', 'envelope.login.user'],
  },
  {
    name: 'another user at each login',
    contract: 'envelope',
    fault: { userOf: () => randomUUID() },
    breaks: ['envelope.login.user'],
  },
  {
    name: 'a login of envelope tells more than it should',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 200), field('password_hash', 'x')),
    breaks: ['envelope.login.fields'],
  },
  {
    name: 'another message',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 200), field('message', 'Welcome back')),
    breaks: ['envelope.login.message'],
  },
  {
    name: 'a refusal of envelope with status 200',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 401), set({ status: 200 })),
    breaks: ['envelope.login.wrong-password.status', 'envelope.hostile.names'],
  },
  {
    name: 'a refusal of envelope in an error page of HTML',
    contract: 'envelope',
    fault: when(
      is('/api/auth/login', 401),
      set({ body: '<!doctype html><h1>401</h1>', headers: { 'content-type': 'text/html' } }),
    ),
    breaks: [
      'envelope.login.wrong-password.body',
      'envelope.login.wrong-password.status',
      'envelope.login.unknown-name',
      'envelope.request.uuid',
      'envelope.request.header',
      'envelope.hostile.trimmed',
      'envelope.hostile.prefix',
      'envelope.hostile.names',
    ],
  },
  {
    name: 'a refusal of envelope without request',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 401), field('request', undefined)),
    breaks: ['envelope.login.wrong-password.body', 'envelope.request.uuid', 'envelope.request.header'],
  },
  {
    name: 'the request of the client is echoed',
    contract: 'envelope',
    fault: { request: (fields) => String(fields?.['request'] ?? randomUUID()) },
    breaks: ['envelope.request.minted'],
  },
  {
    name: 'one request id for all requests',
    contract: 'envelope',
    fault: { request: () => '9b2f8a38-8d1e-4c53-9e0f-0d4c0a7c2a11' },
    breaks: ['envelope.request.uuid'],
  },
  {
    name: 'a request id that the header does not have',
    contract: 'envelope',
    fault: when(under('/api/auth'), header('x-request-id', undefined)),
    breaks: ['envelope.request.header'],
  },
  {
    name: 'a logout of envelope that ends nothing',
    contract: 'envelope',
    fault: { end: (live, id) => live.has(id) },
    breaks: [
      'envelope.logout.ends',
      'envelope.logout.ended.status',
      'envelope.logout.contradicted',
      'envelope.id.revived',
      'envelope.concurrent.logouts',
    ],
  },
  {
    name: 'envelope sets a cookie',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 200), header('set-cookie', 'session_id=abc; HttpOnly')),
    breaks: ['envelope.login.no-cookie'],
  },
  {
    name: 'an ended session is answered with 410',
    contract: 'envelope',
    fault: when(is('/api/auth/logout', 404), set({ status: 410 })),
    breaks: [
      'envelope.logout.ended.status',
      'envelope.logout.unknown.status',
      'envelope.logout.body-only',
      'envelope.concurrent.logouts',
    ],
  },
  {
    name: 'a slash after a path is ignored',
    contract: 'envelope',
    fault: { route: (path) => path.replace(/\/$/, '') },
    breaks: ['envelope.path.slash'],
  },
  {
    name: 'a byte order mark is skipped',
    contract: 'envelope',
    fault: { fields: (asked) => right.fields({ ...asked, bytes: withoutMark(asked.bytes) }) },
    breaks: ['envelope.body.mark'],
  },
  {
    name: 'bytes that are not UTF-8 are replaced',
    contract: 'envelope',
    fault: { fields: (asked) => right.fields({ ...asked, bytes: Buffer.from(asked.bytes.toString()) }) },
    breaks: ['envelope.body.utf-8'],
  },
  {
    name: 'passwords are trimmed',
    contract: 'envelope',
    fault: { password: (text) => text.trim() },
    breaks: ['envelope.hostile.trimmed'],
  },
  {
    name: 'every origin is allowed',
    contract: 'envelope',
    fault: when(() => true, header('access-control-allow-origin', '*')),
    breaks: ['envelope.cross-site.reflected'],
  },
  {
    name: 'the program names itself',
    contract: 'envelope',
    fault: when(() => true, header('x-powered-by', 'Express')),
    breaks: ['envelope.headers.program'],
  },
  {
    name: 'a broken body is an error of the server',
    contract: 'envelope',
    fault: when((reply) => reply.status === 400, set({ status: 500 })),
    breaks: [
      'envelope.logout.body-only',
      'envelope.logout.field',
      'envelope.body.not-json',
      'envelope.body.array',
      'envelope.body.null',
      'envelope.body.empty',
      'envelope.body.mark',
      'envelope.body.utf-8',
      'envelope.body.field-missing',
      'envelope.body.field-type',
      'envelope.hostile.nested',
    ],
  },
];
