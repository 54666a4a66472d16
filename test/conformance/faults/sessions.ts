/** Faults of logins and logouts, and the cases that find them. */

import { randomUUID } from 'node:crypto';
import { cookies, list, right, token } from '../right-behaviour.ts';
import { asked, cookie, type Fault, field, header, is, refusesAgain, replaced, set, when } from './parts.ts';

export const faultsOfSessions: readonly Fault[] = [
  {
    name: 'a login of envelope reuses the session that is there',
    contract: 'envelope',
    fault: { mint: (_contract, _asked, live) => [...live][0] ?? token() },
    breaks: [
      'envelope.login.new-session',
      'envelope.logout.contradicted',
      'envelope.id.random',
      'envelope.concurrent.logins',
    ],
  },
  {
    name: 'a login of envelope ends all other sessions',
    contract: 'envelope',
    fault: { beforeLogin: (live) => live.clear() },
    breaks: ['envelope.login.earlier-session', 'envelope.logout.contradicted'],
  },
  {
    name: 'envelope looks up names as they were typed',
    contract: 'envelope',
    fault: { canonical: (name) => name },
    breaks: ['envelope.login.case'],
  },
  {
    name: 'a login of rest is answered with 201',
    contract: 'rest',
    fault: when(is('/auth/login', 200), set({ status: 201 })),
    breaks: ['rest.login.status'],
  },
  {
    name: 'ids of rest are no UUIDs',
    contract: 'rest',
    fault: { mint: () => token() },
    breaks: [
      'rest.register.body',
      'rest.register.same-id',
      'rest.register.adopted',
      'rest.login.body',
      'rest.id.shape',
      'rest.id.adopted',
    ],
  },
  {
    name: 'a login of rest sets no cookie',
    contract: 'rest',
    fault: when(is('/auth/login', 200), header('set-cookie', undefined)),
    breaks: [
      'rest.login.cookie',
      'rest.login.same-id',
      'rest.cookie.http-only',
      'rest.cookie.secure',
      'rest.cookie.same-site',
      'rest.cookie.path',
      'rest.cookie.domain',
      'rest.cookie.max-age',
      'rest.cookie.device',
      'rest.logout.clears.attributes',
    ],
  },
  {
    name: 'a wrong password of rest in other words',
    contract: 'rest',
    fault: when(is('/auth/login', 401), field('detail', 'No')),
    breaks: ['rest.login.wrong-password.reason', 'rest.hostile.names'],
  },
  {
    name: 'a refused login of rest sets a cookie',
    contract: 'rest',
    fault: when(is('/auth/login', 401), cookie(right.cookie(randomUUID()))),
    breaks: ['rest.login.wrong-password.no-cookie', 'rest.login.unknown-name.reason', 'rest.hostile.names'],
  },
  {
    name: 'a login of dotjson without username',
    contract: 'dotjson',
    fault: when(is('/login.json', 200), field('username', undefined)),
    breaks: ['dotjson.login.answer', 'dotjson.login.username', 'dotjson.login.case'],
  },
  {
    name: 'a login of dotjson has the id of the user, too',
    contract: 'dotjson',
    fault: when(is('/login.json', 200), field('user', 17)),
    breaks: ['dotjson.login.status'],
  },
  {
    name: 'the cookie of dotjson can be read by scripts',
    contract: 'dotjson',
    fault: { cookie: (id) => right.cookie(id).replace('HttpOnly; ', '') },
    breaks: ['dotjson.login.cookie'],
  },
  {
    name: 'a login of dotjson reuses the session that is there',
    contract: 'dotjson',
    fault: { mint: (_contract, _asked, live) => [...live][0] ?? token() },
    breaks: [
      'dotjson.login.new-session',
      'dotjson.logout.keeps',
      'dotjson.id.random',
      'dotjson.concurrent.logins',
    ],
  },
  {
    name: 'a wrong password of dotjson in other words',
    contract: 'dotjson',
    fault: when(is('/login.json', 401), replaced('Invalid password', 'Wrong')),
    breaks: ['dotjson.login.wrong-password'],
  },
  {
    name: 'a wrong password of dotjson is refused with 403',
    contract: 'dotjson',
    fault: when(is('/login.json', 401), set({ status: 403 })),
    breaks: ['dotjson.login.refused.status', 'dotjson.hostile.names'],
  },
  {
    name: 'a refused login of dotjson sets a cookie',
    contract: 'dotjson',
    fault: when(is('/login.json', 401), cookie(right.cookie(token()))),
    breaks: ['dotjson.login.refused.no-cookie', 'dotjson.hostile.names'],
  },
  {
    name: 'a logout of envelope has no message',
    contract: 'envelope',
    fault: when(is('/api/auth/logout', 200), field('message', undefined)),
    breaks: ['envelope.logout.answer', 'envelope.logout.message'],
  },
  {
    name: 'a logout of envelope has another message',
    contract: 'envelope',
    fault: when(is('/api/auth/logout', 200), field('message', 'Bye')),
    breaks: ['envelope.logout.message'],
  },
  {
    name: 'a logout of envelope is answered with 202',
    contract: 'envelope',
    fault: when(is('/api/auth/logout', 200), set({ status: 202 })),
    breaks: ['envelope.logout.status'],
  },
  {
    name: 'a logout of an id that was never issued is a success',
    contract: 'envelope',
    fault: { end: (live, id) => live.delete(id) || id === 'a'.repeat(26) },
    breaks: ['envelope.logout.unknown', 'envelope.logout.unknown.status'],
  },
  {
    name: 'a logout of envelope clears a cookie',
    contract: 'envelope',
    fault: when(is('/api/auth/logout', 200), cookie('session_id=; Max-Age=0; Path=/')),
    breaks: ['envelope.logout.no-cookie'],
  },
  {
    name: 'a logout of rest reads a bearer token',
    contract: 'rest',
    fault: {
      presented: (one) => [
        ...right.presented(one),
        ...list(one.headers.authorization).map((line) => line.slice('Bearer '.length)),
      ],
    },
    breaks: ['rest.logout.ignored'],
  },
  {
    name: 'a second logout of rest is refused',
    contract: 'rest',
    fault: refusesAgain(),
    breaks: ['rest.logout.again', 'rest.concurrent.logouts'],
  },
  {
    name: 'a logout of rest has a media type',
    contract: 'rest',
    fault: when(is('/auth/logout', 204), header('content-type', 'application/json')),
    breaks: ['rest.logout.empty'],
  },
  {
    name: 'a logout of dotjson that ends no session',
    contract: 'dotjson',
    fault: { end: (live, id) => live.has(id) },
    breaks: [
      'dotjson.logout.ends',
      'dotjson.logout.cookie.ends',
      'dotjson.logout.keeps',
      'dotjson.logout.session-cookie',
      'dotjson.id.revived',
      'dotjson.concurrent.logouts',
    ],
  },
  {
    name: 'a logout of dotjson without a session is a success',
    contract: 'dotjson',
    fault: when(
      (reply, one) =>
        is('/logout.json', 401)(reply, one) &&
        !one.query.has('s') &&
        cookies(one.headers, 'session_id').length === 0,
      set({ status: 200, body: '{"success":true}' }),
    ),
    breaks: [
      'dotjson.logout.none',
      'dotjson.logout.none.status',
      'dotjson.logout.ignored',
      'dotjson.logout.session-cookie',
    ],
  },
  {
    name: 'a logout of dotjson without a session is refused with 403',
    contract: 'dotjson',
    fault: when(is('/logout.json', 401), set({ status: 403 })),
    breaks: ['dotjson.logout.none.status', 'dotjson.concurrent.logouts'],
  },
  {
    name: 'a GET logs out',
    contract: 'dotjson',
    fault: { method: ({ method, path }) => (path === '/logout.json' ? 'POST' : method) },
    breaks: ['dotjson.logout.get', 'dotjson.method.delete'],
  },
  {
    name: 'a logout of dotjson wants no body',
    contract: 'dotjson',
    fault: when(
      asked('/logout.json', 'application/json'),
      set({ status: 400, body: '{"error":"No body, please"}' }),
    ),
    breaks: ['dotjson.logout.ignored', 'dotjson.logout.json-body'],
  },
  {
    name: 'a logout of dotjson wants JSON',
    contract: 'dotjson',
    fault: when(asked('/logout.json', 'text/plain'), set({ status: 415, body: '{"error":"Not JSON"}' })),
    breaks: ['dotjson.logout.any-body'],
  },
];
