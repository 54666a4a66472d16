/** Peers on unix domain sockets, which have no address: how they are counted, and when their headers are trusted (ruling G16). */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createGatehouse, type Gatehouse } from '../../src/gatehouse.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { crossSite, loggedNetwork } from '../support/counted.ts';
import { root } from '../support/docs.ts';
import { type Reported, temporaryFolder } from '../support/server.ts';

const certificates = join(import.meta.dirname, '../support/certificates');

async function open(trustedProxies: string, more = {}): Promise<{ gatehouse: Gatehouse; log: Reported[] }> {
  const log: Reported[] = [];
  const report = (level: Reported['level']) => (entry: object, message: string) =>
    void log.push({ level, entry: { ...entry }, message });
  const gatehouse = await createGatehouse({
    settings: readSettings({
      DATABASE_URL: `file:${temporaryFolder()}/gatehouse.db`,
      GATEHOUSE_PBKDF2_ITERATIONS: '1000',
      GATEHOUSE_TRUSTED_PROXIES: trustedProxies,
      ...more,
    }),
    log: { info: report('info'), error: report('error') },
  });
  onTestFinished(() => gatehouse.close());
  return { gatehouse, log };
}

/** Listens, on a unix domain socket by default, until the test ends. */
async function listening<Listens extends Server>(
  server: Listens,
  path: string | undefined = join(temporaryFolder(), 'socket'),
): Promise<string> {
  if (path === '') server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });
  return path;
}

/** Sends a request that is refused, and resolves with its id. */
function refusedOver(
  options: { socketPath: string } | { port: number },
  headers: Readonly<Record<string, string>>,
  send: typeof request = request,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, ...crossSite.headers };
    send(
      { ...options, method: crossSite.method, path: crossSite.path, headers: all, agent: false },
      (answer) => {
        const { statusCode, headers } = answer.resume();
        if (statusCode === 403) answer.once('end', () => resolve(headers['x-request-id']));
        else reject(new Error(`The answer was ${statusCode}, not 403.`));
      },
    )
      .once('error', reject)
      .end();
  });
}

/** The network of a request over a unix domain socket, in front of a Gatehouse with these trusted proxies. */
async function networkOver(trustedProxies: string, headers = {}, more = {}): Promise<unknown> {
  const { gatehouse, log } = await open(trustedProxies, more);
  const socketPath = await listening(createServer(gatehouse.listener));
  return loggedNetwork(log, await refusedOver({ socketPath }, headers));
}

const forged = { 'x-forwarded-for': '203.0.113.7' };
const forgedRequest =
  'POST /auth/logout HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: 203.0.113.7\r\n' +
  `Origin: ${crossSite.headers.origin}\r\n\r\n`;

test('G16: a proxy on a unix domain socket is trusted if unix is in the setting', async () => {
  expect(await networkOver('unix', forged)).toBe('203.0.113.7');
  expect(await networkOver('10.0.0.0/8, unix', { 'x-forwarded-for': '203.0.113.7, 10.0.0.1' })).toBe(
    '203.0.113.7',
  );
  const forwarded = { GATEHOUSE_FORWARDED_HEADER: 'forwarded' };
  expect(await networkOver('unix', { forwarded: 'for="[2001:db8::1]"' }, forwarded)).toBe('2001:db8::/64');
});

test('G16: without a usable address from a proxy on a unix domain socket all clients count as one', async () => {
  for (const header of [{}, { 'x-forwarded-for': 'unix' }, { 'x-forwarded-for': '203.0.113.7, unknown' }])
    expect(await networkOver('unix', header)).toBe('unknown');
});

test('G16: a peer on a unix domain socket is not trusted without unix in the setting; all count as one', async () => {
  for (const trusted of ['', '127.0.0.0/8, ::1, 0.0.0.0/0, ::/0'])
    expect(await networkOver(trusted, forged)).toBe('unknown');
  const { gatehouse } = await open('', { GATEHOUSE_THROTTLE_CLIENT: '1/15m' });
  const socketPath = await listening(createServer(gatehouse.listener));
  const guess = (from: string, username: string) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
      request({ socketPath, method: 'POST', path: '/login.json', headers, agent: false }, (answer) =>
        answer.resume().once('end', () => resolve(answer.statusCode)),
      )
        .once('error', reject)
        .end(JSON.stringify({ username, password: 'wrong password' }));
    });
  expect(await guess('203.0.113.7', 'one')).toBe(401);
  expect(await guess('198.51.100.1', 'another')).toBe(429);
});

test('G16: unix trusts no peer over TCP', async () => {
  const { gatehouse, log } = await open('unix');
  const server = createServer(gatehouse.listener);
  await listening(server, '');
  const { port } = server.address() as AddressInfo;
  expect(loggedNetwork(log, await refusedOver({ port }, forged))).toBe('127.0.0.1');
});

