/** The verbs of the client over a real server, in the names of each contract. */

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createClient, GatehouseProblem, GatehouseUnreachable } from '../../src/client/index.ts';
import { startServer } from '../support/server.ts';

const password = 'strongpassword';
const newEmail = () => `${randomUUID()}@example.com`;

async function problemOf(call: Promise<unknown>): Promise<GatehouseProblem> {
  const error = await call.catch((error: unknown) => error);
  if (!(error instanceof GatehouseProblem)) throw new Error(`It is no problem: ${error}`);
  return error;
}

/** A program that answers everything alike, in the place of Gatehouse. */
async function otherProgram(status: number, body: string, headers = {}): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('rest registers, logs in, and logs out the session that a call names', async () => {
  const { url } = await startServer();
  const client = createClient({ baseUrl: url });
  const person = { email: newEmail(), password };
  const { session_id: first } = await client.rest.register(person);
  const { session_id: session } = await client.rest.login(person);
  expect(await client.session()).toEqual({ status: 'none' });
  expect(await client.session({ session })).toMatchObject({
    status: 'live',
    user: { email: person.email, email_verified: false },
  });
  await client.rest.logout({ session });
  expect(await client.session({ session })).toEqual({ status: 'none' });
  expect(await client.session({ headers: { cookie: `session_id=${first}` } })).toMatchObject({
    status: 'live',
  });
  expect(await client.session({ headers: { authorization: `Bearer ${first}` } })).toMatchObject({
    status: 'live',
  });
});

test('dotjson and envelope log in and out, below a base path too', async () => {
  const { url } = await startServer({ GATEHOUSE_BASE_PATH: '/identity' });
  const client = createClient({ baseUrl: `${url}/identity/` });
  const person = { username: 'joe', password };
  expect(await client.dotjson.register(person)).toMatchObject({ username: 'joe' });
  const { id } = await client.dotjson.login(person);
  expect(await client.session({ session: id })).toMatchObject({ status: 'live', user: { username: 'joe' } });
  expect(await client.dotjson.logout({ session: id })).toEqual({ success: true });
  expect(await problemOf(client.dotjson.logout({ session: id }))).toMatchObject({
    status: 401,
    detail: 'No session',
  });
  const { session } = await client.envelope.login(person);
  expect(await client.envelope.logout({ session })).toMatchObject({ message: 'Logged out' });
  expect(await problemOf(client.envelope.logout({ session }))).toMatchObject({
    status: 404,
    detail: 'Session not found',
  });
});

