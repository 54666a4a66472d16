/** How large a body may be, and the bodies of a logout, which are ignored (ruling G10). */

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  bytes,
  expectOnEveryContract,
  fields,
  maxBytes,
  postBytes,
  postChunked,
  serverWithPeople,
  text,
  understood,
} from '../support/body.ts';
import { sendRaw } from '../support/client.ts';
import {
  contracts,
  expectDiscreet,
  isAlive,
  joe,
  jsonPaths,
  login,
  newSession,
  rest,
} from '../support/contracts.ts';

const shared = serverWithPeople();

test('G10: a body of 16,384 bytes is read and one of 16,385 is 413, however the size is spread', async () => {
  const spaces = (size: number) => text + ' '.repeat(size - text.length);
  const filled = (size: number) => {
    const empty = JSON.stringify({ ...fields, filler: '' });
    return JSON.stringify({ ...fields, filler: 'x'.repeat(size - empty.length) });
  };
  for (const ofSize of [spaces, filled]) {
    expect(ofSize(maxBytes)).toHaveLength(maxBytes);
    await expectOnEveryContract(shared(), 'understood', ofSize(maxBytes));
    await expectOnEveryContract(shared(), 413, ofSize(maxBytes + 1));
  }
  await expectOnEveryContract(shared(), 413, spaces(1_000_000));
});

test('G10: the limit holds for a body whose size is not announced', async () => {
  const server = shared();
  for (const path of jsonPaths) {
    expect(await postChunked(server, path, text.padEnd(maxBytes))).toBe(understood[path]);
    expect(await postChunked(server, path, text.padEnd(maxBytes + 1))).toBe(413);
  }
});

test('G10: a body that announces too much is refused before it is sent', async () => {
  const server = shared();
  const answers = [...jsonPaths, '/auth/logout', '/logout.json'].map((path) =>
    sendRaw(
      server.url,
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 16385\r\n\r\n`,
    ),
  );
  // A client that sends nothing is waited for, but not for long: the other end closes.
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test('G10: a client that is still sending what was refused gets its answer, and no reset', async () => {
  const { hostname, port } = new URL(shared().url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const errors: Error[] = [];
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let answer = '';
  socket.setEncoding('utf8').on('error', (error) => errors.push(error));
  socket.on('data', (text) => {
    answer += text;
  });
  socket.write(
    'POST /login.json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n',
  );
  await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 413 .*\{"error":"[^"]+"\}$/s);
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  for (let part = 0; part < 3; part += 1) {
    socket.write('x'.repeat(20_000));
    await sleep(30);
  }
  socket.end();
  await closed;
  expect(errors).toEqual([]);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test('G10: of a body that does not end no more than a bound is read, and its client is let go after a second', async () => {
  const { hostname, port } = new URL(shared().url);
  const socket = connect({ host: hostname, port: Number(port) });
  let answer = '';
  socket.setEncoding('utf8').on('error', () => {});
  socket.on('data', (text) => {
    answer += text;
  });
  socket.write(
    'POST /login.json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500000000\r\n\r\n',
  );
  const startedMs = performance.now();
  const part = Buffer.alloc(65_536, ' ');
  let accepted = 0;
  while (!socket.destroyed && accepted < 5_000) {
    if (socket.write(part)) accepted += 1;
    else {
      const event = Promise.withResolvers<void>();
      for (const name of ['drain', 'close']) socket.once(name, () => event.resolve());
      await event.promise;
      accepted += 1;
    }
  }
  expect(answer).toMatch(/^HTTP\/1\.1 413 .*\{"error":"[^"]+"\}$/s);
  // What the two sockets hold is some megabytes; to read all of it for a second would be hundreds.
  expect(accepted).toBeLessThan(500);
  expect(performance.now() - startedMs).toBeGreaterThan(900);
});

const unread: readonly [what: string, headers: Record<string, string>, body: string | Uint8Array][] = [
  ['an empty body', { 'content-type': 'application/json' }, ''],
  ['an empty object', { 'content-type': 'application/json' }, '{}'],
  ['an object without a type', {}, '{}'],
  ['an object with fields', { 'content-type': 'application/json' }, '{"session": 1, "s": []}'],
  ['a body that is no JSON', { 'content-type': 'application/json' }, '{"'],
  ['a body that is no UTF-8', { 'content-type': 'text/plain; charset=utf-8' }, bytes(0xff, 0xfe, 0)],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
  ['an encoded body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, gzipSync('{}')],
  ['16 KiB of anything', { 'content-type': 'application/octet-stream' }, 'x'.repeat(maxBytes)],
];

for (const contract of contracts.filter(({ name }) => name !== 'envelope')) {
  test.each(unread)(`G10: a logout through ${contract.name} accepts %s`, async (_, headers, body) => {
    const server = shared();
    const id = await newSession(server, contract);
    const answer = await server.send({
      method: 'POST',
      path: contract.logoutPath,
      headers: { ...headers, cookie: `session_id=${id}` },
      body,
    });
    expect(answer.status).toBe(contract.ended);
    expect(await isAlive(server, id)).toBe(false);
  });

  test(`G10: a logout through ${contract.name} with more than 16 KiB is 413 and ends nothing`, async () => {
    const server = shared();
    const id = await newSession(server, contract);
    const cookie = `session_id=${id}`;
    const answer = await postBytes(server, contract.logoutPath, 'x'.repeat(maxBytes + 1), { cookie });
    expect(answer.status).toBe(413);
    contract.errorIn(answer);
    expectDiscreet(answer);
    const chunked = 'x'.repeat(maxBytes + 1);
    expect(await postChunked(server, contract.logoutPath, chunked, `Cookie: ${cookie}\r\n`)).toBe(413);
    expect(await isAlive(server, id)).toBe(true);
    expect(await postChunked(server, contract.logoutPath, chunked.slice(1), `Cookie: ${cookie}\r\n`)).toBe(
      contract.ended,
    );
    expect(await isAlive(server, id)).toBe(false);
  });
}

test('G10: after every refusal the server answers as before', async () => {
  const server = shared();
  for (const path of jsonPaths) {
    await postBytes(server, path, ' '.repeat(100_000));
    await postBytes(server, path, bytes(0xff));
  }
  expect((await login(server, rest, joe.username, joe.password)).status).toBe(200);
});
