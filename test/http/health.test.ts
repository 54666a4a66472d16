/** The routes for machines: alive, and ready (ruling B2). */

import { expect, test } from 'vitest';
import { expectDiscreet, problemIn } from '../support/contracts.ts';
import { moveAway, pretendNewer, takeAway } from '../support/database.ts';
import { embedded } from '../support/embedded.ts';
import { startServer, type TestServer } from '../support/server.ts';

const statuses = async (server: TestServer) => [
  (await server.send({ path: '/healthz' })).status,
  (await server.send({ path: '/readyz' })).status,
];

test('B2: a server that can work is alive and ready, and says so to GET and HEAD', async () => {
  const server = await startServer();
  for (const [path, status] of [
    ['/healthz', 'alive'],
    ['/readyz', 'ready'],
  ] as const) {
    const get = await server.send({ path });
    expect([get.status, get.json]).toEqual([200, { status }]);
    const head = await server.send({ method: 'HEAD', path });
    expect([head.status, head.text]).toEqual([200, '']);
  }
});

test.each(['auth', 'users', 'sessions', 'throttle'])(
  'B2: without the table %s it is alive and not ready, until the table is back',
  async (table) => {
    const server = await startServer();
    const putBack = await takeAway(server, table);
    expect(await statuses(server)).toEqual([200, 503]);
    const answer = await server.send({ path: '/readyz' });
    expect(problemIn(answer)).toMatch(/^Temporarily unavailable/);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expectDiscreet(answer);
    expect((await server.send({ method: 'HEAD', path: '/readyz' })).status).toBe(503);
    await putBack();
    expect(await statuses(server)).toEqual([200, 200]);
  },
);

test('B2: it is not ready while its database is somewhere else', async () => {
  const server = await startServer();
  const putBack = await moveAway(server);
  expect(await statuses(server)).toEqual([200, 503]);
  await putBack();
  await expect.poll(() => statuses(server), { timeout: 5_000 }).toEqual([200, 200]);
});

test('B2: it is not ready over a schema of another version', async () => {
  const server = await startServer();
  const putBack = await pretendNewer(server);
  expect(await statuses(server)).toEqual([200, 503]);
  await putBack();
  expect(await statuses(server)).toEqual([200, 200]);
});

test('B2: it is not ready from the abort of `stopping` on, and reports no error', async () => {
  const stopping = new AbortController();
  const gatehouse = await embedded({}, { stopping: stopping.signal });
  const status = async (path: string) =>
    (await gatehouse.fetch(new Request(`https://app.example.com${path}`))).status;
  expect([await status('/readyz'), await status('/healthz')]).toEqual([200, 200]);
  stopping.abort();
  expect([await status('/readyz'), await status('/healthz')]).toEqual([503, 200]);
  expect(await status('/auth/session')).toBe(401);
  expect(gatehouse.log.error).toEqual([]);
});
