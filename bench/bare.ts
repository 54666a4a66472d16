/** The limit: bare `node:http`, a Map look-up by hashed id, the response headers and a body like Gatehouse's. */

import { hash } from 'node:crypto';
import { createServer } from 'node:http';
import { securityHeaders } from '../src/http/response-headers.ts';
import { idOf } from './crowd.ts';

const [body = '', count = 0] = process.argv.slice(2);
const sessions = new Map<string, string>();
for (let n = 0; n < Number(count); n += 1) sessions.set(hash('sha256', idOf(n), 'hex'), body);
const refusal = JSON.stringify({
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  detail: 'No session',
});
const headersOf = (text: string, type: string) => ({
  ...securityHeaders('on'),
  'x-request-id': '00000000-0000-4000-8000-000000000000',
  'content-type': type,
  'content-length': Buffer.byteLength(text),
});
const headers = headersOf(body, 'application/json');
const headersOfRefusal = headersOf(refusal, 'application/problem+json');

const server = createServer((request, response) => {
  const cookie = request.headers.cookie ?? '';
  const known = sessions.get(hash('sha256', cookie.slice(cookie.indexOf('=') + 1), 'hex'));
  if (known === undefined) response.writeHead(401, headersOfRefusal).end(refusal);
  else response.writeHead(200, headers).end(known);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object')
    console.log(JSON.stringify({ url: `http://127.0.0.1:${address.port}` }));
});
