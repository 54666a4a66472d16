/** Whatever is sent, the server answers calmly: properties where a table would miss cases (rulings G7 to G14). */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  changingPaths,
  check,
  contractOf,
  contracts,
  expectQuietRefusal,
  isAlive,
  joe,
  jsonPaths,
  newSession,
  register,
  rest,
} from '../support/contracts.ts';
import { countRows, rowCounts } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

async function serverWithSession(): Promise<{ server: TestServer; id: string }> {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off' });
  await register(server, joe.username, joe.password);
  return { server, id: await newSession(server, rest) };
}

/** No input had an effect: no new account, no ended session, and the server is alive. */
async function expectNothingHappened(server: TestServer, id: string): Promise<void> {
  expect(await rowCounts(server, 'auth', 'sessions')).toEqual([1, 1]);
  expect(await isAlive(server, id)).toBe(true);
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
}

const path = fc.constantFrom(...jsonPaths);
const headers = { 'content-type': 'application/json' };

test('G10: arbitrary JSON is refused in the words of the contract', async () => {
  const { server, id } = await serverWithSession();
  const property = fc.asyncProperty(path, fc.json({ maxDepth: 4 }), async (at, body) => {
    const answer = await server.send({ method: 'POST', path: at, headers, body });
    expectQuietRefusal(answer);
    contractOf(at).errorIn(answer);
  });
  await fc.assert(property, { numRuns: 300 });
  await expectNothingHappened(server, id);
});

test('G10: arbitrary values under the names of the fields are refused in the words of the contract', async () => {
  const { server, id } = await serverWithSession();
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'grapheme' }),
  );
  const fields = fc.record(
    { username: value, email: value, password: value, session: value },
    { requiredKeys: [] },
  );
  const property = fc.asyncProperty(path, fields, async (at, sent) => {
    // A short password prevents that an account is registered by chance.
    const answer = await server.post(
      at,
      typeof sent.password === 'string' ? { ...sent, password: 'short' } : sent,
    );
    expectQuietRefusal(answer);
    contractOf(at).errorIn(answer);
  });
  await fc.assert(property, { numRuns: 300 });
  await expectNothingHappened(server, id);
});

test('G10: arbitrary bytes are refused in the words of the contract', async () => {
  const { server, id } = await serverWithSession();
  const type = fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', '');
  const body = fc.uint8Array({ maxLength: 300 });
  const property = fc.asyncProperty(path, type, body, async (at, contentType, bytes) => {
    const answer = await server.send({
      method: 'POST',
      path: at,
      headers: { 'content-type': contentType },
      body: bytes,
    });
    expectQuietRefusal(answer);
    contractOf(at).errorIn(answer);
  });
  await fc.assert(property, { numRuns: 300 });
  await expectNothingHappened(server, id);
});

/** What a client may put into a header. */
const headerText = fc
  .array(
    fc.integer({ min: 0x20, max: 0xff }).filter((byte) => byte !== 0x7f),
    { maxLength: 60 },
  )
  .map((bytes) => String.fromCharCode(...bytes));

const carried = fc.oneof(
  headerText,
  headerText.map((text) => `session_id=${text}`),
  fc.tuple(headerText, headerText).map(([a, b]) => `session_id=${a}; session_id=${b}`),
  headerText.map((text) => `Bearer ${text}`),
);

test('G14: arbitrary cookies and headers name no session', async () => {
  const { server, id } = await serverWithSession();
  const field = fc.constantFrom('cookie', 'x-session-id', 'authorization');
  const property = fc.asyncProperty(field, carried, async (name, value) => {
    const sent = { [name]: value };
    const checked = await server.send({ path: '/auth/session', headers: sent });
    expect(checked.status).toBe(401);
    expectQuietRefusal(checked);
    expect((await server.send({ method: 'POST', path: '/auth/logout', headers: sent })).status).toBe(204);
    expect((await server.send({ method: 'POST', path: '/logout.json', headers: sent })).status).toBe(401);
  });
  await fc.assert(property, { numRuns: 200 });
  await expectNothingHappened(server, id);
});

