/** Faults that depend on what was sent before, or on one field of what is sent, and the cases that find them. */

import { type Asked, type Behaviour, cookies, type Reply, right } from '../right-behaviour.ts';
import { cookie, type Fault, header, set } from './parts.ts';

export const faultsOfState: readonly Fault[] = [
  {
    name: 'of twenty logouts of envelope at once most are errors of the server',
    contract: 'envelope',
    fault: crashing('/api/auth/logout', 404),
    breaks: ['envelope.concurrent.logouts'],
  },
  {
    name: 'of twenty logouts of dotjson at once most are errors of the server',
    contract: 'dotjson',
    fault: crashing('/logout.json', 401),
    breaks: ['dotjson.concurrent.logouts'],
  },
  {
    name: 'of twenty registrations at once most are errors of the server',
    contract: 'dotjson',
    fault: crashing('/register.json', 409),
    breaks: ['dotjson.concurrent.registrations'],
  },
  {
    name: 'a logout by ?s= ends the session of the cookie, too',
    contract: 'dotjson',
    fault: endsOther((live, id, other) => {
      const wasLive = live.delete(id);
      if (wasLive) live.delete(other);
      return wasLive;
    }),
    breaks: ['dotjson.logout.keeps'],
  },
  {
    name: 'a logout by ?s= ends the session of the cookie in its place',
    contract: 'dotjson',
    fault: endsOther((live, id, other) => live.has(id) && live.delete(other)),
    breaks: ['dotjson.logout.keeps'],
  },
  {
    name: 'a logout with ?s= twice is refused, and ends the session',
    contract: 'dotjson',
    fault: endsTwiceNamed(),
    breaks: ['dotjson.logout.twice-named'],
  },
  {
    name: 'a logout by the cookie named session is a success, and ends nothing',
    contract: 'dotjson',
    fault: keepsSession(),
    breaks: ['dotjson.logout.session-cookie'],
  },
  {
    name: 'a logout of dotjson reads X-Session-Id',
    contract: 'dotjson',
    fault: { named: reads(({ headers }) => headers['x-session-id']) },
    breaks: ['dotjson.logout.ignored'],
  },
  {
    name: 'a logout of dotjson reads Authorization',
    contract: 'dotjson',
    fault: { named: reads(({ headers }) => headers.authorization?.slice('Bearer '.length)) },
    breaks: ['dotjson.logout.ignored'],
  },
  {
    name: 'a second logout of rest does not clear the cookie',
    contract: 'rest',
    fault: clearsOnce(),
    breaks: ['rest.logout.again'],
  },
  {
    name: 'a logout of rest with two sessions is answered with 200',
    contract: 'rest',
    fault: changed(
      (reply, asked) =>
        asked.path === '/auth/logout' && reply.status === 204 && right.presented(asked).length === 2,
      set({ status: 200 }),
    ),
    breaks: ['rest.logout.both'],
  },
  {
    name: 'a logout from another site is answered with 204, and ends nothing',
    contract: 'rest',
    fault: changed(
      (reply, asked) => asked.path === '/auth/logout' && reply.status === 403,
      set({ status: 204, body: '' }),
    ),
    breaks: ['rest.cross-site.logout'],
  },
  {
    name: 'a body with __proto__ is a success',
    contract: 'rest',
    fault: changed((_reply, { bytes }) => bytes.includes('__proto__'), set({ status: 200, body: '{}' })),
    breaks: ['rest.hostile.nested'],
  },
  {
    name: 'a deep body is a success',
    contract: 'dotjson',
    fault: changed((_reply, { bytes }) => bytes.includes('[[[[['), set({ status: 200, body: '{}' })),
    breaks: ['dotjson.hostile.nested'],
  },
  {
    name: 'a password that ends in a space is an error of the server',
    contract: 'rest',
    fault: changed((_reply, asked) => /[^"] "\}$/.test(String(asked.bytes)), crash),
    breaks: ['rest.hostile.trimmed'],
  },
  {
    name: 'a long password is an error of the server at a login',
    contract: 'rest',
    fault: changed(
      (_reply, asked) => asked.path === '/auth/login' && String(fields(asked)['password']).length > 90,
      crash,
    ),
    breaks: ['rest.hostile.prefix'],
  },
  {
    name: 'a refused registration of rest sets a cookie',
    contract: 'rest',
    fault: changed((reply) => reply.status === 422, cookie('session_id=x; Path=/')),
    breaks: [
      'rest.register.email',
      'rest.register.email-length',
      'rest.register.password-short',
      'rest.register.password-long',
      'rest.register.password-common',
      'rest.register.password-name',
    ],
  },
  {
    name: 'a DELETE has no Allow',
    contract: 'rest',
    fault: changed((_reply, { method }) => method === 'DELETE', header('allow', undefined)),
    breaks: ['rest.method.delete'],
  },
  {
    name: 'a name in capitals comes back as it was typed',
    contract: 'dotjson',
    fault: { usernameOf: (registered, typed) => (typed === typed.toUpperCase() ? typed : registered) },
    breaks: ['dotjson.login.case'],
  },
  {
    name: 'a username of 41 characters is refused with 422',
    contract: 'dotjson',
    fault: changed(
      (_reply, asked) => asked.path === '/register.json' && String(fields(asked)['username']).length === 41,
      set({ status: 422 }),
    ),
    breaks: ['dotjson.register.name.status'],
  },
];

