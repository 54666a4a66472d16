/** What holds for Gatehouse in every application that runs in a process of its own. */

import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { sendExactly } from '../../support/client.ts';
import { person, post, registered } from './life.ts';
import type { Running } from './page-application.ts';

export function mounted(server: () => Running): void {
  test('a login sets both cookies, and each is a line of its own', async () => {
    await registered(server().url, 'cookies@example.com');
    const { headers } = await post(server().url, '/auth/login', { ...person, email: 'cookies@example.com' });
    expect(headers['set-cookie']?.map((line) => line.split('=')[0])).toEqual([
      'session_id',
      expect.stringContaining('gatehouse_device'),
    ]);
  });

  test('HEAD is answered like GET, without a body', async () => {
    const cookie = await registered(server().url, 'head@example.com');
    const asked = { path: '/auth/session', headers: { cookie } };
    const answer = await sendExactly(server().url, { ...asked, method: 'HEAD' });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect((await sendExactly(server().url, { path: '/auth/session', method: 'HEAD' })).status).toBe(401);
  });

  test('what is wrong is answered in the shape of the contract', async () => {
    const { url } = server();
    const wrong = [
      await sendExactly(url, { path: '/auth/login' }),
      await post(url, '/auth/login', { email: 'user@example.com' }),
      await post(url, '/auth/login', { ...person, password: 'x'.repeat(100_000) }),
      await post(url, '/auth/login', person, { origin: 'https://other.example.com' }),
      await post(url, '/auth/login', { ...person, password: 'another one' }),
    ];
    expect(wrong.map(({ status }) => status)).toEqual([405, 400, 413, 403, 401]);
    for (const { headers } of wrong) expect(headers['content-type']).toBe('application/problem+json');
  });

  test('an export is streamed whole', async () => {
    const cookie = await registered(server().url, 'export@example.com');
    const { status, json } = await sendExactly(server().url, {
      path: '/auth/account/export',
      headers: { cookie },
    });
    expect([status, JSON.stringify(json)]).toEqual([200, expect.stringContaining('export@example.com')]);
  });

  test('a client that disconnects within its body leaves the application as it was', async () => {
    const { hostname, port } = new URL(server().url);
    for (let i = 0; i < 3; i += 1) {
      const socket = connect(Number(port), hostname);
      socket.write(
        `POST /auth/login HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"ema`,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
    }
    await registered(server().url, 'after@example.com');
  });
}

/** The networks in the audit of a user, the newest first. */
export function networksIn(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare('select network from audit order by seq desc')
      .all()
      .map(({ network }) => network);
  } finally {
    database.close();
  }
}

/** How often each process has a file open. */
export function openIn(file: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`))
        if (readlinkSync(`/proc/${pid}/fd/${fd}`) === file)
          found.set(Number(pid), (found.get(Number(pid)) ?? 0) + 1);
    } catch {
      // The process or the file is gone.
    }
  return found;
}