/** Serves a client that goes once the server has its request, and whose connection was accepted in some way. */
async function networkOfGone(
  accept: (server: Server) => Promise<() => Socket>,
  isNoticed: boolean,
): Promise<unknown> {
  const { gatehouse, log } = await open('unix, 127.0.0.0/8');
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = createServer((incoming, outgoing) => {
    const { socket } = incoming;
    const serve = () => {
      expect([socket.remoteAddress, socket.destroyed]).toEqual([undefined, isNoticed]);
      gatehouse.listener(incoming, outgoing);
      resolve();
    };
    if (isNoticed) socket.once('close', serve);
    client.resetAndDestroy();
    if (isNoticed) return;
    // The operating system knows that the client has gone, and the server is too busy to hear of it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    serve();
  });
  const client = (await accept(server))();
  client.write(forgedRequest);
  await promise;
  const audits = log.map(({ entry }) => entry['audit'] as Record<string, unknown> | undefined);
  return audits.findLast((audit) => audit !== undefined)?.['network'];
}

const overTcp = (port: number) => () => connect(port, '127.0.0.1');

async function acceptsOverTcp(server: Server) {
  await listening(server, '');
  return overTcp((server.address() as AddressInfo).port);
}

/** Another server accepts the connection and hands it over to one that listens on a unix domain socket. */
async function isHandedOver(server: Server) {
  await listening(server);
  const accepting = createNetServer((socket) => void server.emit('connection', socket));
  accepting.listen(0, '127.0.0.1');
  await once(accepting, 'listening');
  onTestFinished(() => void accepting.close());
  return overTcp((accepting.address() as AddressInfo).port);
}

test.each([
  ['has gone', acceptsOverTcp, true],
  ['has gone unnoticed', acceptsOverTcp, false],
  ['was handed over to a server on a unix domain socket and has gone', isHandedOver, true],
  ['was handed over to a server on a unix domain socket and has gone unnoticed', isHandedOver, false],
])(
  'G16: a client over TCP that %s is not taken for one on a unix domain socket',
  async (_, accept, isNoticed) => {
    expect(await networkOfGone(accept, isNoticed)).toBe('unknown');
  },
);

test('G16: a stream that is no socket is not one on a unix domain socket because it has no address', async () => {
  const { gatehouse, log } = await open('unix');
  const server = createServer(gatehouse.listener);
  await listening(server, '');
  const [client, served] = duplexPair();
  server.emit('connection', served);
  client.end(forgedRequest);
  let answer = '';
  for await (const text of client.setEncoding('latin1')) answer += text;
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(loggedNetwork(log, /x-request-id: (\S+)/i.exec(answer)?.[1])).toBe('unknown');
});

test('G16: a server on a unix domain socket that has stopped to listen still knows what it listened on', async () => {
  const { gatehouse, log } = await open('unix');
  const server = createServer((incoming, outgoing) => {
    server.close();
    gatehouse.listener(incoming, outgoing);
  });
  const socketPath = await listening(server);
  expect(loggedNetwork(log, await refusedOver({ socketPath }, forged))).toBe('203.0.113.7');
});

test('G16: TLS over a unix domain socket changes nothing', async () => {
  const [cert, key, ca] = ['server.pem', 'server.key', 'authority.pem'].map((name) =>
    readFileSync(join(certificates, name)),
  );
  const { gatehouse, log } = await open('unix');
  const socketPath = await listening(createTlsServer({ cert, key }, gatehouse.listener));
  const send = ((options: object, answered: () => void) =>
    tlsRequest({ ...options, ca, servername: 'localhost' }, answered)) as typeof request;
  expect(loggedNetwork(log, await refusedOver({ socketPath }, forged, send))).toBe('203.0.113.7');
});

test.skipIf(process.platform === 'win32')(
  'G16: a unix domain socket that was opened by another process and handed down is one too',
  async () => {
    const folder = temporaryFolder();
    const [socketPath, kept] = [join(folder, 'socket'), join(folder, 'kept')];
    const program = join(folder, 'program.mjs');
    writeFileSync(
      program,
      `import { createServer } from 'node:http';
       import { createGatehouse, readSettings } from '${join(root, 'src/index.ts')}';
       const log = { info: ({ audit }) => audit && console.log(audit.network), error: console.log };
       const gatehouse = await createGatehouse({ settings: readSettings(process.env), log });
       createServer(gatehouse.listener).listen({ fd: 3 }, () => console.log('listening'));`,
    );
    const opener = createNetServer().listen(socketPath);
    await once(opener, 'listening');
    const { _handle: handle } = opener as unknown as { _handle: { fd: number } };
    const child = spawn(process.execPath, [program], {
      env: { DATABASE_URL: `file:${folder}/gatehouse.db`, GATEHOUSE_TRUSTED_PROXIES: 'unix' },
      stdio: ['ignore', 'pipe', 'inherit', handle.fd],
    });
    onTestFinished(() => void child.kill());
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    await expect.poll(() => said).toBe('listening\n');
    // Closing it removes the path; under another name it stays.
    renameSync(socketPath, kept);
    opener.close();
    await refusedOver({ socketPath: kept }, forged);
    await expect.poll(() => said).toBe('listening\n203.0.113.7\n');
  },
);
