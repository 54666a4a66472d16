/** Forward authentication behind real proxies, with the files of `deploy/` (ruling W7). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { startApplication, upgrade } from '../support/application.ts';
import { command } from '../support/command.ts';
import { takeAway } from '../support/database.ts';
import { type Deployed, deploy } from '../support/deployed.ts';
import { freePort } from '../support/port.ts';
import { sharedProcess, startProcess } from '../support/process.ts';
import { certificates } from '../support/reverse-proxies.ts';

const settings = { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1', GATEHOUSE_CHECK_TRUST_MS: '0' };
const node = sharedProcess(settings);
const authority = join(certificates, 'authority.pem');

interface Behind extends Deployed {
  /** Where the proxy finds the application. */
  readonly probe: string;
}

interface Asked {
  readonly mistake?: (text: string) => string;
  readonly gatehouse?: string;
  readonly probe?: string;
}

/** Starts a proxy in front of the server and of an application, which is not there unless the test starts it. */
async function start(
  context: TestContext,
  program: 'nginx' | 'caddy',
  { mistake, gatehouse = new URL(node().url).host, probe }: Asked = {},
): Promise<Behind> {
  const host = probe ?? `127.0.0.1:${await freePort()}`;
  const hosts = { '127.0.0.1:3000': gatehouse, '127.0.0.1:8080': host };
  const asked = { name: 'forward-auth', hosts, readyPath: '/sign-in' };
  const deployed = await deploy(context, program, mistake ? { ...asked, mistake } : asked);
  return { ...deployed, probe: host };
}

const doctor = ({ url, probe }: Behind, sessionId: string) => {
  const words = [
    'doctor',
    'forward-auth',
    url,
    '--listen',
    probe,
    '--json',
    ...(sessionId ? ['--session'] : []),
  ];
  return command(words, {
    file: node().file,
    input: sessionId,
    environment: { NODE_EXTRA_CA_CERTS: authority },
  });
};

let people = 0;

async function newSession({ client }: Behind): Promise<string> {
  people += 1;
  const person = { email: `ada${people}@example.com`, password: 'strongpassword' };
  return JSON.parse((await client.ask('POST', '/auth/register', person)).text).session_id;
}

/** What a browser sends that opens a page. */
const html = { accept: 'text/html' };

