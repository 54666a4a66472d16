/** Faults of headers, media types, paths and bodies, and the cases that find them. */

import { type Asked, right } from '../right-behaviour.ts';
import { type Fault, header, is, set, under, when } from './parts.ts';

export const faultsOfAnswers: readonly Fault[] = [
  {
    name: 'a login of envelope is text',
    contract: 'envelope',
    fault: when(is('/api/auth/login', 200), header('content-type', 'text/plain')),
    breaks: ['envelope.answer.type'],
  },
  {
    name: 'a method that is not there is answered with a page',
    contract: 'dotjson',
    fault: when(
      (reply) => reply.status === 405,
      (reply) => header('content-type', 'text/html')({ ...reply, body: '<h1>Method Not Allowed</h1>' }),
    ),
    breaks: ['dotjson.logout.get', 'dotjson.refusal.type', 'dotjson.method.get', 'dotjson.method.delete'],
  },
  {
    name: 'browsers may guess the media type',
    contract: 'envelope',
    fault: when(under('/'), header('x-content-type-options', undefined)),
    breaks: ['envelope.headers.nosniff'],
  },
  {
    name: 'an unknown path is answered with a page',
    contract: 'rest',
    fault: when(
      (reply) => reply.status === 404,
      (reply) => header('content-type', 'text/html')({ ...reply, body: '<h1>Not Found</h1>' }),
    ),
    breaks: ['rest.path.unknown'],
  },
  {
    name: 'double slashes are one',
    contract: 'envelope',
    fault: { route: (path) => path.replace(/\/+/g, '/') },
    breaks: ['envelope.path.double'],
  },
  {
    name: 'a GET of the login is answered with 404',
    contract: 'rest',
    fault: when((reply, { method }) => reply.status === 405 && method === 'GET', set({ status: 404 })),
    breaks: ['rest.method.get'],
  },
  {
    name: 'a DELETE logs out',
    contract: 'envelope',
    fault: { method: ({ method }) => (method === 'DELETE' ? 'POST' : method) },
    breaks: ['envelope.method.delete'],
  },
  {
    name: 'text is read like JSON',
    contract: 'rest',
    fault: { fields: ifType('text/plain', 'application/json') },
    breaks: ['rest.body.type'],
  },
  {
    name: 'any charset is read like UTF-8',
    contract: 'envelope',
    fault: { fields: ifType('application/json; charset=iso-8859-1', 'application/json') },
    breaks: ['envelope.body.charset'],
  },
  {
    name: 'a media type in capitals is refused',
    contract: 'dotjson',
    fault: { fields: ifType('APPLICATION/JSON; charset=UTF-8', 'text/plain') },
    breaks: ['dotjson.body.type-spelling'],
  },
  {
    name: 'what the header says of a compressed body is ignored',
    contract: 'dotjson',
    fault: {
      fields: (asked) =>
        right.fields({ ...asked, headers: { ...asked.headers, 'content-encoding': 'identity' } }),
    },
    breaks: ['dotjson.body.coding'],
  },
  {
    name: 'unknown fields are refused',
    contract: 'rest',
    fault: {
      fields: (asked) => {
        const fields = right.fields(asked);
        return typeof fields === 'object' && 'nothing' in fields ? 400 : fields;
      },
    },
    breaks: ['rest.body.unknown-fields'],
  },
  {
    name: 'the first of two fields counts',
    contract: 'envelope',
    fault: {
      fields: (asked) => {
        const fields = right.fields(asked);
        const first = /^\{"password":"([^"]*)".*"password"/.exec(asked.bytes.toString())?.[1];
        return typeof fields === 'object' && first !== undefined ? { ...fields, password: first } : fields;
      },
    },
    breaks: ['envelope.body.duplicate'],
  },
];

/** Reads one media type as if it were another. */
function ifType(type: string, as: string) {
  return (asked: Asked) =>
    right.fields(
      asked.headers['content-type'] === type
        ? { ...asked, headers: { ...asked.headers, 'content-type': as } }
        : asked,
    );
}
