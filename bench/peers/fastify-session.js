// Peer: @fastify/session, with its sessions in memory.
//
// As its documentation advises: no session without a login, secure cookies behind a trusted proxy, a schema for the answer.
// The cookie is not sent anew with every answer (`rolling`), which none of the others does: that makes it faster.

import cookie from '@fastify/cookie';
import session from '@fastify/session';
import fastify from 'fastify';
import { idOf, options, person, secret, signed, tell, writeCookiesOf } from './people.js';

const maxAge = 30 * 86_400_000;
const store = new session.MemoryStore();
for (let n = 0; n < options.sessions; n += 1) {
  const expires = new Date(Date.now() + maxAge);
  const cookieOfSession = { originalMaxAge: maxAge, expires, secure: true, httpOnly: true, path: '/' };
  store.set(idOf(n), { cookie: cookieOfSession, person: person(n) }, () => {});
}
writeCookiesOf((id) => `sessionId=${encodeURIComponent(signed(id))}`);

const text = { type: 'string' };
const texts = (...names) => ({ type: 'object', properties: Object.fromEntries(names.map((n) => [n, text])) });
const response = {
  200: {
    type: 'object',
    properties: {
      user: texts('id', 'username', 'created_at'),
      session: texts('handle', 'created_at', 'last_seen_at', 'idle_expires_at', 'expires_at'),
    },
  },
};

const app = fastify({ trustProxy: true });
app.register(cookie);
app.register(session, {
  secret,
  store,
  saveUninitialized: false,
  rolling: false,
  cookie: { secure: true, sameSite: 'lax', maxAge },
});
app.get('/session', { schema: { response } }, (request, reply) => {
  const { person } = request.session;
  if (person) reply.send(person);
  else reply.code(401).send({ error: 'Not authenticated' });
});
await app.listen({ port: 0, host: '127.0.0.1' });
tell(app.server.address().port, { check: '/session' });
