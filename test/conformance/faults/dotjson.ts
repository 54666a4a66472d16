/** Faults that are found in `dotjson`, and the cases that find them. */

import { cookies, right, token } from '../right-behaviour.ts';
import { counting, type Fault, field, header, is, readsForms, replaced, when } from './parts.ts';

export const faultsOfDotjson: readonly Fault[] = [
  {
    name: 'ids that count up',
    contract: 'dotjson',
    fault: { mint: counting() },
    breaks: ['dotjson.id.random'],
  },
  {
    name: 'an id of fifteen characters',
    contract: 'dotjson',
    fault: { mint: () => token().slice(0, 15) },
    breaks: ['dotjson.id.shape', 'dotjson.id.adopted'],
  },
  {
    name: 'a time without a zone',
    contract: 'dotjson',
    fault: { created: (at) => new Date(at).toISOString() },
    breaks: ['dotjson.created.format'],
  },
  {
    name: 'a time with an offset and no zone',
    contract: 'dotjson',
    fault: { created: (at) => right.created(at).replace(/\[.*/, '') },
    breaks: ['dotjson.created.format'],
  },
  {
    name: "an offset that is not the zone's",
    contract: 'dotjson',
    fault: { created: (at) => right.created(at).replace('+05:30', '+05:00') },
    breaks: ['dotjson.created.offset', 'dotjson.created.instant'],
  },
  {
    name: 'a time with trailing zeros',
    contract: 'dotjson',
    fault: {
      created: (at) =>
        right
          .created(at - (at % 10))
          .replace(/(?:\.(\d*))?\+/, (_, digits = '') => `.${digits.padEnd(3, '0')}+`),
    },
    breaks: ['dotjson.created.fraction'],
  },
  {
    name: 'the time of another day',
    contract: 'dotjson',
    fault: { created: (at) => right.created(at - 86_400_000) },
    breaks: ['dotjson.created.instant'],
  },
  {
    name: 'names of two letters are allowed',
    contract: 'dotjson',
    fault: { isUsername: (text) => /^\w{2,40}$/.test(text) },
    breaks: ['dotjson.register.name-short', 'dotjson.register.name.status'],
  },
  {
    name: 'an underscore is not allowed',
    contract: 'dotjson',
    fault: { isUsername: (text) => /^[a-zA-Z0-9]{3,40}$/.test(text) },
    breaks: ['dotjson.register.name-allowed'],
  },
  {
    name: 'a name may end in a line break',
    contract: 'dotjson',
    fault: { isUsername: (text) => /^\w{3,40}$/m.test(text) && !text.includes('-') },
    breaks: ['dotjson.register.name-newline'],
  },
  {
    name: 'the name comes back as it was typed',
    contract: 'dotjson',
    fault: { usernameOf: (_registered, typed) => typed },
    breaks: ['dotjson.login.username', 'dotjson.login.case'],
  },
  {
    name: 'an unknown name in other words',
    contract: 'dotjson',
    fault: when(is('/login.json', 401), replaced('User does not exist', 'Login failed')),
    breaks: ['dotjson.login.unknown-name', 'dotjson.hostile.names'],
  },
  {
    name: 'success as a text',
    contract: 'dotjson',
    fault: when(is('/logout.json', 200), field('success', 'true')),
    breaks: [
      'dotjson.logout.answer',
      'dotjson.logout.cookie',
      'dotjson.logout.session-cookie',
      'dotjson.logout.json-body',
      'dotjson.logout.any-body',
    ],
  },
  {
    name: 'the cookie outranks ?s=',
    contract: 'dotjson',
    fault: { named: (asked) => [...cookies(asked.headers, 'session_id'), ...right.named(asked)] },
    breaks: ['dotjson.logout.keeps', 'dotjson.logout.precedence'],
  },
  {
    name: '?s= twice is read once',
    contract: 'dotjson',
    fault: {
      named: (asked) => (asked.query.has('s') ? asked.query.getAll('s').slice(0, 1) : right.named(asked)),
    },
    breaks: ['dotjson.logout.twice-named'],
  },
  {
    name: 'a logout by the cookie is not known',
    contract: 'dotjson',
    fault: { named: (asked) => (asked.query.has('s') ? right.named(asked) : []) },
    breaks: [
      'dotjson.logout.status',
      'dotjson.logout.cookie',
      'dotjson.logout.cookie.ends',
      'dotjson.logout.clears',
      'dotjson.logout.session-cookie',
    ],
  },
  {
    name: 'paths that do not differ in case',
    contract: 'dotjson',
    fault: { route: (path) => path.toLowerCase() },
    breaks: ['dotjson.path.case'],
  },
  {
    name: 'a form is read like JSON',
    contract: 'dotjson',
    fault: { fields: (asked) => readsForms(asked) },
    breaks: ['dotjson.body.form'],
  },
  {
    name: 'passwords are cut',
    contract: 'dotjson',
    fault: { password: (text) => text.slice(0, 11) },
    breaks: [
      'dotjson.register.password-long',
      'dotjson.register.password-name',
      'dotjson.hostile.trimmed',
      'dotjson.hostile.prefix',
    ],
  },
  {
    name: 'the origin null is let through',
    contract: 'dotjson',
    fault: { isCrossSite: (headers) => headers.origin !== 'null' && right.isCrossSite(headers) },
    breaks: ['dotjson.cross-site.null'],
  },
  {
    name: 'a method that is not there is not told',
    contract: 'dotjson',
    fault: when((reply) => reply.status === 405, header('allow', undefined)),
    breaks: ['dotjson.logout.get', 'dotjson.method.get', 'dotjson.method.delete'],
  },
];
