/** All nodes read one clock, the database server's: whatever their machines believe, and however far away they are. */

import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { Store } from '../../../src/storage/port/port.ts';
import { DatabaseClock } from '../../../src/storage/postgres/connection/clock.ts';
import { untilSo } from '../../support/postgres/pair.ts';
import { type AtEnd, openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { startProcess, type TestProcess } from '../../support/process.ts';
import { startProxy } from '../../support/proxy.ts';

const hour = 3_600_000;

/** More than half of what a question and its answer travel on a busy machine. */
const slackMs = 30;

afterEach(() => void vi.useRealTimers());

/** A reading: where the server's clock is, how long the question and the answer travelled, and how long ago that was. */
const reading = fc.record({ out: fc.nat(500), back: fc.nat(500), agoMs: fc.nat(8_000) });

test('property: it is off by half the time that the best of its last readings travelled, at most', () => {
  const serverAheadMs = 1_700_000_000_000.25;
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 40 }), (readings) => {
      const clock = new DatabaseClock();
      const now = performance.now();
      for (const { out, back, agoMs } of readings.toSorted((a, b) => b.agoMs - a.agoMs)) {
        const readAt = now - agoMs;
        clock.note(Math.floor(readAt + serverAheadMs), readAt - out, readAt + back);
      }
      const last = readings.toSorted((a, b) => b.agoMs - a.agoMs).slice(-16);
      const bestMs = Math.min(...last.map(({ out, back }) => out + back)) / 2 + 1;
      const before = performance.now() + serverAheadMs;
      const said = clock.now();
      const after = performance.now() + serverAheadMs;
      expect(said).toBeGreaterThanOrEqual(before - bestMs - 1);
      expect(said).toBeLessThanOrEqual(after + bestMs + 1);
    }),
  );
});

test('where a better reading shows that it ran ahead it stands still until the time has come', () => {
  const clock = new DatabaseClock();
  const now = performance.now();
  // The answer took 400 ms, all of them on the way there.
  clock.note(1_000_000, now - 400, now);
  const ahead = clock.now();
  clock.note(1_000_000, now, now + 2);
  expect(ahead).toBeGreaterThan(1_000_190);
  let last = ahead;
  for (let looks = 0; looks < 1_000; looks += 1) {
    const said = clock.now();
    expect(said).toBeGreaterThanOrEqual(last);
    last = said;
  }
  expect(last).toBe(ahead);
});

test('what was read before a leap does not count any more, however well it was read', () => {
  const clock = new DatabaseClock();
  const now = performance.now();
  for (let n = 0; n < 16; n += 1) clock.note(1_000_000, now, now + 0.2);
  clock.note(1_000_000 + hour, now, now + 40);
  expect(clock.now()).toBeGreaterThanOrEqual(1_000_000 + hour - 21);
  clock.note(1_000_000, now, now + 40);
  expect(clock.now()).toBeLessThan(1_000_000 + hour / 2);
});

test('after a reset another server is believed at once, also one that is read worse', () => {
  const clock = new DatabaseClock();
  const now = performance.now();
  clock.note(5_000_000, now, now + 0.1);
  clock.reset();
  clock.note(4_000_000, now, now + 300);
  expect(clock.now()).toBeLessThan(4_000_000 + 5_000);
});

/** How far a node's clock is from a server's at least, as measured by reading one between two reads of the other. */
async function differenceMs(node: Store, url: string): Promise<number> {
  const look = () => node.clock?.() as number;
  const before = look();
  const [row] = await queryAt(url, [
    'SELECT extract(epoch FROM clock_timestamp())::double precision * 1000 AS ms',
  ]);
  return Math.max(before - Number(row?.['ms']), Number(row?.['ms']) - look(), 0);
}

async function freshDatabase(): Promise<string> {
  return (await sharedPostgres()).createDatabase();
}

