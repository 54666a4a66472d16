/** Metrics are served on a port of their own, if at all, and that port is as well behaved as the public one. */

import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { maxConnections, requestMs } from '../../src/server/metrics-server.ts';
import { part, rows, withoutTicks } from '../support/docs.ts';
import { metricsUrl, scrape } from '../support/metrics.ts';
import { failToStart, startProcess, until, within } from '../support/process.ts';
import { openRaw } from '../support/raw.ts';
import { temporaryFolder } from '../support/server.ts';

const on = { GATEHOUSE_METRICS_PORT: '0' };

/** One request, as it is written; resolves with its status and headers, and the length of its body. */
function ask(url: string, method: string, path: string) {
  return new Promise<{ status: number; headers: object; length: number }>((resolve, reject) => {
    const asked = request(url, { method, path, agent: false }, (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.byteLength;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, length }),
      );
    });
    asked.on('error', reject).end();
  });
}

test('without a port for them there are no metrics, and their library is not even loaded', async () => {
  const folder = temporaryFolder();
  const list = join(folder, 'loaded.json');
  const spy = join(folder, 'spy.cjs');
  writeFileSync(
    spy,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)},
      JSON.stringify(Object.keys(require('node:module')._cache))));`,
  );
  const loadedBy = async (environment: Record<string, string>) => {
    const server = await startProcess(
      { NODE_OPTIONS: `--require=${spy}`, ...environment },
      { isSources: true },
    );
    expect((await server.send({ path: '/metrics' })).status).toBe(404);
    await server.stop();
    const isServing = server.log.some(({ msg }) => msg === 'serving metrics');
    const loaded = JSON.parse(readFileSync(list, 'utf8')) as string[];
    return { isServing, stderr: server.stderr, hasLibrary: loaded.some((path) => /prom-client/.test(path)) };
  };
  const off = await loadedBy({});
  expect(off).toMatchObject({ isServing: false, hasLibrary: false });
  expect(off.stderr).not.toContain('etrics');
  expect(await loadedBy(on)).toMatchObject({ isServing: true, hasLibrary: true });
});

test('they are on their own port and not on the public one, and standard error and the log name it', async () => {
  const server = await startProcess(on);
  const url = await metricsUrl(server);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  expect(server.stderr).toContain(`Gatehouse listens on ${server.url}\nMetrics are at ${url}\n`);
  expect(server.log.filter(({ msg }) => msg === 'listening')).toHaveLength(1);
  expect((await scrape(url)).metrics.size).toBeGreaterThan(20);
  expect((await server.send({ path: '/metrics' })).status).toBe(404);
});

test('the port answers one path, to readers only, and closes after each answer', async () => {
  const url = await metricsUrl(await startProcess(on));
  const statuses = async (...asked: [method: string, path: string][]) =>
    Promise.all(asked.map(async ([method, path]) => (await ask(url, method, path)).status));
  expect(await statuses(['GET', '/metrics'], ['HEAD', '/metrics'], ['GET', '/metrics?name[]=up'])).toEqual([
    200, 200, 200,
  ]);
  expect(
    await statuses(['GET', '/'], ['GET', '/metrics/'], ['GET', '/Metrics'], ['POST', '/auth/login']),
  ).toEqual([404, 404, 404, 404]);
  const paths = ['//metrics', '/%6detrics', '/../metrics', '/auth/session', '/healthz'];
  expect(new Set(await statuses(...paths.map((path) => ['GET', path] as [string, string])))).toEqual(
    new Set([404]),
  );
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
    const { status, headers } = await ask(url, method, '/metrics');
    expect([method, status]).toEqual([method, 405]);
    expect(headers).toMatchObject({ allow: 'GET, HEAD', connection: 'close' });
  }
  expect(await ask(url, 'HEAD', '/metrics')).toMatchObject({ length: 0 });
  expect(await ask(url, 'GET', '/metrics')).toMatchObject({
    headers: { connection: 'close', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });

  const raw = await openRaw(url);
  raw.socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n'.repeat(2));
  await within(3_000, raw.closed, 'the end of the connection');
  expect(raw.answers.map(({ status }) => status)).toEqual([200]);
});

test('for a port that is taken the message names the setting', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const ended = await failToStart({ GATEHOUSE_METRICS_PORT: String(port) });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(
    `127.0.0.1:${port}. Another program listens there: stop it or choose another GATEHOUSE_METRICS_PORT.`,
  );
  expect(ended.stderr).not.toMatch(/\n {4}at /);
  expect(ended.stderr).not.toContain('Gatehouse listens');
});

test('an address of another machine stops the start in the same way', async () => {
  // 192.0.2.0/24 is for documentation and belongs to no network (RFC 5737).
  const ended = await failToStart({ ...on, GATEHOUSE_METRICS_HOST: '192.0.2.1' });
  expect(ended.stderr).toContain('GATEHOUSE_METRICS_HOST must be an address of this machine.');
});

test('one port for both is refused with all other problems', async () => {
  const ended = await failToStart({ PORT: '9464', GATEHOUSE_METRICS_PORT: '9464', GATEHOUSE_DEBUG: 'x' });
  expect(ended.code).toBe(1);
  expect(ended.stderr.trim().split('\n')).toEqual([
    'Gatehouse cannot start.',
    'GATEHOUSE_DEBUG is "x"; expected `true` or `false`.',
    'GATEHOUSE_METRICS_PORT must be another port than PORT.',
  ]);
});

test('an orderly stop closes the port, and no open connection delays it', async () => {
  const server = await startProcess(on);
  const url = await metricsUrl(server);
  const idle = await Promise.all([openRaw(url), openRaw(url)]);
  // A metric that is read is known to be connected: so are those who came before it.
  await scrape(url);
  expect(await within(3_000, server.stop(), 'the end')).toEqual({ code: 0, signal: null });
  await Promise.all(idle.map(({ closed }) => closed));
  await expect(ask(url, 'GET', '/metrics')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test.concurrent('a slow or greedy client is refused, and others are served', async ({ onTestFinished }) => {
  const server = await startProcess(on, { atEnd: onTestFinished });
  const url = await metricsUrl(server);
  const silent = await openRaw(url);
  const slow = await openRaw(url);
  slow.socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const crowd = await Promise.all(Array.from({ length: maxConnections }, () => openRaw(url)));
  await until(
    () => (crowd.filter(({ socket }) => socket.destroyed).length >= 2 ? true : undefined),
    'those who are too many to be turned away',
  );
  expect((await server.send({ path: '/healthz' })).status).toBe(200);
  for (const { socket } of crowd) socket.destroy();
  const waited = await within(requestMs + 5_000, slow.ended, 'the slow one to be cut off');
  expect(waited).toBeGreaterThan(requestMs - 100);
  expect(slow.received).toMatch(/^HTTP\/1\.1 408 /);
  await within(5_000, silent.ended, 'the silent one to be cut off');
  expect((await scrape(url)).metrics.size).toBeGreaterThan(20);
});

test('the limits of the port are the documented ones', () => {
  const documented = rows(part('docs/metrics.md', '## The port')).map(([what]) => withoutTicks(what));
  expect(documented).toContain(`a request that is not complete within ${requestMs / 1_000} s`);
  expect(documented).toContain(`more than ${maxConnections} connections`);
});

test.each(['1', '2'])(
  'input that is not a complete request is counted by its reason, with %s workers',
  async (workers) => {
    const server = await startProcess({ ...on, GATEHOUSE_WORKERS: workers });
    const url = await metricsUrl(server);
    const refused = async (bytes: string) => {
      const raw = await openRaw(server.url);
      raw.socket.on('error', () => {}).write(bytes, 'latin1');
      await within(5_000, raw.ended, 'the connection to be ended');
      return raw.answers[0]?.status;
    };
    const counted = async () => {
      const { value } = await scrape(url);
      return ['malformed', 'headers_too_large', 'too_slow'].map((reason) =>
        value('gatehouse_protocol_errors_total', { reason }),
      );
    };
    expect(await counted()).toEqual([0, 0, 0]);
    expect(await refused('not a request\r\n\r\n')).toBe(400);
    expect(await refused('CONNECT example.com:80 HTTP/1.1\r\nHost: example.com\r\n\r\n')).toBe(400);
    expect(await refused(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`)).toBe(431);
    await expect.poll(counted).toEqual([2, 1, 0]);
  },
);
