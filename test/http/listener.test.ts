/** Gatehouse inside a server of `node:http` of an application. */

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createGatehouse, type Gatehouse } from '../../src/gatehouse.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { post, send } from '../support/client.ts';
import { joe } from '../support/contracts.ts';
import { openRaw } from '../support/raw.ts';
import { type Reported, temporaryFolder } from '../support/server.ts';

/** A server of its own kind around Gatehouse, with what Gatehouse reported. */
async function around(wrap: (gatehouse: Gatehouse) => RequestListener) {
  const log: Reported[] = [];
  const report = (level: Reported['level']) => (entry: object, message: string) =>
    void log.push({ level, entry: { ...entry }, message });
  const gatehouse = await createGatehouse({
    settings: readSettings({
      DATABASE_URL: `file:${temporaryFolder()}/gatehouse.db`,
      GATEHOUSE_PBKDF2_ITERATIONS: '1000',
    }),
    log: { info: report('info'), error: report('error') },
  });
  const server = createServer(wrap(gatehouse)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await gatehouse.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, log };
}

/** The requests and answers of a whole life, until the session is dead. */
async function assertLife(url: string): Promise<void> {
  expect((await post(url, '/register.json', joe)).status).toBe(200);
  const id = String((await post(url, '/login.json', joe)).json['id']);
  const check = () => send(url, { path: '/auth/session', headers: { 'x-session-id': id } });
  expect((await check()).status).toBe(200);
  expect((await send(url, { method: 'POST', path: `/logout.json?s=${id}` })).status).toBe(200);
  expect((await check()).status).toBe(401);
}

test('a whole life of a session', async () => {
  const { url } = await around(({ listener }) => listener);
  await assertLife(url);
});

test('a whole life of a session behind a middleware that waits before it passes a request on', async () => {
  const { url } = await around(({ listener }) => async (incoming, outgoing) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    listener(incoming, outgoing);
  });
  await assertLife(url);
});

test('a body that a middleware has read is 500, and the log says what to do', async () => {
  const { url, log } = await around(({ listener }) => async (incoming, outgoing) => {
    for await (const _ of incoming);
    listener(incoming, outgoing);
  });
  expect((await post(url, '/login.json', joe)).status).toBe(500);
  const failed = log.filter(({ level }) => level === 'error');
  expect(failed.map(({ entry }) => String(entry['err']))).toEqual([
    expect.stringContaining('mount Gatehouse in front of it'),
  ]);
});

/** What a middleware leaves of a body on its request. */
type Kept = { readonly rawBody?: unknown; readonly body?: unknown };

/** A server whose middleware reads each body and keeps something of it. */
async function keeping(keep: (bytes: Buffer) => Kept) {
  return around(({ listener }) => async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    listener(Object.assign(incoming, keep(Buffer.concat(chunks))), outgoing);
  });
}

test.each([
  ['its bytes', (bytes) => ({ rawBody: bytes })],
  ['its bytes beside what it made of them', (bytes) => ({ rawBody: bytes, body: { other: 1 } })],
  ['its bytes as the body', (bytes) => ({ body: bytes })],
  ['its text', (bytes) => ({ body: String(bytes) })],
  ['an object', (bytes) => ({ body: bytes.length > 0 ? JSON.parse(String(bytes)) : {} })],
] as [string, (bytes: Buffer) => Kept][])(
  'of a body that was read before %s is enough',
  async (_what, keep) => {
    const { url, log } = await keeping(keep);
    await assertLife(url);
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  },
);

test('of a body that was read before, the limit of 16 KiB and the form hold', async () => {
  const { url } = await keeping((bytes) => ({ body: JSON.parse(String(bytes)) }));
  const at = (length: number) => ({
    ...joe,
    more: 'm'.repeat(length - JSON.stringify({ ...joe, more: '' }).length),
  });
  expect((await post(url, '/login.json', at(16_384))).status).toBe(401);
  expect((await post(url, '/login.json', at(16_385))).status).toBe(413);
  for (const body of [[joe], 'text', 5, null, true])
    expect((await post(url, '/login.json', body)).status).toBe(400);
  // In parts, so that no header tells its length.
  const long = await fetch(`${url}/login.json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Blob([JSON.stringify(at(16_385))]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect(long.status).toBe(413);
});

test('cookies that a middleware has set before are sent beside those of Gatehouse', async () => {
  const { url } = await around(({ listener }) => (incoming, outgoing) => {
    outgoing.setHeader('set-cookie', ['a=1', 'b=2']);
    listener(incoming, outgoing);
  });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/register.json`, { method: 'POST', headers, body: JSON.stringify(joe) });
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  const login = await fetch(`${url}/login.json`, { method: 'POST', headers, body: JSON.stringify(joe) });
  expect(login.headers.getSetCookie().map((line) => line.slice(0, 11))).toEqual([
    'a=1',
    'b=2',
    'session_id=',
    expect.stringMatching(/^__Host-/),
  ]);
});

test('a request without a body is answered, even if a middleware has looked for one', async () => {
  const { url } = await around(({ listener }) => async (incoming, outgoing) => {
    for await (const _ of incoming);
    listener(incoming, outgoing);
  });
  expect((await send(url, { method: 'POST', path: '/auth/logout' })).status).toBe(204);
  expect((await send(url, { path: '/healthz' })).status).toBe(200);
});