function fields(asked: Asked): Readonly<Record<string, unknown>> {
  const read = right.fields(asked);
  return typeof read === 'object' ? read : {};
}

function changed(where: (reply: Reply, asked: Asked) => boolean, change: (reply: Reply) => Reply) {
  return { alter: (reply: Reply, asked: Asked) => (where(reply, asked) ? change(reply) : reply) };
}

function crash(reply: Reply): Reply {
  return { ...reply, status: 500, body: 'Error' };
}

/** From the fifth equal request to a path on, refusals of a status are errors of the server. */
function crashing(path: string, status: number): Partial<Behaviour> {
  const counts = new Map<string, number>();
  return changed((reply, asked) => {
    if (asked.path !== path) return false;
    const key = `${asked.bytes} ${asked.query}`.trim();
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count > 4 && key !== '' && reply.status === status;
  }, crash);
}

/** What a logout of `dotjson` ends if `?s=` and the cookie name different sessions. */
function endsOther(end: (live: Set<string>, id: string, other: string) => boolean): Partial<Behaviour> {
  let other: string | undefined;
  return {
    named: (asked) => {
      other = asked.query.has('s') ? cookies(asked.headers, 'session_id')[0] : undefined;
      return right.named(asked);
    },
    end: (live, id) => end(live, id, other ?? id),
  };
}

function endsTwiceNamed(): Partial<Behaviour> {
  let isTwice = false;
  return {
    named: (asked) => {
      const all = asked.query.getAll('s');
      isTwice = all.length === 2;
      return isTwice ? all.slice(0, 1) : right.named(asked);
    },
    end: (live, id) => live.delete(id) && !isTwice,
  };
}

function keepsSession(): Partial<Behaviour> {
  let isKept = false;
  return {
    named: (asked) => {
      isKept = cookies(asked.headers, 'session').length > 0 && !asked.query.has('s');
      return right.named(asked);
    },
    end: (live, id) => (isKept ? live.has(id) : live.delete(id)),
  };
}

function reads(header: (asked: Asked) => string | string[] | undefined): Behaviour['named'] {
  return (asked) => {
    const ids = right.named(asked);
    const more = ids.length === 0 && !asked.query.has('s') ? header(asked) : undefined;
    return more === undefined ? ids : [more].flat();
  };
}

/** Clears the cookie of a session only with its first logout. */
function clearsOnce(): Partial<Behaviour> {
  const ended = new Set<string>();
  return changed(
    (reply, asked) => {
      const [id] =
        asked.path === '/auth/logout' && reply.status === 204 ? cookies(asked.headers, 'session_id') : [];
      if (id === undefined) return false;
      const isAgain = ended.has(id);
      ended.add(id);
      return isAgain;
    },
    header('set-cookie', undefined),
  );
}