test('a refusal is an error with its status, its sentence and the id of the request', async () => {
  const { url } = await startServer();
  const client = createClient({ baseUrl: url });
  const person = { email: newEmail(), password };
  await client.rest.register(person);
  const taken = await problemOf(client.rest.register(person));
  expect(taken).toMatchObject({ status: 409, type: 'about:blank', detail: 'Email already registered' });
  expect(taken.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(taken.message).toBe('Email already registered');
  const wrong = await problemOf(client.rest.login({ ...person, password: 'not this one' }));
  expect(wrong).toMatchObject({ status: 401, retryAfterSeconds: undefined });
});

test('a refusal that is shown as 200 is an error as well', async () => {
  const { url } = await startServer({ GATEHOUSE_DOTJSON_STATUS: 'ok', GATEHOUSE_ENVELOPE_STATUS: 'ok' });
  const client = createClient({ baseUrl: url });
  const person = { username: 'nobody_here', password };
  expect(await problemOf(client.dotjson.login(person))).toMatchObject({
    status: 200,
    detail: 'User does not exist',
  });
  expect(await problemOf(client.envelope.login(person))).toMatchObject({
    status: 200,
    detail: 'Invalid username or password',
  });
});

test('429 says how long to wait', async () => {
  const { url } = await startServer({ GATEHOUSE_THROTTLE_ACCOUNT: '1/15m' });
  const client = createClient({ baseUrl: url });
  const person = { email: newEmail(), password };
  await problemOf(client.rest.login(person));
  const limited = await problemOf(client.rest.login(person));
  expect(limited.status).toBe(429);
  expect(limited.retryAfterSeconds).toBeGreaterThan(800);
});

test('step-up is an outcome: the password is confirmed, and the call succeeds', async () => {
  const server = await startServer();
  const ids = { current: '' };
  const client = createClient({ baseUrl: server.url, session: () => ids.current });
  const person = { email: newEmail(), password };
  ids.current = (await client.rest.register(person)).session_id;
  server.advance(11 * 60_000);
  const needed = { status: 'confirmation-required' };
  expect(await client.sessions.endOthers()).toEqual(needed);
  expect(await client.account.export()).toEqual(needed);
  expect(await client.account.delete({ password })).toEqual(needed);
  expect(await client.email.change({ email: newEmail(), password })).toEqual(needed);
  const change = { current_password: password, new_password: 'a stronger password' };
  expect(await client.account.changePassword(change)).toEqual(needed);
  ids.current = (await client.account.confirm({ password })).session_id;
  expect(await client.sessions.endOthers()).toEqual({ status: 'done', data: { ended: 0 } });
  expect((await client.sessions.list()).sessions).toHaveLength(1);
  expect((await client.account.activity({ before: 1_000 })).activity.length).toBeGreaterThan(0);
  expect(await client.account.delete({ password })).toMatchObject({ status: 'done' });
  expect(await client.session()).toEqual({ status: 'none' });
});

test('the session is unknown, and never none, if another program answers or none does', async () => {
  const answers: readonly [number, string][] = [
    [401, '<h1>Unauthorized</h1>'],
    [401, '{"error":"Unauthorized"}'],
    [503, '{"type":"about:blank","detail":"Temporarily unavailable, try again later"}'],
    [502, 'Bad Gateway'],
    [200, '<html>'],
    [200, '{}'],
    [302, ''],
  ];
  for (const [status, body] of answers) {
    const baseUrl = await otherProgram(status, body, { 'retry-after': '7', location: '/elsewhere' });
    expect(await createClient({ baseUrl }).session(), `${status} ${body}`).toMatchObject({
      status: 'unknown',
    });
  }
  const gone = createClient({ baseUrl: 'http://127.0.0.1:1' });
  expect(await gone.session()).toMatchObject({ status: 'unknown', retryAfterSeconds: 1 });
  await expect(gone.rest.logout()).rejects.toBeInstanceOf(GatehouseUnreachable);
  const busy = createClient({ baseUrl: await otherProgram(503, 'busy', { 'retry-after': '7' }) });
  expect(await busy.session()).toMatchObject({ status: 'unknown', retryAfterSeconds: 7 });
});

test('no message holds a session id, and an abort rejects with its reason', async () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:1' });
  const error = await client.dotjson.logout({ session: 'secret' }).catch((error: unknown) => String(error));
  expect(error).toContain('POST http://127.0.0.1:1/logout.json:');
  expect(error).not.toContain('secret');
  const reason = new Error('enough');
  await expect(client.session({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(() => createClient()).toThrow('baseUrl must be an address');
});

test('a listener hears of a logout once, of a session found dead, and of no failure', async () => {
  const server = await startServer();
  const ids = { current: '' };
  const client = createClient({ baseUrl: server.url, session: () => ids.current });
  let heard = 0;
  const stop = client.onSignedOut(() => {
    heard += 1;
  });
  const person = { email: newEmail(), password };
  ids.current = (await client.rest.register(person)).session_id;
  await client.rest.logout();
  await client.session();
  await expect.poll(() => heard).toBe(1);
  ids.current = (await client.rest.login(person)).session_id;
  await createClient({ baseUrl: server.url }).rest.logout({ session: ids.current });
  await problemOf(client.sessions.list());
  await expect.poll(() => heard).toBe(2);
  ids.current = (await client.rest.login(person)).session_id;
  await server.stop();
  expect(await client.session()).toMatchObject({ status: 'unknown' });
  await expect(client.rest.logout()).rejects.toThrow();
  expect(heard).toBe(2);
  stop();
});

test('a listener hears nothing if the session cannot be checked again', async () => {
  const { url } = await startServer();
  const paths: string[] = [];
  const client = createClient({
    baseUrl: url,
    fetch(asked, init) {
      const { pathname } = new URL(String(asked));
      paths.push(pathname);
      return pathname === '/auth/session' ? Promise.reject(new TypeError('gone')) : fetch(asked, init);
    },
  });
  let heard = 0;
  const stop = client.onSignedOut(() => {
    heard += 1;
  });
  expect(await problemOf(client.sessions.list())).toMatchObject({ status: 401 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([paths, heard]).toEqual([['/auth/sessions', '/auth/session'], 0]);
  stop();
});
