/** Faults of registrations, and the cases that find them. */

import { randomUUID } from 'node:crypto';
import { right } from '../right-behaviour.ts';
import { accepts, cookie, type Fault, field, is, late, replaced, set, when } from './parts.ts';

const registered = is('/auth/register', 201);
const refused = is('/register.json', 409);

export const faultsOfRegistrations: readonly Fault[] = [
  {
    name: 'a registration of rest gives a number in place of a UUID',
    contract: 'rest',
    fault: when(registered, field('session_id', 17)),
    breaks: ['rest.register.body', 'rest.register.same-id', 'rest.register.session', 'rest.register.adopted'],
  },
  {
    name: 'a registration of rest gives an id that is no session',
    contract: 'rest',
    fault: when(registered, (reply) => {
      const id = randomUUID();
      return field(
        'session_id',
        id,
      )({ ...reply, headers: { ...reply.headers, 'set-cookie': right.cookie(id) } });
    }),
    breaks: ['rest.register.session', 'rest.login.concurrent'],
  },
  {
    name: 'an address may have spaces',
    contract: 'rest',
    fault: { isAddress: (text) => /^[^@]{1,64}@[a-z.]+$/i.test(text) },
    breaks: ['rest.register.email'],
  },
  {
    name: 'an address may have any length',
    contract: 'rest',
    fault: { isAddress: (text) => /^[^@\s]+@[a-z.]+$/i.test(text) },
    breaks: ['rest.register.email-length'],
  },
  {
    name: 'long passwords are accepted',
    contract: 'rest',
    fault: accepts('Password must have at most 256 characters and 1024 bytes of UTF-8'),
    breaks: ['rest.register.password-long'],
  },
  {
    name: 'the address is accepted as the password',
    contract: 'rest',
    fault: accepts('Password must differ from the name of the account'),
    breaks: ['rest.register.password-name'],
  },
  {
    name: 'a race makes two accounts of one address',
    contract: 'rest',
    fault: { isTaken: late() },
    breaks: [
      'rest.register.taken',
      'rest.register.taken.reason',
      'rest.register.taken.case',
      'rest.register.taken.keeps',
      'rest.concurrent.registrations',
    ],
  },
  {
    name: 'a race makes two accounts of one username',
    contract: 'dotjson',
    fault: { isTaken: late() },
    breaks: [
      'dotjson.register.taken',
      'dotjson.register.taken.status',
      'dotjson.register.taken.case',
      'dotjson.login.username',
      'dotjson.concurrent.registrations',
    ],
  },
  {
    name: 'a registration of dotjson without created',
    contract: 'dotjson',
    fault: when(is('/register.json', 200), field('created', undefined)),
    breaks: ['dotjson.register.answer', 'dotjson.created.format'],
  },
  {
    name: 'a registration of dotjson is answered with 201',
    contract: 'dotjson',
    fault: when(is('/register.json', 200), set({ status: 201 })),
    breaks: ['dotjson.register.status'],
  },
  {
    name: 'a registration of dotjson answers with the name in lower case',
    contract: 'dotjson',
    fault: when(is('/register.json', 200), replaced('Kit', 'kit')),
    breaks: ['dotjson.register.username'],
  },
  {
    name: 'a registration of dotjson sets a cookie',
    contract: 'dotjson',
    fault: when(is('/register.json', 200), cookie('session_id=1; Path=/')),
    breaks: ['dotjson.register.no-session'],
  },
  {
    name: 'a taken username in other words',
    contract: 'dotjson',
    fault: when(refused, field('error', 'Taken')),
    breaks: ['dotjson.register.taken', 'dotjson.register.taken.case', 'dotjson.concurrent.registrations'],
  },
  {
    name: 'a taken username is refused with 400',
    contract: 'dotjson',
    fault: when(refused, set({ status: 400 })),
    breaks: ['dotjson.register.taken.status', 'dotjson.register.taken.case'],
  },
  {
    name: 'usernames that differ in case are two',
    contract: 'dotjson',
    fault: { canonical: (name) => name },
    breaks: ['dotjson.register.taken.case', 'dotjson.login.case'],
  },
  {
    name: 'a username may have any length',
    contract: 'dotjson',
    fault: { isUsername: (text) => /^[a-zA-Z0-9_]{3,}$/.test(text) },
    breaks: ['dotjson.register.name-long', 'dotjson.register.name.status'],
  },
  {
    name: 'a username may have hyphens',
    contract: 'dotjson',
    fault: { isUsername: (text) => /^[a-zA-Z0-9_-]{3,40}$/.test(text) },
    breaks: ['dotjson.register.name-characters', 'dotjson.register.name.status'],
  },
  {
    name: 'dotjson accepts short passwords',
    contract: 'dotjson',
    fault: accepts('Password must have at least 8 characters'),
    breaks: ['dotjson.register.password-short'],
  },
  {
    name: 'dotjson accepts passwords with U+0000',
    contract: 'dotjson',
    fault: accepts('Password must be well-formed Unicode without U+0000'),
    breaks: ['dotjson.register.password-malformed'],
  },
  {
    name: 'dotjson accepts common passwords',
    contract: 'dotjson',
    fault: accepts('Password is too common'),
    breaks: ['dotjson.register.password-common'],
  },
];