describe.each(['nginx', 'caddy'] as const)('%s', (kind) => {
  test('W7: none of the forged identity headers reach the application, and those of Gatehouse do', async (context) => {
    const behind = await start(context, kind);
    const said = await doctor(behind, await newSession(behind));
    const says = said.json.map(({ verdict, says }) => `${verdict}: ${says}`);
    expect(says, said.stderr).toEqual([
      expect.stringMatching(
        /^ok: Without a session nothing reached the application: the proxy answered 302\./,
      ),
      'ok: None of the forged identity headers reached the application, in 8 spellings.',
      expect.stringMatching(/^ok: Of a signed-in person the application gets Remote-User, Remote-Name, /),
      ...(kind === 'caddy'
        ? [expect.stringMatching(/^warning: A client that names Remote-User in Conn/)]
        : []),
    ]);
    expect(said.code).toBe(0);
  });

  test('W7: a browser is sent to sign in and back, and a script gets 401', async (context) => {
    const { client, url } = await start(context, kind);
    const opened = await client.ask('GET', '/notes?a=b', undefined, { accept: 'text/html' });
    expect(opened.status).toBe(302);
    const location = new URL(String(opened.headers.location), url);
    expect([location.pathname, location.searchParams.get('return_to')]).toEqual(['/sign-in', '/notes?a=b']);
    expect((await client.ask('GET', `${location.pathname}${location.search}`)).status).toBe(200);
    for (const [method, accept] of [
      ['GET', '*/*'],
      ['POST', 'text/html'],
    ] as const)
      expect((await client.ask(method, '/notes', undefined, { accept })).status).toBe(401);
  });

  test('W7, L5: what a client says of the original request is not believed, and no way back leads elsewhere', async (context) => {
    const { client, url } = await start(context, kind);
    const wayBack = async (path: string, headers = {}) => {
      const { status, headers: answered } = await client.ask('GET', path, undefined, { ...html, ...headers });
      expect(status, path).toBe(302);
      const location = new URL(String(answered.location), url);
      expect([location.origin, location.pathname]).toEqual([new URL(url).origin, '/sign-in']);
      return location.searchParams.get('return_to');
    };
    for (const uri of ['https://evil.example/', '//evil.example', `/${'a'.repeat(8_000)}`])
      expect(await wayBack('/notes', { 'x-forwarded-uri': uri })).toBe('/notes');
    const forged = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'javascript',
      'x-forwarded-method': 'POST',
    };
    expect(await wayBack('/notes', forged)).toBe('/notes');
    expect(await wayBack('//evil.example/')).toBeNull();
    // Caddy encodes the backslash, which makes it a path of this host.
    expect(await wayBack('/\\evil.example/')).toBe(kind === 'caddy' ? '/%5Cevil.example/' : null);
    expect(await wayBack('/a%0d%0aLocation:%20https://evil.example')).not.toMatch(/[\r\n]/);
    // A cookie of a domain that nothing was set for does not count.
    const cookie = `__Secure-gatehouse_forward=${'a'.repeat(43)}.${'b'.repeat(43)}`;
    expect(await wayBack('/notes', { cookie })).toBe('/notes');
  });

  test('W7: a signed-in person reaches the application and its WebSocket, until the logout', async (context) => {
    const application = await startApplication();
    const behind = await start(context, kind, { probe: application.host });
    const { client } = behind;
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    const person = { email: `${kind}@example.com`, password: 'strongpassword' };
    const registered = await client.ask('POST', '/auth/register', person, forwarded);
    const session = { cookie: `session_id=${JSON.parse(registered.text).session_id}` };
    // Neither what the client says of itself nor the address of the proxy.
    const { text } = await client.ask('GET', '/auth/sessions', undefined, { ...session, ...forwarded });
    expect(JSON.parse(text).sessions).toMatchObject([{ network: '127.0.0.9' }]);
    const opens = () =>
      upgrade(behind, readFileSync(authority, 'utf8'), { ...session, remote_user: 'forged' });
    expect(await client.ask('GET', '/', undefined, session)).toMatchObject({ text: 'the application' });
    expect(await opens()).toEqual({ status: 101, echo: 'ping' });
    expect(application.arrived.flat()).not.toContain('forged');
    expect(application.arrived.at(-1)).toEqual(expect.arrayContaining(['Remote-User', person.email]));
    expect((await client.ask('POST', '/auth/logout', undefined, session)).status).toBe(204);
    expect((await client.ask('GET', '/', undefined, session)).status).toBe(401);
    expect(await opens()).toEqual({ status: 401 });
    expect(application.arrived).toHaveLength(2);
  });

  test('W7, G9: while the database or Gatehouse is away, the answer is 503 or 502, and no browser is sent to sign in', async (context) => {
    const own = await startProcess(settings);
    const { client } = await start(context, kind, { gatehouse: new URL(own.url).host });
    const person = { email: 'ada@example.com', password: 'strongpassword' };
    const { session_id } = JSON.parse((await client.ask('POST', '/auth/register', person)).text);
    const ask = async () => {
      const headers = { ...html, cookie: `session_id=${session_id}` };
      const answer = await client.ask('GET', '/', undefined, headers);
      return [answer.status, answer.headers.location];
    };
    const putBack = await takeAway(own, 'sessions');
    expect(await ask()).toEqual([503, undefined]);
    await putBack();
    // The session is known again, and only the application is missing.
    expect(await ask()).toEqual([502, undefined]);
    await own.stop();
    expect(await ask()).toEqual([kind === 'nginx' ? 503 : 502, undefined]);
  });
});

test('a proxy that passes on what clients say is detected', async (context) => {
  const lenient = (text: string) =>
    text
      .replace(/ *proxy_set_header Remote-Email.*\n/, '')
      .replace('server {', 'underscores_in_headers on;\nserver {');
  const behind = await start(context, 'nginx', { mistake: lenient });
  const said = await doctor(behind, await newSession(behind));
  const problems = said.json.filter(({ verdict }) => verdict === 'problem').map(({ says }) => says);
  expect(problems).toContainEqual(
    expect.stringMatching(/reached the application \(in capitals\): REMOTE-EMAIL\./),
  );
  expect(problems).toContainEqual(expect.stringMatching(/\(with underscores\): Remote_User, Remote_Name/));
  expect(said.code).toBe(1);
});

test('a proxy that does not ask is detected, and a session that is dead', async (context) => {
  const open = await start(context, 'nginx', {
    mistake: (text) => text.replace(/ *auth_request \/forward;\n/, ''),
  });
  const said = await doctor(open, '');
  expect(said.json).toMatchObject([
    { verdict: 'problem', says: expect.stringMatching(/^Without a session 8 of 8 requests reached/) },
    { verdict: 'warning' },
  ]);
  const closed = await start(context, 'nginx');
  expect((await doctor(closed, 'x'.repeat(26))).json).toContainEqual(
    expect.objectContaining({ says: expect.stringMatching(/did not reach the probe .* answered 302/) }),
  );
});
