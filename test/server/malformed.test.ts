/** What is not a request: refused in problem details (ruling G7), and the connection is closed before the input can be misread. */

import { readdirSync, readlinkSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { sharedProcess, until, within } from '../support/process.ts';
import { openRaw, type RawAnswer, written } from '../support/raw.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

const server = sharedProcess({ GATEHOUSE_THROTTLE: 'off' });
beforeAll(async () => {
  expect((await server().post('/auth/register', person)).status).toBe(201);
});

/** What comes back for some bytes until the server ends the connection. */
async function exchange(bytes: string): Promise<readonly RawAnswer[]> {
  const raw = await openRaw(server().url);
  raw.socket.on('error', () => {}).write(bytes, 'latin1');
  await within(5_000, raw.ended, 'the connection to be ended');
  return raw.answers;
}

function problem(status: number, detail: string) {
  return {
    status,
    headers: expect.objectContaining({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.any(String),
      'x-request-id': expect.any(String),
      connection: 'close',
    }),
    body: expect.stringContaining(`"status":${status},"detail":"${detail}"`),
  };
}

const head = 'POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

test.each([
  ['noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  ['words', 'Open the gate, please.\r\n\r\n'],
  ['a version there is not', 'GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n'],
  ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['two Hosts', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n'],
  ['two Hosts in different letters', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nhOST: other\r\n\r\n'],
  ['a Host that is none', 'GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['a target that is no path', 'GET healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['a tunnel', 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['a header without a colon', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n'],
  ['a space before the colon', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A : b\r\n\r\n'],
  ['a folded header', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n'],
  ['a zero byte in a header', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: \0\r\n\r\n'],
  ['a bare CR between headers', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\rX-C: d\r\n\r\n'],
  ['a length and chunks', `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['chunks and a length', `${head}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`],
  ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
  ['a length that is no number', `${head}Content-Length: 2x\r\n\r\n{}`],
  ['a negative length', `${head}Content-Length: -2\r\n\r\n{}`],
  ['an encoding after chunked', `${head}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
  ['a chunk size that is none', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
  ['a chunk longer than it says', `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n`],
])('%s: 400', async (_, bytes) => {
  expect(await exchange(bytes)).toEqual([problem(400, 'Malformed request')]);
});

test.each([
  ['one header', `X-Long: ${'x'.repeat(16_384)}\r\n`],
  ['many headers', 'X-Many: yes\r\n'.repeat(1_300)],
  ['far more than a connection buffers', `X-Long: ${'x'.repeat(1_000_000)}\r\n`],
])('headers over 16 KiB, %s: 431', async (_, headers) => {
  expect(await exchange(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`)).toEqual([
    problem(431, 'The headers are larger than 16 KiB'),
  ]);
});

test('a path over 16 KiB: 431', async () => {
  expect(await exchange(written(`/${'x'.repeat(17_000)}`))).toEqual([
    problem(431, 'The headers are larger than 16 KiB'),
  ]);
});

test('headers just under the limit are read', async () => {
  const answers = await exchange(
    written('/healthz', undefined, { 'x-long': 'x'.repeat(15_000), connection: 'close' }),
  );
  expect(answers).toMatchObject([{ status: 200 }]);
});

test('an expectation that cannot be met: 417', async () => {
  expect(await exchange(written('/auth/login', person, { expect: 'a miracle' }))).toEqual([
    problem(417, 'The only expectation that can be met is 100-continue'),
  ]);
});

test('Expect: 100-continue gets 100', async () => {
  const raw = await openRaw(server().url);
  const request = written('/auth/login', person, { expect: '100-continue', connection: 'close' });
  const bodyAt = request.indexOf('\r\n\r\n') + 4;
  raw.socket.write(request.slice(0, bodyAt));
  await until(() => raw.answers[0], 'the go-ahead');
  raw.socket.write(request.slice(bodyAt));
  await raw.ended;
  expect(raw.answers.map(({ status }) => status)).toEqual([100, 200]);
});

test('an upgrade that is not offered is ignored', async () => {
  const headers = { connection: 'upgrade, close', upgrade: 'websocket' };
  expect(await exchange(written('/healthz', undefined, headers))).toMatchObject([{ status: 200 }]);
});

test('pipelined requests are answered in order, however long one of them takes', async () => {
  const close = { connection: 'close' };
  const answers = await exchange(
    [
      written('/auth/login', person),
      written('/healthz'),
      written('/auth/session'),
      written('/auth/login', { ...person, password: 'not this one' }),
      written('/nowhere', undefined, close),
    ].join(''),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 401, 404]);
});

test('noise after a request closes the connection, and is never read as the answer to that request', async () => {
  const answers = await exchange(`${written('/auth/login', person)}noise\r\n\r\n`);
  // A lone 400 would be taken for the answer to the login.
  expect(answers).toEqual([]);
  expect(await exchange(`${written('/healthz')}noise\r\n\r\n`)).toMatchObject([
    { status: 200 },
    { status: 400 },
  ]);
});

test('a client that closes its side is answered if the answer is there, and has gone if it is not', async () => {
  const checked = await openRaw(server().url, { stubborn: true });
  checked.socket.end(written('/auth/session'));
  await within(5_000, checked.ended, 'the connection to be ended');
  expect(checked.answers).toMatchObject([{ status: 401 }]);

  const waiting = await openRaw(server().url, { stubborn: true });
  waiting.socket.end(written('/auth/login', person));
  await within(5_000, waiting.ended, 'the connection to be ended');
  expect(waiting.received).toBe('');
});

test('200 connections dropped in the middle of a request do not affect the others', async () => {
  const request = written('/auth/login', person);
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const { socket, closed } = await openRaw(server().url);
      await new Promise((sent) => socket.write(request.slice(0, 1 + (i % request.length)), sent));
      if (i % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
      await closed;
    }),
  );
  expect((await server().post('/auth/login', person)).status).toBe(200);
  expect(server().child.exitCode).toBeNull();
  // A client that left is not an error of the server.
  expect(server().log.filter(({ level }) => level >= 50)).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'a refused client that keeps the connection open is cut off',
  async () => {
    const sockets = () =>
      readdirSync(`/proc/${server().child.pid}/fd`).filter((fd) => {
        try {
          return readlinkSync(`/proc/${server().child.pid}/fd/${fd}`).startsWith('socket:');
        } catch {
          return false;
        }
      }).length;
    const before = await until(() => sockets(), 'a count');
    const stubborn = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const raw = await openRaw(server().url, { stubborn: true });
        raw.socket.on('error', () => {}).write('noise\r\n\r\n');
        await raw.ended;
        return raw;
      }),
    );
    await until(() => (sockets() <= before ? true : undefined), 'the server to let go of the connections');
    for (const { socket } of stubborn) socket.destroy();
  },
);

test.each([
  ['/auth/login', { title: 'Bad Request', detail: 'Malformed request' }],
  ['/api/auth/login', { request: expect.any(String), error: 'Malformed request' }],
  ['/login.json', { error: 'Malformed request' }],
])('G7: two Hosts on %s are refused in the body of the contract that owns the path', async (path, body) => {
  const [answer] = await exchange(
    `POST ${path} HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}`,
  );
  expect(answer?.status).toBe(400);
  expect(answer?.headers).toMatchObject({ connection: 'close' });
  expect(JSON.parse(answer?.body ?? '')).toMatchObject(body);
});
