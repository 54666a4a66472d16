/** What the log never contains, and that no client can add a line to it (ruling G18). */

import { expect, test } from 'vitest';
import { contracts, expectDiscreet, joe } from '../support/contracts.ts';
import { query, takeAway } from '../support/database.ts';
import { startProcess } from '../support/process.ts';

const password = 'a-secret-password-zq7';
const wrong = 'a-wrong-password-zq8';
const injected = 'x"}\n{"level":30,"msg":"injected-line"}\r\ninjected-line\u{2028}\u{1b}[31m';

test('G18: a whole life of accounts and sessions leaves no secret in the log, and no line that users wrote', async () => {
  // The real program, so that the real log is read.
  const server = await startProcess({ GATEHOUSE_THROTTLE_ACCOUNT: '5/15m' });
  const { send, post } = server;
  const secrets: string[] = [password, wrong, 'injected-line'];

  await post('/register.json', { username: joe.username, password });
  await post('/auth/register', { email: 'ann@example.com', password });
  await post('/register.json', { username: injected, password });
  await post('/auth/register', { email: injected, password: injected });
  for (const contract of contracts) {
    const fields = (identifier: string, secret: string) => ({
      [contract.field]: identifier,
      password: secret,
    });
    const first = contract.idIn(await post(contract.loginPath, fields(joe.username, password)));
    const second = contract.idIn(await post(contract.loginPath, fields(joe.username, password)));
    secrets.push(first, second);
    expect(first).toMatch(contract.idSpelling);
    await post(contract.loginPath, fields(joe.username, wrong));
    await post(contract.loginPath, fields(injected, wrong));
    await post(contract.loginPath, fields('somebody', injected), { 'user-agent': wrong, referer: wrong });
    await post(`${contract.loginPath}?s=${first}`, fields(wrong, wrong), { cookie: `session_id=${first}` });
    await send({ path: '/auth/session', headers: { cookie: `session_id=${first}; other=${wrong}` } });
    await send({ path: '/auth/session', headers: { authorization: `Bearer ${second}` } });
    await send({ path: `/nowhere/${wrong}?s=${first}`, headers: { 'x-request-id': wrong } });
    await send({ method: 'POST', path: `/logout.json?s=${first}`, headers: { 'x-forwarded-for': wrong } });
    await send({ method: 'POST', path: '/auth/logout', headers: { cookie: `session_id=${second}` } });
    await post('/api/auth/logout', { session: second });
    // The log names the origin of a page that was refused (W4), and nothing that is no origin.
    for (const origin of [
      wrong,
      `https://joe:${wrong}@elsewhere.example`,
      `https://elsewhere.example/?${wrong}`,
    ])
      await post(contract.loginPath, fields(wrong, wrong), { origin, 'sec-fetch-site': wrong });
  }
  // Errors are logged with their cause: they must not carry a value either.
  await query(server, "UPDATE auth SET password_hash = 'damaged' WHERE canonical = 'joe'");
  await post('/login.json', { username: joe.username, password });
  const putBack = await takeAway(server, 'sessions');
  for (const secret of secrets) {
    for (const path of ['/auth/session', `/auth/session?s=${secret}`]) {
      const answer = await send({ path, headers: { 'x-session-id': secret } });
      expectDiscreet(answer);
    }
    await send({
      method: 'POST',
      path: `/logout.json?s=${secret}`,
      headers: { cookie: `session_id=${secret}` },
    });
    await post('/api/auth/logout', { session: secret });
  }
  await post('/auth/register', { email: 'bob@example.com', password });
  await putBack();

  await server.stop();
  const { stdout: output, stderr: errors, log } = server;
  expect(log.length).toBeGreaterThan(30);
  for (const line of log) expect(line).toHaveProperty('level');
  expect(output).toContain('request failed');
  expect(output).toContain('wrong_password');
  for (const secret of secrets) {
    expect(output).not.toContain(secret);
    expect(errors).not.toContain(secret);
  }
  expect(output).not.toMatch(/cookie|user-agent|referer|\?s=/i);
});
