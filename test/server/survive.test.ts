/** What may break around the process without breaking it: its outputs, and its clients in the middle of an answer. */

import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { isFull } from '../support/length.ts';
import { startProcess, type TestProcess, until } from '../support/process.ts';
import { loudlyRefused, openRaw, written } from '../support/raw.ts';
import { temporaryFolder } from '../support/server.ts';

const off = { GATEHOUSE_THROTTLE: 'off' };
const person = { email: 'user@example.com', password: 'strongpassword' };

/** A refusal that is logged and costs nothing else. */
const crossSite = loudlyRefused('/auth/login', person);

/** A whole life of an account, so that whatever logs has logged, and each answer is the right one. */
async function expectService(server: TestProcess, email: string): Promise<void> {
  const account = { email, password: person.password };
  const registered = await server.post('/auth/register', account);
  expect(registered.status).toBe(201);
  const cookie = { cookie: `session_id=${registered.cookie}` };
  expect((await server.send({ path: '/auth/session', headers: cookie })).json).toMatchObject({
    user: { email },
  });
  expect((await server.post('/auth/login', { ...account, password: 'not this one' })).status).toBe(401);
  expect((await server.post('/auth/logout', {}, cookie)).status).toBe(204);
  expect((await server.send({ path: '/auth/session', headers: cookie })).status).toBe(401);
  expect(server.child.exitCode).toBeNull();
}

/** Sends one request many times over one connection and waits for all answers. */
async function repeat(server: TestProcess, request: string, times: number, status: number): Promise<void> {
  const raw = await openRaw(server.url);
  let answered = 0;
  let rest = '';
  raw.socket.removeAllListeners('data').on('data', (text: string) => {
    const parts = (rest + text).split(`HTTP/1.1 ${status} `);
    answered += parts.length - 1;
    rest = String(parts.at(-1)).slice(-12);
  });
  const batch = 100;
  for (let sent = 0; sent < times; sent += batch) {
    raw.socket.write(request.repeat(batch));
    await until(
      () => (answered >= sent + batch ? true : undefined),
      `${sent + batch} answers, got ${answered}`,
    );
  }
  raw.socket.destroy();
  expect(answered).toBe(times);
}

test('standard output closed: a broken pipe under the log', async () => {
  const server = await startProcess(off);
  server.child.stdout?.destroy();
  for (let i = 0; i < 5; i += 1) await expectService(server, `user${i}@example.com`);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test('standard error closed', async () => {
  const server = await startProcess(off);
  server.child.stderr?.destroy();
  await expectService(server, person.email);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test('both outputs closed', async () => {
  const server = await startProcess(off);
  server.child.stdout?.destroy();
  server.child.stderr?.destroy();
  for (let i = 0; i < 5; i += 1) await expectService(server, `user${i}@example.com`);
  await repeat(server, crossSite, 1_000, 403);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test.skipIf(process.platform !== 'linux')('a full disk under the log', async () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const server = await startProcess(off, { stdout: full });
  for (let i = 0; i < 5; i += 1) await expectService(server, `user${i}@example.com`);
  await repeat(server, crossSite, 1_000, 403);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test('clients that reset in the middle of the answer', async () => {
  const server = await startProcess(off);
  await expectService(server, person.email);
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const raw = await openRaw(server.url);
      raw.socket.on('error', () => {});
      // Checks, refusals that log, and logins that are being hashed; more answers than a connection buffers.
      raw.socket.write(
        [written('/auth/session'), crossSite, written('/auth/login', person)][i % 3]?.repeat(50) ?? '',
      );
      if (i % 2 === 0) await new Promise((resolve) => raw.socket.once('data', resolve));
      raw.socket.resetAndDestroy();
      await raw.closed;
    }),
  );
  await expectService(server, 'another@example.com');
  expect(server.log.filter(({ level }) => level >= 50)).toEqual([]);
});

test('a reader that never reads the log delays no answer, and what it does not read is bounded', {
  timeout: 90_000,
}, async () => {
  const server = await startProcess(off, { stdout: 'unread' });
  const linesSent = isFull ? 60_000 : 24_000;
  await repeat(server, crossSite, linesSent / 2, 403);
  const residentAt = residentBytes(server);
  await repeat(server, crossSite, linesSent / 2, 403);
  await expectService(server, person.email);
  // Kept would be 11 MB of text or more, and more as strings.
  if (residentAt !== undefined)
    expect((residentBytes(server) ?? 0) - residentAt).toBeLessThan(100 * 1_024 * 1_024);

  // Now the log is read: there are 8 MiB and what the pipe held, and then new lines again.
  const output = server.child.stdout as Readable;
  let text = '';
  output.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await until(() => (text.length > 8_000_000 ? true : undefined), 'what was kept');
  await wait(500);
  const kept = text.length;
  expect(kept).toBeLessThan(9.5 * 1_024 * 1_024);
  const lines = text.split('\n').slice(0, -1);
  expect(lines.length).toBeLessThan(linesSent);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level');

  await expectService(server, 'later@example.com');
  await until(() => (/"event":"logout"/.test(text.slice(kept)) ? true : undefined), 'new lines');
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test.skipIf(process.platform === 'win32')(
  'a named pipe without a reader does not delay the stop',
  async () => {
    const fifo = join(temporaryFolder(), 'log');
    execFileSync('mkfifo', [fifo]);
    // Open for both, or opening would wait for a reader.
    const pipe = openSync(fifo, constants.O_RDWR);
    onTestFinished(() => closeSync(pipe));
    const server = await startProcess(off, { stdout: pipe });
    // Nearly a megabyte, and a pipe holds 64 kB.
    await repeat(server, crossSite, 1_000, 403);
    await expectService(server, person.email);
    const askedAt = performance.now();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAt).toBeLessThan(5_000);
  },
);

test('a client that sends requests and never reads is cut off soon, and delays no other client', async () => {
  const server = await startProcess(off);
  const raw = await openRaw(server.url);
  raw.socket.pause();
  const checks = written('/auth/session').repeat(10_000);
  for (let i = 0; i < 80; i += 1) raw.socket.write(checks);
  await wait(500);
  for (let i = 0; i < 20; i += 1) expect((await server.send({ path: '/healthz' })).status).toBe(200);
  // The server reads on only while its answers are taken: most of the questions are still on this side.
  expect(raw.socket.writableLength).toBeGreaterThan((80 * checks.length) / 2);
  raw.socket.destroy();
  await expectService(server, person.email);
});

/** The memory that the process has in use, if the system reports it. */
function residentBytes({ child }: TestProcess): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1_024;
}
