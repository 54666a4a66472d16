/** The proxy of the tests delays, falls silent, cuts and refuses, and otherwise changes nothing. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startProxy } from '../support/proxy.ts';

/** A server that handles each connection with a function; resolves to its port. */
async function serverThat(handle: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => handle(socket.on('error', () => {})));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

const echo = () => serverThat((socket) => void socket.pipe(socket));

function client(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Sends a word and resolves with the milliseconds until the first bytes came back. */
async function roundTripMs(socket: Socket, word = 'hello'): Promise<number> {
  const sentAt = performance.now();
  socket.write(word);
  const [back] = await once(socket, 'data');
  expect(String(back)).toBe(word);
  return performance.now() - sentAt;
}

/** How a connection ended: the code of the error, or `end`. */
function fate(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.on('end', () => resolve('end'));
  });
}

const isQuiet = async (socket: Socket) =>
  Promise.race([once(socket, 'data').then(() => false), pause(200, true)]);

test('bytes pass in both directions and in order, and so do the ends', async () => {
  const proxy = await startProxy(await echo());
  const socket = client(proxy.port);
  const sent = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`).join('');
  socket.end(sent);
  expect(await text(socket)).toBe(sent);
  await expect.poll(() => proxy.connections.length).toBe(0);
  expect(proxy.accepted).toBe(1);
});

test('a delay is added in each direction, and the order stays when it shrinks', async () => {
  const proxy = await startProxy(await echo());
  const socket = client(proxy.port);
  await roundTripMs(socket);
  proxy.delay(100);
  expect(await roundTripMs(socket)).toBeGreaterThanOrEqual(199);
  let received = '';
  socket.on('data', (bytes) => {
    received += String(bytes);
  });
  socket.write('first ');
  await pause(30);
  proxy.delay(0);
  socket.write('second');
  await expect.poll(() => received).toBe('first second');
});

test('a silent proxy accepts connections and bytes and does not answer; afterwards everything arrives', async () => {
  const proxy = await startProxy(await echo());
  const old = client(proxy.port);
  await roundTripMs(old);
  proxy.hang();
  const fresh = client(proxy.port);
  await once(fresh, 'connect');
  old.write('old');
  fresh.write('fresh');
  expect(await Promise.all([isQuiet(old), isQuiet(fresh)])).toEqual([true, true]);
  const heard = Promise.all([once(old, 'data'), once(fresh, 'data')]);
  proxy.resume();
  expect(String(await heard)).toBe('old,fresh');
});

test('in silence one side does not notice that the other has closed', async () => {
  const sockets: Socket[] = [];
  const proxy = await startProxy(await serverThat((socket) => void sockets.push(socket.resume())));
  const socket = client(proxy.port);
  await expect.poll(() => sockets.length).toBe(1);
  proxy.hang();
  const ending = fate(sockets[0] as Socket);
  socket.resetAndDestroy();
  expect(await Promise.race([ending, pause(200, 'nothing')])).toBe('nothing');
  proxy.resume();
  expect(await ending).toBe('ECONNRESET');
});

test('a cut resets both ends, also in silence; new connections are not concerned', async () => {
  const sockets: Socket[] = [];
  const proxy = await startProxy(
    await serverThat((socket) => void sockets.push(socket.on('data', (bytes) => void socket.write(bytes)))),
  );
  const socket = client(proxy.port);
  await roundTripMs(socket);
  proxy.hang();
  const fates = [fate(socket), fate(sockets[0] as Socket)];
  proxy.cut();
  expect(await Promise.all(fates)).toEqual(['ECONNRESET', 'ECONNRESET']);
  proxy.resume();
  await roundTripMs(client(proxy.port));
});

test('a single connection can fall silent or be cut', async () => {
  const proxy = await startProxy(await echo());
  const [one, other] = [client(proxy.port), client(proxy.port)];
  await roundTripMs(one);
  await roundTripMs(other);
  const first = proxy.connections[0];
  first?.hang();
  one.write('hello');
  await roundTripMs(other);
  expect(await isQuiet(one)).toBe(true);
  const ending = fate(one);
  first?.cut();
  expect(await ending).toBe('ECONNRESET');
  await roundTripMs(other);
  expect(proxy.connections.length).toBe(1);
});

test('a proxy that refuses keeps its open connections, and comes back on the same port', async () => {
  const proxy = await startProxy(await echo());
  const socket = client(proxy.port);
  await roundTripMs(socket);
  proxy.refuse();
  expect(await fate(client(proxy.port))).toBe('ECONNREFUSED');
  await roundTripMs(socket);
  await proxy.accept();
  await roundTripMs(client(proxy.port));
});

test('new connections go to the new port after a switch, and fail if nothing listens there', async () => {
  const proxy = await startProxy(await echo());
  const old = client(proxy.port);
  await roundTripMs(old);
  proxy.retarget(await serverThat((socket) => void socket.end('somebody else')));
  expect(await text(client(proxy.port))).toBe('somebody else');
  await roundTripMs(old);
  proxy.retarget(1);
  expect(await fate(client(proxy.port))).toBe('ECONNRESET');
  expect(proxy.url('postgres://a:b@127.0.0.1:1/c')).toBe(`postgres://a:b@127.0.0.1:${proxy.port}/c`);
});
