/** Others lock what the nodes need: what needs it waits a little and is 503, the rest goes on, and collisions are not seen. */

import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openClient } from '../support/agent.ts';
import { sharedScene } from '../support/faults/scene.ts';
import { Trial } from '../support/faults/trial.ts';
import type { Interval } from '../support/faults/verdict.ts';
import { isFull } from '../support/length.ts';

const scene = sharedScene({ nodes: 2, server: { deadlock_timeout: '500ms' } });

const lockedMs = isFull ? 10_000 : 2_200;

/** Another client of the same database. */
async function stranger(): Promise<Client> {
  const { server, database } = scene();
  const client = new Client({ connectionString: server.url(database) });
  client.on('error', () => {});
  onTestFinished(() => client.end().catch(() => {}));
  await client.connect();
  return client;
}

/** A trial in which a table is locked for a while; `meanwhile` is called when it is. */
async function whileLocked(
  table: string,
  meanwhile: (trial: Trial) => Promise<unknown> = async () => {},
  forMs = lockedMs,
) {
  const client = await stranger();
  const trial = await new Trial(scene().nodes).warm();
  const fault = trial.fault();
  await client.query(`BEGIN; LOCK TABLE ${table}`);
  const lockedAt = performance.now();
  const during = meanwhile(trial);
  await pause(forMs);
  const locked: Interval = { from: lockedAt, until: performance.now() };
  await client.query('COMMIT');
  await during;
  await trial.recovered(fault);
  expect(await trial.end()).toEqual([]);
  return { trial, locked };
}

/** Nothing that was asked in an interval was answered with 503. */
function expectAnswered(trial: Trial, kinds: readonly string[], { from, until }: Interval): void {
  const asked = trial.clients.record.filter(
    ({ kind, startedAt }) => kinds.includes(kind) && startedAt > from && startedAt < until,
  );
  if (!trial.isOverloaded) expect(asked.filter(({ outcome }) => outcome === 'unavailable')).toEqual([]);
  for (const kind of kinds) expect(asked.filter((one) => one.kind === kind).length, kind).toBeGreaterThan(0);
}

/** The statuses of checks on the first node: of a session that it has just checked, and of an id that it has never seen. */
async function checks(): Promise<() => Promise<Record<'known' | 'unknown', number>>> {
  const client = scene().nodes[0]?.client;
  if (!client) throw new Error('There is no node.');
  const person = { username: `person${Math.round(performance.now())}`, password: 'supersecure' };
  await client.post('/register.json', person);
  const { json } = await client.post('/login.json', person);
  const check = async (id: unknown) =>
    (await client.get('/auth/session', { 'x-session-id': String(id) })).status;
  expect(await check(json['id'])).toBe(200);
  return async () => ({
    known: await check(json['id']),
    unknown: await check(`unknown-${Math.round(performance.now())}`),
  });
}

test('N6: LOCK TABLE sessions: a known session is accepted, a check that needs the table is 503', async () => {
  const ask = await checks();
  let asked: unknown;
  await whileLocked(
    'sessions',
    async () => {
      await pause(1_100);
      asked = await ask();
    },
    lockedMs + 2_000,
  );
  expect(asked).toEqual({ known: 200, unknown: 503 });
});

test('N6: LOCK TABLE auth: the same, and checks of unknown ids do not wait for one another', async () => {
  const { nodes } = scene();
  const many = openClient(nodes[0]?.process.url ?? '', 1_600);
  onTestFinished(() => many.close());
  // The connections are there before the lock, so that only the checks are timed.
  await Promise.all(Array.from({ length: 1_600 }, () => many.get('/healthz')));
  const asked: number[] = [];
  const look = async (trial: Trial) => {
    const ids = Array.from({ length: 1_600 }, (_, i) => `nobody${i}`);
    const told = await Promise.all(ids.map((id) => many.get('/auth/session', { 'x-session-id': id })));
    asked.push(...told.map(({ status }) => status));
    trial.measured(
      'the last of them was answered after',
      Math.max(...told.map(({ tookMs }) => tookMs)),
      4_000,
    );
  };
  await whileLocked('auth', look, lockedMs + 2_800);
  expect([...new Set(asked)]).toEqual([503]);
});

