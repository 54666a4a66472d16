/** How long a session lives (ruling G15). */

import { expect, test } from 'vitest';
import { check, contracts, isAlive, joe, newSession, register, rest } from '../support/contracts.ts';
import { countRows, query } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const second = 1_000;
const day = 86_400 * second;
const start = 1_700_000_000_000;

/** A server at a standing clock, with an account. */
async function serverAt(environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer(environment);
  server.freeze(start);
  await register(server, joe.username, joe.password);
  return server;
}

/** Uses a session and waits until the use is written down, as it is a moment later. */
async function use(server: TestServer, id: string): Promise<void> {
  const answer = await check(server, id);
  expect(answer.status).toBe(200);
  const { handle, last_seen_at } = answer.json['session'] as Record<string, string>;
  const seen = () => query(server, 'SELECT last_seen_at FROM sessions WHERE handle = ?', String(handle));
  await expect.poll(seen).toEqual([{ last_seen_at: Date.parse(String(last_seen_at)) }]);
}

test.each(contracts)(
  'G15: an unused session of $name dies after 7 days, to the millisecond',
  async (contract) => {
    const server = await serverAt();
    // Asking is using, so the end itself is asked about through another session.
    const [first, second] = [await newSession(server, contract), await newSession(server, contract)];
    server.advance(7 * day - 1);
    expect(await isAlive(server, first)).toBe(true);
    server.advance(1);
    expect(await isAlive(server, second)).toBe(false);
  },
);

test.each(contracts)('G15: a dead session is no session for a logout through $name', async (contract) => {
  const server = await serverAt();
  const id = await newSession(server, rest);
  server.advance(7 * day);
  expect((await contract.logout(server, id)).status).toBe(contract.notEnded);
  expect(await isAlive(server, id)).toBe(false);
});

test('G15: a use extends the idle time, and the new end is exact to the millisecond', async () => {
  const server = await serverAt();
  const [first, second] = [await newSession(server, rest), await newSession(server, rest)];
  for (let i = 0; i < 3; i += 1) {
    server.advance(6 * day);
    await use(server, first);
    await use(server, second);
  }
  server.advance(7 * day - 1);
  expect(await isAlive(server, first)).toBe(true);
  server.advance(1);
  expect(await isAlive(server, second)).toBe(false);
});

test('G15: no use extends the absolute lifetime of 30 days, to the millisecond', async () => {
  const server = await serverAt();
  const id = await newSession(server, rest);
  for (let i = 0; i < 5; i += 1) {
    server.advance(5 * day);
    await use(server, id);
  }
  server.advance(5 * day - 1);
  await use(server, id);
  server.advance(1);
  expect(await isAlive(server, id)).toBe(false);
});

test('G15: the check says when a session will die, and never later than it must', async () => {
  const server = await serverAt();
  const id = await newSession(server, rest);
  const ends = async () => {
    const session = (await check(server, id)).json['session'] as Record<string, string>;
    return [session['idle_expires_at'], session['expires_at']].map(
      (time) => (Date.parse(String(time)) - start) / day,
    );
  };
  expect(await ends()).toEqual([7, 30]);
  for (let days = 6; days <= 24; days += 6) {
    server.advance(6 * day);
    await use(server, id);
    expect(await ends()).toEqual([Math.min(days + 7, 30), 30]);
  }
});

test('G15: the settings decide how long sessions live', async () => {
  const server = await serverAt({
    GATEHOUSE_SESSION_IDLE_SECONDS: '10',
    GATEHOUSE_SESSION_LIFETIME_SECONDS: '15',
  });
  const [unused, late, used] = [
    await newSession(server, rest),
    await newSession(server, rest),
    await newSession(server, rest),
  ];
  server.advance(8 * second);
  await use(server, used);
  server.advance(2 * second - 1);
  expect(await isAlive(server, unused)).toBe(true);
  server.advance(1);
  expect(await isAlive(server, late)).toBe(false);
  server.advance(5 * second - 1);
  expect(await isAlive(server, used)).toBe(true);
  server.advance(1);
  expect(await isAlive(server, used)).toBe(false);
});

test('G15: shorter settings apply to sessions that began before them', async () => {
  for (const setting of ['GATEHOUSE_SESSION_IDLE_SECONDS', 'GATEHOUSE_SESSION_LIFETIME_SECONDS']) {
    const before = await serverAt();
    const [first, second] = [await newSession(before, rest), await newSession(before, rest)];
    await before.stop();
    const after = await startServer({ [setting]: '3600' }, before.file);
    after.freeze(start + 3_600_000 - 1);
    expect(await isAlive(after, first)).toBe(true);
    after.advance(1);
    expect(await isAlive(after, second)).toBe(false);
  }
});

test('G15: longer settings do not prolong sessions that began before them', async () => {
  for (const setting of ['GATEHOUSE_SESSION_IDLE_SECONDS', 'GATEHOUSE_SESSION_LIFETIME_SECONDS']) {
    const before = await serverAt({ [setting]: '60' });
    const [first, second] = [await newSession(before, rest), await newSession(before, rest)];
    await before.stop();
    const after = await startServer({}, before.file);
    after.freeze(start + 60_000 - 1);
    expect(await isAlive(after, first)).toBe(true);
    after.advance(1);
    expect(await isAlive(after, second)).toBe(false);
  }
});

test('G15: the sweep removes the rows of dead sessions and no live one', async () => {
  const server = await serverAt({ GATEHOUSE_SWEEP_SECONDS: '1' });
  for (let i = 0; i < 5; i += 1) await newSession(server, rest);
  server.advance(6 * day);
  const live = await newSession(server, rest);
  expect(await countRows(server, 'sessions')).toBe(6);
  server.advance(day);
  await expect.poll(() => countRows(server, 'sessions'), { timeout: 5_000 }).toBe(1);
  expect(await isAlive(server, live)).toBe(true);
});

test('G15: a session is dead before its row is removed', async () => {
  const server = await serverAt({ GATEHOUSE_SWEEP_SECONDS: '86400' });
  const id = await newSession(server, rest);
  server.advance(8 * day);
  expect(await isAlive(server, id)).toBe(false);
  expect(await countRows(server, 'sessions')).toBe(1);
});