test('N4: a node follows the clock of the server, whatever its machine believes', async () => {
  const url = await freshDatabase();
  for (const offset of [hour, -hour, 400 * 24 * hour]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offset });
    const node = await openNode(url);
    expect(await differenceMs(node, url)).toBeLessThan(slackMs);
    // It leaps while the node runs.
    vi.setSystemTime(Date.now() - 2 * offset);
    expect(await differenceMs(node, url)).toBeLessThan(slackMs);
    vi.useRealTimers();
  }
});

test.concurrent('N4: when the clock of the server leaps all nodes follow within two signs of life', async ({
  onTestFinished,
}) => {
  const url = await freshDatabase();
  const [name] = await queryAt(url, ['SELECT current_database() AS name']);
  // A clock of this database alone, found before the one of the server.
  await queryAt(
    url,
    ['CREATE TABLE shift (by interval NOT NULL)'],
    ["INSERT INTO shift VALUES ('0')"],
    [
      `CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
       'SELECT pg_catalog.clock_timestamp() + by FROM public.shift'`,
    ],
    [`ALTER DATABASE ${name?.['name']} SET search_path = public, pg_catalog`],
  );
  const nodes = [await openNode(url, {}, onTestFinished), await openNode(url, {}, onTestFinished)];
  for (const by of ['1 hour', '-1 hour', '0']) {
    await queryAt(url, ['UPDATE shift SET by = $1', by]);
    const leaptAt = performance.now();
    for (const node of nodes) {
      await untilSo(async () => (await differenceMs(node, url)) < slackMs, 'the node to follow', 5_000);
    }
    expect(performance.now() - leaptAt).toBeLessThan(2_000);
  }
});

test.concurrent('from afar it is off by half the way there and back at most, and as good as ever once that is over', async ({
  onTestFinished,
}) => {
  const url = await freshDatabase();
  await openNode(url, {}, onTestFinished);
  const proxy = await startProxy((await sharedPostgres()).port, { atEnd: onTestFinished });
  proxy.delay(80);
  const node = await openNode(proxy.url(url), {}, onTestFinished);
  expect(await differenceMs(node, url)).toBeLessThan(80 + slackMs);
  proxy.delay(0);
  await sleep(1_200);
  expect(await differenceMs(node, url)).toBeLessThan(slackMs);
});

/** A node whose machine believes another time: what JavaScript says of it is shifted before anything else runs. */
function startNode(database: string, shiftMs: number, atEnd: AtEnd): Promise<TestProcess> {
  const shift = `
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { if (given.length > 0) super(...given); else super(Real.now() + ${shiftMs}); }
      static now() { return Real.now() + ${shiftMs}; }
    };`;
  const environment = {
    DATABASE_URL: database,
    GATEHOUSE_SESSION_IDLE_SECONDS: '4',
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}`,
  };
  return startProcess(environment, { atEnd });
}

async function status(node: TestProcess, id: string): Promise<number> {
  return (await node.send({ path: '/auth/session', headers: { 'x-session-id': id } })).status;
}

test.concurrent('N4: nodes whose machines are an hour fast and an hour slow decide alike when a session is over', async ({
  onTestFinished,
}) => {
  const url = await freshDatabase();
  const nodes = [await startNode(url, hour, onTestFinished), await startNode(url, -hour, onTestFinished)];
  const [fast, slow] = nodes as [TestProcess, TestProcess];
  expect(Math.abs(Date.parse(String(fast.log[0]?.['time'])) - Date.now() - hour)).toBeLessThan(60_000);
  await fast.post('/auth/register', { email: 'joe@example.com', password: 'a long enough one' });
  const ids: string[] = [];
  for (const node of nodes) {
    const answer = await node.post('/login.json', {
      username: 'joe@example.com',
      password: 'a long enough one',
    });
    ids.push(String(answer.json['id']));
  }
  const begunAt = performance.now();
  for (const id of ids) for (const node of nodes) expect(await status(node, id)).toBe(200);
  expect(performance.now() - begunAt).toBeLessThan(3_500);
  // Unused for the idle time, and one more second since uses are written as they come.
  await sleep(4_500);
  for (const id of ids) for (const node of [slow, fast]) expect(await status(node, id)).toBe(401);
});