test('N2: LOCK TABLE revocations: every check asks the database', async () => {
  const ask = await checks();
  let asked: unknown;
  await whileLocked('revocations', async () => {
    await pause(1_100);
    asked = await ask();
  });
  expect(asked).toEqual({ known: 200, unknown: 401 });
});

test('N5: LOCK TABLE throttle: nodes count by themselves, and nothing is 503', async () => {
  const { nodes } = scene();
  const statuses: number[] = [];
  const { trial, locked } = await whileLocked('throttle', async () => {
    for (const { client } of nodes) statuses.push((await client.get('/readyz')).status);
  });
  expect(statuses).toEqual([200, 200]);
  expectAnswered(trial, ['register', 'login', 'check', 'logout'], locked);
});

test('N6: LOCK TABLE invitations, and registrations wait on all connections: checks go on', async () => {
  const { trial, locked } = await whileLocked('invitations', async ({ clients, nodes }) => {
    const people = Array.from({ length: 60 }, () => clients.person());
    await Promise.all(people.flatMap((owner) => nodes.map((node) => clients.register(node, owner))));
  });
  expectAnswered(trial, ['check'], locked);
});

test('N6: a logout that deadlocks with another client is run again, without an effect on the client', async () => {
  const { nodes, server, database } = scene();
  const client = await stranger();
  const trial = await new Trial(nodes).warm();
  const { clients } = trial;
  const deadlocks = async () => {
    const [row] = await server.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = $1',
      [database],
    );
    return Number(row?.deadlocks);
  };
  const before = await deadlocks();
  for (const node of nodes) {
    const owner = clients.person();
    await clients.register(node, owner);
    const { session = '' } = await clients.login(node, owner);
    const ofId = "id_hash = sha256(convert_to($1, 'UTF8'))";
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO ended SELECT id_hash, handle, user_id, 0, '', '', '' FROM sessions WHERE ${ofId}`,
      [session],
    );
    const loggedOut = clients.logout(node, { id: session, contract: owner.contract });
    await expect
      .poll(
        async () => {
          const rows = await server.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
          return rows.length;
        },
        { interval: 10 },
      )
      .toBe(1);
    await client.query(`SELECT FROM sessions WHERE ${ofId} FOR UPDATE`, [session]);
    await client.query('ROLLBACK');
    expect(await loggedOut).toMatchObject({ outcome: 'done' });
  }
  // An idle backend reports its counts within ten seconds.
  await expect.poll(deadlocks, { timeout: 20_000 }).toBe(before + nodes.length);
  expect(await trial.end()).toEqual([]);
});

test('N6: a quarter of all writes to sessions fail to serialize or deadlock, without an effect on the clients', async () => {
  const client = await stranger();
  const trial = await new Trial(scene().nodes).warm();
  await client.query(`
    CREATE SEQUENCE writes;
    CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      CASE nextval('writes') % 8
        WHEN 0 THEN RAISE EXCEPTION 'collision' USING ERRCODE = 'serialization_failure';
        WHEN 4 THEN RAISE EXCEPTION 'collision' USING ERRCODE = 'deadlock_detected';
        ELSE NULL;
      END CASE;
      RETURN coalesce(NEW, OLD);
    END $$;
    CREATE TRIGGER collide BEFORE INSERT OR UPDATE OR DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION collide();
  `);
  const writes = async () =>
    Number((await client.query('SELECT last_value FROM writes')).rows[0]?.last_value);
  await expect.poll(writes, { timeout: 60_000 }).toBeGreaterThan(isFull ? 1_000 : 80);
  await client.query('DROP FUNCTION collide CASCADE');
  expect(await trial.end()).toEqual([]);
});
