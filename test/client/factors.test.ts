/** The verbs of second factors over a real server (rulings F1, F6 and F7). */

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClient, GatehouseProblem } from '../../src/client/index.ts';
import { codeAt, enrolledPerson, startStepped, stepMs } from '../support/codes.ts';
import { password as word } from '../support/person.ts';

const password = 'strongpassword';
const newEmail = () => `${randomUUID()}@example.com`;

async function problemOf(call: Promise<unknown>): Promise<GatehouseProblem> {
  const error = await call.catch((error: unknown) => error);
  if (!(error instanceof GatehouseProblem)) throw new Error(`It is no problem: ${error}`);
  return error;
}

test('F1: a login with a factor asks for a code, which the next call brings', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const client = createClient({ baseUrl: server.url });
  const { email } = ada.person;
  const logins = [
    (more: object) => client.rest.login({ email, password: word, ...more }),
    (more: object) => client.dotjson.login({ username: email, password: word, ...more }),
    (more: object) => client.envelope.login({ username: email, password: word, ...more }),
  ];
  for (const login of logins) {
    expect((await problemOf(login({}))).isSecondFactorRequired).toBe(true);
    const wrong = await problemOf(login({ code: '12345' }));
    expect([wrong.isSecondFactorRequired, wrong.detail]).toEqual([false, 'Invalid code']);
    const answer = await login({ code: codeAt(ada.secret, server.now) });
    expect('enrolment_required' in answer).toBe(false);
    server.advance(stepMs);
  }
});

test('F7: the verbs of factors enrol an app, renew codes, and remove it', async () => {
  const server = await startStepped();
  const ids = { current: '' };
  const client = createClient({ baseUrl: server.url, session: () => ids.current });
  const person = { email: newEmail(), password };
  ids.current = (await client.rest.register(person)).session_id;
  const begun = await client.factors.beginTotp();
  if (begun.status !== 'done') throw new Error(begun.status);
  const done = await client.factors.confirmTotp({ code: codeAt(begun.data.secret, server.now) });
  if (done.status !== 'done') throw new Error(done.status);
  expect(done.data.recovery_codes).toHaveLength(10);
  ids.current = done.data.session_id;
  expect(await client.factors.list()).toMatchObject({ recovery_codes_left: 10, totp: { locked: false } });

  server.advance(11 * 60_000);
  const needed = { status: 'confirmation-required' };
  expect(await client.factors.renewRecoveryCodes()).toEqual(needed);
  expect(await client.factors.removeTotp()).toEqual(needed);
  expect((await problemOf(client.account.confirm({ password }))).isSecondFactorRequired).toBe(true);
  const code = codeAt(begun.data.secret, server.now);
  ids.current = (await client.account.confirm({ password, code })).session_id;
  expect(await client.factors.renewRecoveryCodes()).toMatchObject({ status: 'done' });
  await client.factors.distrustAll();
  expect(await problemOf(client.factors.distrust('q7w2e9r4t1y6u3i8'))).toMatchObject({ status: 404 });
  expect(await client.factors.removeTotp()).toEqual({ status: 'done', data: undefined });
});

test('F6: an enrolment session enrols, and is neither a session nor a sign-out', async () => {
  const server = await startStepped({ GATEHOUSE_SECOND_FACTOR: 'required' });
  const ids = { current: '' };
  const client = createClient({ baseUrl: server.url, session: () => ids.current });
  let signOuts = 0;
  client.onSignedOut(() => {
    signOuts += 1;
  });
  const answer = await client.rest.register({ email: newEmail(), password });
  if (!('enrolment_required' in answer)) throw new Error('A session has begun');
  ids.current = answer.session_id;
  expect(await client.session()).toEqual({ status: 'none' });
  const begun = await client.factors.beginTotp();
  if (begun.status !== 'done') throw new Error(begun.status);
  const done = await client.factors.confirmTotp({ code: codeAt(begun.data.secret, server.now) });
  if (done.status !== 'done') throw new Error(done.status);
  ids.current = done.data.session_id;
  expect(await client.session()).toMatchObject({ status: 'live' });
  expect(signOuts).toBe(0);
});
