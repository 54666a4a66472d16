/** Faults that are found in `rest`, and the cases that find them. */

import { randomUUID } from 'node:crypto';
import { cookies, right } from '../right-behaviour.ts';
import {
  type Fault,
  field,
  header,
  is,
  needsSession,
  overwrites,
  set,
  unknownAddress,
  when,
} from './parts.ts';

export const faultsOfRest: readonly Fault[] = [
  {
    name: 'a registration is answered with 200',
    contract: 'rest',
    fault: when(is('/auth/register', 201), set({ status: 200 })),
    breaks: ['rest.register.status'],
  },
  {
    name: 'a registration of rest sets no cookie',
    contract: 'rest',
    fault: when(is('/auth/register', 201), header('set-cookie', undefined)),
    breaks: ['rest.register.cookie', 'rest.register.same-id'],
  },
  {
    name: 'a cookie with another value than the body',
    contract: 'rest',
    fault: { cookie: (id) => right.cookie(id.replace(/.$/, 'x')) },
    breaks: ['rest.register.same-id', 'rest.login.same-id'],
  },
  {
    name: 'a taken address is refused with 400',
    contract: 'rest',
    fault: when(is('/auth/register', 409), set({ status: 400 })),
    breaks: [
      'rest.register.taken',
      'rest.register.taken.reason',
      'rest.register.taken.case',
      'rest.register.taken.keeps',
      'rest.concurrent.registrations',
    ],
  },
  {
    name: 'a taken address in other words',
    contract: 'rest',
    fault: when(is('/auth/register', 409), field('detail', 'Taken')),
    breaks: ['rest.register.taken.reason'],
  },
  {
    name: 'addresses that differ in case are two',
    contract: 'rest',
    fault: { canonical: (name) => name },
    breaks: ['rest.register.taken.case'],
  },
  {
    name: 'a taken name is overwritten, and the answer says 409',
    contract: 'rest',
    fault: { isTaken: overwrites },
    breaks: ['rest.register.taken.keeps'],
  },
  {
    name: 'a short password is accepted',
    contract: 'rest',
    fault: {
      passwordReason: (password, name) =>
        password.length < 8 ? undefined : right.passwordReason(password, name),
    },
    breaks: ['rest.register.password-short'],
  },
  {
    name: 'common passwords are accepted',
    contract: 'rest',
    fault: {
      passwordReason: (password, name) =>
        password === 'Password1' ? undefined : right.passwordReason(password, name),
    },
    breaks: ['rest.register.password-common'],
  },
  {
    name: 'a cookie without HttpOnly',
    contract: 'rest',
    fault: {
      cookie: (id) => right.cookie(id).replace('; HttpOnly', ''),
      cleared: () => right.cleared('')?.replace('; HttpOnly', ''),
    },
    breaks: ['rest.cookie.http-only'],
  },
  {
    name: 'a cookie with SameSite=None',
    contract: 'rest',
    fault: {
      cookie: (id) => right.cookie(id).replace('Lax', 'None'),
      cleared: () => right.cleared('')?.replace('Lax', 'None'),
    },
    breaks: ['rest.cookie.same-site'],
  },
  {
    name: 'a cookie for one path only',
    contract: 'rest',
    fault: {
      cookie: (id) => right.cookie(id).replace('Path=/', 'Path=/auth'),
      cleared: () => right.cleared('')?.replace('Path=/', 'Path=/auth'),
    },
    breaks: ['rest.cookie.path'],
  },
  {
    name: 'a cookie for a whole domain',
    contract: 'rest',
    fault: {
      cookie: (id) => `${right.cookie(id)}; Domain=example.com`,
      cleared: () => `${right.cleared('')}; Domain=example.com`,
    },
    breaks: ['rest.cookie.domain'],
  },
  {
    name: 'a cookie without Max-Age',
    contract: 'rest',
    fault: { cookie: (id) => right.cookie(id).replace('Max-Age=2592000; ', '') },
    breaks: ['rest.cookie.max-age'],
  },
  {
    name: 'a wrong password is refused with 403',
    contract: 'rest',
    fault: when(is('/auth/login', 401), set({ status: 403 })),
    breaks: ['rest.login.wrong-password', 'rest.login.unknown-name', 'rest.problem', 'rest.hostile.names'],
  },
  {
    name: 'unknown addresses are told from wrong passwords',
    contract: 'rest',
    fault: { alter: unknownAddress },
    breaks: ['rest.login.unknown-name.reason', 'rest.hostile.names'],
  },
  {
    name: 'a problem of the media type application/json',
    contract: 'rest',
    fault: when(is('/auth/login', 401), header('content-type', 'application/json')),
    breaks: ['rest.problem', 'rest.hostile.names'],
  },
  {
    name: 'a login ends all other sessions',
    contract: 'rest',
    fault: { beforeLogin: (live) => live.clear() },
    breaks: ['rest.register.session', 'rest.login.concurrent'],
  },
  {
    name: 'a login reuses the session that is there',
    contract: 'rest',
    fault: { mint: (contract, asked, live) => [...live].at(-1) ?? right.mint(contract, asked, live) },
    breaks: ['rest.login.concurrent', 'rest.id.random', 'rest.concurrent.logins'],
  },
  {
    name: 'a logout that only clears the cookie',
    contract: 'rest',
    fault: { end: (live, id) => live.has(id) },
    breaks: ['rest.logout.cookie.ends', 'rest.logout.header.ends', 'rest.logout.both', 'rest.id.revived'],
  },
  {
    name: 'a logout that clears no cookie',
    contract: 'rest',
    fault: { cleared: () => undefined },
    breaks: [
      'rest.logout.cookie.clears',
      'rest.logout.header.clears',
      'rest.logout.none.clears',
      'rest.logout.again',
      'rest.logout.clears.attributes',
      'rest.logout.both',
    ],
  },
  {
    name: 'a cookie that is cleared for another path',
    contract: 'rest',
    fault: { cleared: () => 'session_id=; Max-Age=0; Path=/auth; HttpOnly; SameSite=Lax; Secure' },
    breaks: ['rest.logout.clears.attributes'],
  },
  {
    name: 'a logout without a session is refused',
    contract: 'rest',
    fault: { alter: needsSession },
    breaks: ['rest.logout.none.status', 'rest.logout.any-body'],
  },
  {
    name: 'a logout that does not read X-Session-Id',
    contract: 'rest',
    fault: { presented: ({ headers }) => cookies(headers, 'session_id') },
    breaks: ['rest.logout.header.ends', 'rest.logout.both'],
  },
  {
    name: "a logout that ends the cookie's session only where both are there",
    contract: 'rest',
    fault: { presented: (asked) => right.presented(asked).slice(0, 1) },
    breaks: ['rest.logout.both'],
  },
  {
    name: 'a logout is answered with 200',
    contract: 'rest',
    fault: when(is('/auth/logout', 204), set({ status: 200 })),
    breaks: [
      'rest.logout.cookie.status',
      'rest.logout.header.status',
      'rest.logout.none.status',
      'rest.logout.again',
      'rest.logout.both',
      'rest.logout.any-body',
    ],
  },
  {
    name: 'a UUID of version 1',
    contract: 'rest',
    fault: { mint: () => randomUUID().replace(/(?<=^.{14})4/, '1') },
    breaks: ['rest.register.same-id', 'rest.register.adopted', 'rest.id.shape', 'rest.id.adopted'],
  },
  {
    name: 'an id that the client proposes is adopted',
    contract: 'rest',
    fault: {
      mint: (contract, asked, live) =>
        cookies(asked.headers, 'session_id')[0] ?? right.mint(contract, asked, live),
    },
    breaks: ['rest.register.adopted', 'rest.id.adopted', 'rest.id.revived'],
  },
  {
    name: 'encoded paths are decoded',
    contract: 'rest',
    fault: { route: (path) => decodeURIComponent(path) },
    breaks: ['rest.path.encoded'],
  },
  {
    name: 'a body of any size is read',
    contract: 'rest',
    fault: {
      fields: (asked) =>
        right.fields(asked.bytes.length > 16_384 ? { ...asked, bytes: Buffer.from('{}') } : asked),
    },
    breaks: ['rest.body.size'],
  },
];
