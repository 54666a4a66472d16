/** Gatehouse behind a server that speaks HTTP/2, where a request names its host as `:authority` (RFC 9113, section 8.3.1). */

import { once } from 'node:events';
import { connect, createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { createGatehouse, type Gatehouse } from '../../src/gatehouse.ts';
import { maxBodyBytes } from '../../src/http/request/body.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { joe } from '../support/contracts.ts';
import { temporaryFolder } from '../support/server.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: Record<string, unknown>;
}

type Ask = (headers: OutgoingHttpHeaders, body?: string) => Promise<Answer>;

/** Ways to put Gatehouse behind a server of HTTP/2; each returns the port it listens on. */
const mounts: Record<string, (gatehouse: Gatehouse) => Promise<number>> = {
  async 'the listener'({ listener }) {
    const server = createServer((incoming, outgoing) => listener(incoming as never, outgoing as never));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  },
  async 'the documented mount in Hono'(gatehouse) {
    const app = new Hono<{ Bindings: { incoming: { socket: { remoteAddress: string }; url: string } } }>();
    for (const path of gatehouse.paths) {
      app.all(path, ({ req, env }) =>
        gatehouse.fetch(req.raw, {
          remoteAddress: env.incoming.socket.remoteAddress,
          target: env.incoming.url,
        }),
      );
    }
    const listening = Promise.withResolvers<number>();
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer }, ({ port }) =>
      listening.resolve(port),
    );
    onTestFinished(() => void server.close());
    return listening.promise;
  },
};

/** A client on one connection. */
async function open(mount: string): Promise<Ask> {
  const gatehouse = await createGatehouse({
    settings: readSettings({
      DATABASE_URL: `file:${temporaryFolder()}/gatehouse.db`,
      GATEHOUSE_PBKDF2_ITERATIONS: '1000',
    }),
  });
  onTestFinished(() => gatehouse.close());
  const port = await mounts[mount]?.(gatehouse);
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  return async (headers, body) => {
    const stream = session.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const [answered] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status': number }];
    const text = (await stream.setEncoding('utf8').toArray()).join('');
    return { status: answered[':status'], headers: answered, json: text === '' ? {} : JSON.parse(text) };
  };
}

const posted = (path: string, headers: OutgoingHttpHeaders = {}) => ({
  ':method': 'POST',
  ':path': path,
  'content-type': 'application/json',
  ...headers,
});

test.each(Object.keys(mounts))('a whole life of a session through %s', async (mount) => {
  const ask = await open(mount);
  expect((await ask(posted('/register.json'), JSON.stringify(joe))).status).toBe(200);
  const { status, json, headers } = await ask(posted('/login.json'), JSON.stringify(joe));
  expect(status).toBe(200);
  expect(headers['set-cookie']).toHaveLength(2);
  const check = () => ask({ ':path': '/auth/session', cookie: `session_id=${json['id']}` });
  expect((await check()).status).toBe(200);
  const ended = await ask({ ':method': 'POST', ':path': '/logout.json', cookie: `session_id=${json['id']}` });
  expect(ended).toMatchObject({ status: 200, json: { success: true } });
  expect((await check()).status).toBe(401);
});

test.each(Object.keys(mounts))('G13: %s knows its own origin by :authority', async (mount) => {
  const ask = await open(mount);
  const login = (authority: string, origin: string) =>
    ask(posted('/login.json', { ':authority': authority, origin }), JSON.stringify(joe));
  expect((await login('auth.example.com', 'https://auth.example.com')).status).toBe(401);
  expect((await login('auth.example.com:443', 'https://auth.example.com')).status).toBe(401);
  expect((await login('auth.example.com', 'https://elsewhere.example')).status).toBe(403);
});

test('G10: a body without a length is bounded as well', async () => {
  const ask = await open('the listener');
  const padded = (bytes: number) => JSON.stringify(joe).padEnd(bytes);
  expect((await ask(posted('/login.json'), padded(maxBodyBytes))).status).toBe(401);
  expect((await ask(posted('/login.json'), padded(maxBodyBytes + 1))).status).toBe(413);
});

test('G7: an authority that is no host, and a Host that names another, are refused', async () => {
  const ask = await open('the listener');
  const check = async (headers: OutgoingHttpHeaders) =>
    (await ask({ ':path': '/healthz', ...headers })).status;
  expect(await check({ ':authority': 'localhost:3000' })).toBe(200);
  expect(await check({ ':authority': 'localhost', host: 'localhost' })).toBe(200);
  expect(await check({ ':authority': 'localhost', host: 'elsewhere.example' })).toBe(400);
  expect(await check({ ':authority': 'localhost:80a' })).toBe(400);
});
