/** What cannot be logged in to, or worked on, is refused in a sentence with its remedy and without the password. */

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { withoutPassword } from '../../../src/storage/postgres/connection/url.ts';
import { command } from '../../support/command.ts';
import { freePort } from '../../support/port.ts';
import { changed, leaks, openRole, password, refusal } from '../../support/postgres/refused.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { timed } from '../../support/postgres/work.ts';
import { failToStart, startProcess, until } from '../../support/process.ts';
import { startProxy } from '../../support/proxy.ts';

/** Something that listens, and is closed at the end of the test; resolves to its port. */
async function listening(server: Server): Promise<string> {
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return String((server.address() as AddressInfo).port);
}

test('N8: an address that leads nowhere', async () => {
  const { url } = await openRole();
  const port = String(await freePort());
  expect(await refusal(changed(url, { hostname: 'nowhere.invalid' }))).toMatch(
    /^The (?:host nowhere.invalid is not known|name nowhere.invalid cannot be looked up)\b.*DATABASE_URL\.$/,
  );
  expect(await refusal(changed(url, { port }))).toBe(
    `Nothing listens at 127.0.0.1, port ${port}. Start PostgreSQL, or correct the host and port in DATABASE_URL.`,
  );
});

test('N8: a role or a password that is wrong, and a database that does not exist', async () => {
  const { url, name } = await openRole('LOGIN', 'GRANT ALL ON SCHEMA public TO $role');
  await (await openNode(url)).close();
  const wrong = `PostgreSQL refuses the password of ${name}. Correct user and password in DATABASE_URL.`;
  expect(await refusal(changed(url, { secret: `${password}!` }))).toBe(wrong);
  expect(await refusal(changed(url, { secret: `${password}!`, query: 'sslmode=disable' }))).toBe(wrong);
  expect(await refusal(changed(url, { user: 'no one' }))).toBe(wrong.replace(name, 'no one'));
  expect(await refusal(changed(url, { pathname: '/missing' }))).toBe(
    'There is no database missing. Create it (createdb missing), or correct DATABASE_URL.',
  );
  expect(await refusal(changed(url, { secret: '' }))).toBe(
    `PostgreSQL asks for a password of ${name}. Add one to DATABASE_URL.`,
  );
});

test('N8: a role that may not log in, may not connect, or has no connection left', async () => {
  const mute = await openRole('NOLOGIN');
  expect(await refusal(mute.url)).toMatch(
    /^PostgreSQL at 127\.0\.0\.1 does not let role_\w+ in\. Create the role with LOGIN/,
  );
  const shut = await openRole('LOGIN');
  const database = new URL(shut.owner).pathname.slice(1);
  await queryAt(shut.owner, [`REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`]);
  expect(await refusal(shut.url)).toBe(
    `${shut.name} may not connect to ${database}. GRANT CONNECT ON DATABASE ${database} TO ${shut.name};`,
  );
  expect(await refusal((await openRole('LOGIN CONNECTION LIMIT 0')).url)).toContain(
    'has no connection left.',
  );
});

test('N8: a role that may not create the tables, may not read them, or may only read them', async () => {
  const { url, owner, name } = await openRole();
  expect(await refusal(url)).toContain(`GRANT USAGE, CREATE ON SCHEMA public TO ${name};`);
  await (await openNode(owner)).close();
  expect(await refusal(url)).toContain(`${name} may not do in`);
  await queryAt(owner, [`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}`]);
  const said = await refusal(url);
  expect(said).toMatch(
    /^role_\w+ may not read and write the tables of Gatehouse \(users, .*\)\. GRANT SELECT, INSERT/,
  );
  await queryAt(owner, [said.slice(said.indexOf('GRANT'))]);
  await openNode(url);
});

test('N8: a schema there is none of, and a database that takes no writes', async () => {
  const lost = await openRole('LOGIN', 'ALTER ROLE $role SET search_path = missing');
  expect(await refusal(lost.url)).toContain('There is no schema to create tables in.');
  const stale = await openRole('LOGIN', 'ALTER ROLE $role SET default_transaction_read_only = on');
  expect(await refusal(stale.url)).toBe(
    'The database at 127.0.0.1 answers read-only. Point DATABASE_URL at the primary.',
  );
});