test('G14: arbitrary ids, carried any way, are no session: 401, 404 or 204 and nothing ends', async () => {
  const { server, id } = await serverWithSession();
  const idLike = fc.oneof(
    fc.uuid(),
    fc.stringMatching(/^[a-z0-9]{26}$/),
    fc.string({ unit: 'binary', maxLength: 40 }),
    // Close to a real one.
    fc
      .nat({ max: 35 })
      .map((place) => id.slice(0, place) + (id[place] === 'a' ? 'b' : 'a') + id.slice(place + 1)),
  );
  const property = fc.asyncProperty(idLike, async (sent) => {
    const query = await server.send({
      method: 'POST',
      path: `/logout.json?s=${encodeURIComponent(toText(sent))}`,
    });
    expect(query.status).toBe(401);
    const body = await server.post('/api/auth/logout', { session: sent });
    expect(body.status).toBe(404);
    const header = encodeURIComponent(toText(sent));
    expect((await check(server, header)).status).toBe(401);
    expect((await rest.logout(server, header)).status).toBe(204);
  });
  await fc.assert(property, { numRuns: 150 });
  await expectNothingHappened(server, id);
});

/** Lone surrogates cannot be written in a URL. */
function toText(text: string): string {
  return text.toWellFormed();
}

test('G11: arbitrary paths and queries are 404 or 405, in the words of a contract, and do nothing', async () => {
  const { server, id } = await serverWithSession();
  const segment = fc.oneof(
    fc.webSegment(),
    fc.constantFrom(
      'auth',
      'api',
      'login',
      'logout',
      'register',
      'login.json',
      'logout.json',
      '.',
      '..',
      '%2e',
      '',
    ),
  );
  const target = fc
    .tuple(fc.array(segment, { maxLength: 4 }), fc.webQueryParameters())
    .map(([segments, query]) => `/${segments.join('/')}?${query}`)
    .filter((text) => !changingPaths.includes(text.slice(0, text.indexOf('?'))));
  const property = fc.asyncProperty(
    fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
    target,
    async (method, at) => {
      const answer = await server.send({
        method,
        path: at,
        headers: { ...headers, cookie: `session_id=${id}` },
        body: JSON.stringify({ ...joe, email: joe.username, session: id }),
      });
      expect([404, 405], at).toContain(answer.status);
      expectQuietRefusal(answer);
    },
  );
  await fc.assert(property, { numRuns: 250 });
  await expectNothingHappened(server, id);
});

test('G12: arbitrary request headers never cause an error', async () => {
  const { server, id } = await serverWithSession();
  const name = fc.constantFrom(
    ...[
      'origin',
      'sec-fetch-site',
      'x-forwarded-for',
      'x-request-id',
      'content-encoding',
      'accept',
      'referer',
    ],
    ...['accept-encoding', 'if-none-match', 'range', 'user-agent', 'x-http-method-override', 'forwarded'],
  );
  const property = fc.asyncProperty(fc.dictionary(name, headerText), path, async (sent, at) => {
    const answer = await server.send({
      method: 'POST',
      path: at,
      headers: { ...sent, ...headers },
      body: '{}',
    });
    expectQuietRefusal(answer);
    contractOf(at).errorIn(answer);
    expect(
      (await server.send({ path: '/auth/session', headers: { ...sent, 'x-session-id': id } })).status,
    ).toBe(200);
  });
  await fc.assert(property, { numRuns: 150 });
  await expectNothingHappened(server, id);
});

test('G4: every accepted password logs in again', async () => {
  const { server } = await serverWithSession();
  let users = 0;
  const property = fc.asyncProperty(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    async (password) => {
      users += 1;
      const name = `user_${users}`;
      const registered = await register(server, name, password);
      if (registered.status !== 200) return expectQuietRefusal(registered);
      for (const contract of contracts) {
        const fields = { [contract.field]: name, password };
        expect((await server.post(contract.loginPath, fields)).status).toBe(200);
        expect((await server.post(contract.loginPath, { ...fields, password: `${password}x` })).status).toBe(
          401,
        );
      }
    },
  );
  await fc.assert(property, { numRuns: 60 });
  expect(await countRows(server, 'auth')).toBeGreaterThan(10);
});
