// Peer: iron-session, which keeps no sessions: each travels in its cookie, sealed.
//
// As its documentation advises for Node.js. How many sessions there are makes no difference to it, so that a thousand
// different cookies stand for any number.

import { createServer } from 'node:http';
import { getIronSession, sealData } from 'iron-session';
import { options, person, secret, tell, writeCookies } from './people.js';

const rules = { password: secret, cookieName: 'session', cookieOptions: { secure: true, sameSite: 'lax' } };

const cookies = await Promise.all(
  Array.from({ length: Math.min(options.sessions, 1_000) }, async (_, n) => {
    const sealed = await sealData({ person: person(n) }, { password: secret });
    return `session=${sealed}`;
  }),
);
// A broken seal: there is no other way to be logged out.
writeCookies(
  cookies,
  cookies
    .slice(0, Math.ceil(cookies.length / 9))
    .map((cookie) => cookie.replace(/.{8}(?=.{8}~2$)/, 'deadbeef')),
);

const server = createServer(async (request, response) => {
  const { person } = await getIronSession(request, response, rules);
  const [status, body] = person ? [200, person] : [401, { error: 'Not authenticated' }];
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
});
server.listen(0, '127.0.0.1', () => tell(server.address().port, { check: '/session' }));