test('a client that left before Gatehouse was called is not reported as a defect', async () => {
  const answered = Promise.withResolvers<void>();
  const { url, log } = await around(({ listener }) => async (incoming, outgoing) => {
    await new Promise((resolve) => incoming.on('error', () => {}).once('close', resolve));
    listener(incoming, outgoing);
    setImmediate(answered.resolve);
  });
  const raw = await openRaw(url);
  const head = 'POST /login.json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  raw.socket.write(`${head}Content-Length: 10\r\n\r\n{`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  raw.socket.destroy();
  await answered.promise;
  expect(log.filter(({ level }) => level === 'error')).toEqual([]);
});

test('an earlier answer of the surrounding application is kept, and nothing fails', async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => void rejections.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const { url, log } = await around(({ listener }) => (incoming, outgoing) => {
    listener(incoming, outgoing);
    // As a middleware does that has lost its patience.
    if (incoming.method === 'POST') outgoing.writeHead(504).end('too late');
  });
  const headers = { 'content-type': 'application/json' };
  const late = await fetch(`${url}/register.json`, { method: 'POST', headers, body: JSON.stringify(joe) });
  expect([late.status, await late.text()]).toEqual([504, 'too late']);
  await expect.poll(() => log.filter(({ message }) => message === 'register')).toHaveLength(1);
  expect((await send(url, { path: '/healthz' })).status).toBe(200);
  expect(rejections).toEqual([]);
});

test.each([
  ['two hosts', 'Host: localhost\r\nHost: localhost\r\n'],
  ['a host that is none', 'Host: a b\r\n'],
  ['a host with a port that is none', 'Host: localhost:80a\r\n'],
  ['a host with a path', 'Host: localhost/auth\r\n'],
  ['a user at a host', 'Host: user@localhost\r\n'],
  ['an empty host', 'Host: \r\n'],
])('%s is refused, whatever the server around allows', async (_, lines) => {
  const { url } = await around(({ listener }) => listener);
  expect(await statusOf(url, `GET /healthz HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`)).toBe(400);
});

test.each(['localhost', 'localhost:3000', '[::1]:3000', '127.0.0.1', 'xn--bcher-kva.example.', 'a_b'])(
  'the host %s is served',
  async (host) => {
    const { url } = await around(({ listener }) => listener);
    const bytes = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    expect(await statusOf(url, bytes)).toBe(200);
  },
);

async function statusOf(url: string, bytes: string): Promise<number | undefined> {
  const raw = await openRaw(url);
  raw.socket.write(bytes, 'latin1');
  await raw.ended;
  return raw.answers[0]?.status;
}

test('G14: a repeated Authorization header names no session, though Node keeps the first value only', async () => {
  const { url } = await around(({ listener }) => listener);
  await post(url, '/register.json', joe);
  const id = String((await post(url, '/login.json', joe)).json['id']);
  const check = (authorization: readonly string[]) =>
    send(url, { path: '/auth/session', headers: { authorization } });
  expect((await check([`Bearer ${id}`])).status).toBe(200);
  expect((await check([`Bearer ${id}`, `Bearer ${id}`])).status).toBe(401);
});

test.each([
  ['no host, as a health check of HAProxy asks', '', 200],
  ['a host', 'Host: localhost\r\n', 200],
  ['two hosts', 'Host: localhost\r\nHost: localhost\r\n', 400],
  ['an empty host', 'Host: \r\n', 400],
])('G7: HTTP/1.0 with %s is answered with %s', async (_, lines, status) => {
  const { url } = await around(({ listener }) => listener);
  for (const path of ['/readyz', '/healthz'])
    expect(await statusOf(url, `GET ${path} HTTP/1.0\r\n${lines}\r\n`)).toBe(status);
});

test('G7: a whole life over HTTP/1.0 without a host', async () => {
  const { url } = await around(({ listener }) => listener);
  const ask = async (method: string, path: string, body = '', headers = '') => {
    const raw = await openRaw(url);
    const length = body && `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    raw.socket.write(`${method} ${path} HTTP/1.0\r\n${length}${headers}\r\n${body}`);
    await raw.ended;
    return /^HTTP\/1\.1 (\d+).*\r\n\r\n(.*)$/s.exec(raw.received)?.slice(1) ?? [];
  };
  expect(await ask('POST', '/register.json', JSON.stringify(joe))).toMatchObject(['200', expect.anything()]);
  const [status, body = ''] = await ask('POST', '/login.json', JSON.stringify(joe));
  expect(status).toBe('200');
  const { id } = JSON.parse(body);
  expect(await ask('GET', '/auth/session', '', `X-Session-Id: ${id}\r\n`)).toMatchObject([
    '200',
    expect.anything(),
  ]);
  expect((await ask('POST', `/logout.json?s=${id}`, '', 'Origin: https://elsewhere.example\r\n'))[0]).toBe(
    '403',
  );
  expect((await ask('POST', `/logout.json?s=${id}`))[0]).toBe('200');
});
