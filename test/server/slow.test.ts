/** Clients that are slow: cut off after 10 seconds for headers and 15 for a request, without a delay for others. */

import { expect, test, vi } from 'vitest';
import { sharedProcess, until } from '../support/process.ts';
import { openRaw, type Raw, written } from '../support/raw.ts';

/** How much later than its limit a client may be cut off on a busy machine. */
const toleranceMs = 2_000;

const body = { email: 'user@example.com', password: 'strongpassword' };

// All of them at once, or the file would take a minute.
vi.setConfig({ maxConcurrency: 20 });

const server = sharedProcess({ GATEHOUSE_THROTTLE: 'off' });

/** Sends a few bytes every half second until the connection ends, as slow clients and slowloris do. */
function trickle({ socket }: Raw, bytes: string): void {
  const timer = setInterval(() => socket.write(bytes), 500);
  socket.on('error', () => {}).on('close', () => clearInterval(timer));
}

/** Waits for the server to cut the connection and checks that it did so in time and in words. */
async function cutOff(raw: Raw, limitMs: number): Promise<void> {
  const afterMs = await raw.ended;
  expect(afterMs).toBeGreaterThan(limitMs - 100);
  expect(afterMs).toBeLessThan(limitMs + toleranceMs);
  const answer = raw.answers.at(-1);
  expect(answer).toMatchObject({
    status: 408,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      connection: 'close',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });
  expect(JSON.parse(String(answer?.body))).toEqual({
    type: 'about:blank',
    title: 'Request Timeout',
    status: 408,
    detail: 'The request did not arrive in time',
  });
}

test.concurrent('a client that says nothing is cut off after 10 seconds', async () => {
  await cutOff(await openRaw(server().url), 10_000);
});

test.concurrent('headers that stop arriving: 10 seconds', async () => {
  const raw = await openRaw(server().url);
  raw.socket.write('GET /auth/session HTTP/1.1\r\nHost: localhost\r\nX-');
  await cutOff(raw, 10_000);
});

test.concurrent('headers that trickle in: 10 seconds in all, not between two bytes', async () => {
  const raw = await openRaw(server().url);
  raw.socket.write('GET /auth/session HTTP/1.1\r\nHost: localhost\r\n');
  trickle(raw, 'X-Slow: yes\r\n');
  await cutOff(raw, 10_000);
});

test.concurrent('a body that stops arriving: 15 seconds', async () => {
  const raw = await openRaw(server().url);
  raw.socket.write(written('/auth/login', body).slice(0, -5));
  await cutOff(raw, 15_000);
});

test.concurrent('a body that trickles in: 15 seconds in all', async () => {
  const raw = await openRaw(server().url);
  raw.socket.write(written('/auth/login', body, { 'content-length': '1000' }));
  trickle(raw, ' ');
  await cutOff(raw, 15_000);
});

test.concurrent('chunks that never end: 15 seconds', async () => {
  const raw = await openRaw(server().url);
  raw.socket.write(
    'POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  trickle(raw, '1\r\n \r\n');
  await cutOff(raw, 15_000);
});

test.concurrent('a body that is not needed is not waited for any longer', async () => {
  const raw = await openRaw(server().url);
  raw.socket.write('POST /auth/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n');
  await cutOff(raw, 15_000);
});

test.concurrent('the second request of a connection has 10 seconds for its headers too', async () => {
  const raw = await openRaw(server().url);
  raw.socket.write(`${written('/healthz')}GET /healthz HTTP/1.1\r\n`);
  await until(() => raw.answers[0], 'the first answer');
  await cutOff(raw, 10_000);
  expect(raw.answers.map(({ status }) => status)).toEqual([200, 408]);
});

test.concurrent('200 slow clients do not delay other clients', async () => {
  expect((await server().post('/auth/register', body)).status).toBe(201);
  const request = written('/auth/login', body);
  const slow = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const raw = await openRaw(server().url);
      raw.socket.write(request.slice(0, 1 + (i % (request.length - 1))));
      return raw;
    }),
  );
  for (let i = 0; i < 50; i += 1) {
    const askedAt = performance.now();
    expect((await server().post('/auth/login', body)).status).toBe(200);
    expect(performance.now() - askedAt).toBeLessThan(1_000);
  }
  for (const { socket } of slow) socket.destroy();
});