test('N8: the listener is not PostgreSQL', async () => {
  const { url } = await openRole();
  const strangers: Record<string, Server> = {
    'a web server': createHttpServer((_request, response) => response.end('hello')),
    'one that hangs up': createServer((socket) => socket.on('error', () => {}).end()),
    'one that says something at once': createServer((socket) =>
      socket.on('error', () => {}).write('220 mail.example.com ESMTP\r\n'),
    ),
  };
  for (const [who, server] of Object.entries(strangers)) {
    const port = await listening(server);
    for (const query of ['', 'sslmode=require'])
      expect(await refusal(changed(url, { port, query })), `${who}, ${query}`).toMatch(
        /does not speak as PostgreSQL does|did not answer within 1\.5 seconds/,
      );
  }
});

test('N8: the listener is silent, at first or after the login', async () => {
  const { url } = await openRole('LOGIN', 'GRANT ALL ON SCHEMA public TO $role');
  const port = await listening(createServer((socket) => void socket.on('error', () => {})));
  const asked = await timed(
    refusal(changed(url, { port })).then((said) => expect(said).toContain('did not answer')),
  );
  expect(asked).toMatchObject({ error: undefined });
  expect(asked.ms).toBeLessThan(3_000);
  const proxy = await startProxy(Number(new URL(url).port));
  proxy.delay(700);
  const said = await refusal(proxy.url(url));
  expect(said).toContain(
    `127.0.0.1, port ${proxy.port}, did not answer within 1.5 seconds. Check DATABASE_URL`,
  );
});

test('N8: an address to listen at is refused by its own name', async () => {
  const { url } = await openRole('LOGIN', 'GRANT ALL ON SCHEMA public TO $role');
  const listenUrl = changed(url, { secret: `${password}!` });
  expect(await refusal(url, { listenUrl })).toContain(
    'Correct user and password in GATEHOUSE_DATABASE_LISTEN_URL.',
  );
});

test('N8: the program exits with 1 and its commands with 5, in one sentence', async () => {
  const { url, name } = await openRole();
  const wrong = changed(url, { secret: `${password}!` });
  const said = `PostgreSQL refuses the password of ${name}. Correct user and password in DATABASE_URL.\n`;
  const started = await failToStart({ DATABASE_URL: wrong });
  expect(started).toEqual({ code: 1, signal: null, stdout: '', stderr: `Gatehouse cannot start.\n${said}` });
  const listed = await command(['user', 'list'], { file: '', environment: { DATABASE_URL: wrong } });
  expect(listed).toMatchObject({ code: 5, stdout: '' });
  expect(listed.stderr).toContain(said);
  for (const [DATABASE_URL, code, sentence] of [
    [changed(url, { port: String(await freePort()) }), 1, 'Nothing listens at'],
    [changed(url, { query: 'sslrootcert=/nowhere/ca.pem' }), 1, 'cannot be read'],
    [changed(url, {}), 1, 'what Gatehouse needs'],
  ] as const) {
    const failed = await failToStart({ DATABASE_URL });
    expect(failed.code).toBe(code);
    expect(failed.stderr).toContain(sentence);
    expect(failed.stderr.trim().split('\n')).toHaveLength(2);
    expect(leaks(failed.stdout + failed.stderr)).toEqual([]);
  }
});

test('N8: a server that runs writes no password into its log, whatever happens to its database', async () => {
  const { url, owner } = await openRole('LOGIN', 'GRANT ALL ON SCHEMA public TO $role');
  const proxy = await startProxy(Number(new URL(url).port));
  const server = await startProcess({ DATABASE_URL: proxy.url(url) });
  const ask = () => server.post('/login.json', { username: 'joe', password: 'a long enough one' });
  expect((await ask()).status).toBe(401);
  await queryAt(owner, ['ALTER TABLE auth RENAME TO lost']);
  expect((await ask()).status).toBe(503);
  proxy.refuse();
  proxy.cut();
  expect((await ask()).status).toBe(503);
  await until(() => server.log.find(({ msg }) => msg === 'request failed'), 'the failures in the log');
  expect(leaks(server.stdout + server.stderr)).toEqual([]);
});

test('a password is taken out of whatever is said, however it is spelled', () => {
  const url = changed('postgres://joe@db/x', { secret: password });
  const query = `postgres://joe@db/x?password=${encodeURIComponent(password)}`;
  for (const address of [url, query])
    for (const spelled of [password, encodeURIComponent(password), address])
      expect(leaks(withoutPassword(`It said: ${spelled}!`, address)), address).toEqual([]);
  expect(withoutPassword('It said nothing.', 'postgres://joe@db/x')).toBe('It said nothing.');
});
