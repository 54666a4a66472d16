/** Inspects a database and its server without changing anything there. */

import type { SealedCount, ServerInspection } from '../../port/port.ts';
import { closedBecause } from '../../shared/database-state.ts';
import { Client } from '../connection/client.ts';
import { codeOf, thrown } from '../connection/errors.ts';
import { assertAllowed, versionIn } from '../connection/migrations.ts';
import { Login } from '../connection/session-setup.ts';
import { inTime } from '../connection/time-limit.ts';
import { isPrivate } from '../connection/url.ts';
import { migrations } from '../schema.ts';

/** The time limit of a check of all rows, and of a notification, in milliseconds. */
const lookMs = 5_000;
const hearMs = 1_000;

const settings = ['fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names'] as const;

/** The connections that the role may still open, by the limits of the server, the database and the role. */
const free = `SELECT least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true), '0')::int
      - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    (SELECT nullif(datconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())
     FROM pg_database WHERE datname = current_database()),
    (SELECT nullif(rolconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user)
     FROM pg_roles WHERE rolname = current_user))::int + 1 AS value`;

const halves = `SELECT (SELECT count(*) FROM auth WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = user_id)) +
    (SELECT count(*) FROM users WHERE NOT EXISTS (SELECT 1 FROM auth WHERE user_id = users.id)
      AND disabled_at IS DISTINCT FROM 0) AS value`;

const weak = `SELECT count(*)::int AS value FROM auth
  WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS prefix WHERE starts_with(password_hash, prefix))`;

/**
 * Inspects the database at `url`; `listenUrl` is the address for notifications, if it differs. `clock` is that of this
 * machine, and `weakPrefixes` are those of hashes that wait to be wrapped.
 *
 * @throws {StoreUnusable} if it cannot be reached, or a table is missing.
 */
export async function inspectPostgres(
  url: string,
  listenUrl: string,
  clock: () => number,
  weakPrefixes: readonly string[] = [],
): Promise<ServerInspection> {
  const login = await Login.at(url);
  const listening = listenUrl === '' ? login : await Login.at(listenUrl, 'GATEHOUSE_DATABASE_LISTEN_URL');
  const client = await connect(login);
  try {
    const found = await login.explaining(() => inTime(4 * lookMs, lookInto(client, clock, weakPrefixes)));
    return {
      ...found,
      isPrivate: [url, listenUrl].every((address) => address === '' || isPrivate(address)),
      isPooled: login.isPooled,
      receivesNotifications: !listening.isPooled && (await receivesNotifications(listening)),
    };
  } finally {
    client.end();
  }
}

async function connect(login: Login): Promise<Client> {
  const client = new Client(login.config);
  client.on('error', () => {});
  await login.explaining(() => client.connect());
  return client;
}

async function lookInto(client: Client, clock: () => number, weakPrefixes: readonly string[]) {
  const value = async <Value>(sql: string, values: unknown[] = []): Promise<Value | undefined> =>
    (await client.query<{ value: Value }>(sql, values).catch(thrown)).rows[0]?.value;

  const time = await timeOf(value, clock);
  const version = await versionIn(client);
  // An older database lacks the tables that the next start adds; they are not lost.
  if (version && version.schema >= migrations.length) await assertAllowed(client);
  const durability = await value<ServerInspection['durability']>(
    'SELECT jsonb_object_agg(name, setting) AS value FROM pg_settings WHERE name = ANY ($1)',
    [settings],
  );
  return {
    ...time,
    server: String(await value(`SELECT split_part(current_setting('server_version'), ' ', 1) AS value`)),
    schema: version?.schema,
    schemaKnown: migrations.length,
    closedBecause: version && closedBecause(version),
    isReadOnly: (await value(`SELECT current_setting('transaction_read_only')::boolean AS value`)) === true,
    halfAccounts: version ? await unlessLate(client, () => value<number>(halves)) : 0,
    sealed: version ? await unlessLate(client, () => sealedCounts(value)) : [],
    hashesToWrap: version ? await unlessLate(client, () => value<number>(weak, [weakPrefixes])) : 0,
    newestEntryAt: version
      ? await value<number>('SELECT at AS value FROM audit ORDER BY seq DESC LIMIT 1')
      : undefined,
    durability: durability as ServerInspection['durability'],
    standbys: Number(await value('SELECT count(*) AS value FROM pg_stat_replication')),
    freeConnections: Number(await value(free)),
  };
}

/** A database of an older version has no such table yet. */
async function sealedCounts(
  value: <Value>(sql: string) => Promise<Value | undefined>,
): Promise<readonly SealedCount[]> {
  if (!(await value(`SELECT to_regclass('second_factors') IS NOT NULL AS value`))) return [];
  const counts = `SELECT substr(totp_secret, 1, 12) AS prefix, count(*)::int AS count
    FROM second_factors WHERE totp_secret IS NOT NULL GROUP BY 1 ORDER BY 1`;
  const counted = `SELECT coalesce(jsonb_agg(to_jsonb(counts)), '[]') AS value FROM (${counts}) AS counts`;
  return (await value<SealedCount[]>(counted)) ?? [];
}

/** Takes the reading with the shortest round trip. */
async function timeOf(
  value: <Value>(sql: string) => Promise<Value | undefined>,
  clock: () => number,
): Promise<Pick<ServerInspection, 'aheadMs' | 'aheadWithinMs'>> {
  let best = { aheadMs: 0, aheadWithinMs: Number.POSITIVE_INFINITY };
  for (let readings = 0; readings < 5; readings += 1) {
    const [askedAt, now] = [performance.now(), clock()];
    const there = Number(await value('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS value'));
    const withinMs = (performance.now() - askedAt) / 2;
    if (withinMs < best.aheadWithinMs) best = { aheadMs: there - now - withinMs, aheadWithinMs: withinMs };
  }
  return best;
}

/** `undefined` if it takes too long. */
async function unlessLate<Value>(
  client: Client,
  work: () => Promise<Value | undefined>,
): Promise<Value | undefined> {
  await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${lookMs}`).catch(thrown);
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== '57014') throw error;
    return undefined;
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Whether a notification comes back. It has a channel of its own, so that nodes do not receive it. */
async function receivesNotifications(login: Login): Promise<boolean> {
  const client = await connect(login);
  const heard = new Promise<true>((resolve) => client.once('notification', () => resolve(true)));
  try {
    await client.query(`LISTEN gatehouse_doctor; NOTIFY gatehouse_doctor`);
    return await inTime(hearMs, heard);
  } catch {
    return false;
  } finally {
    client.end();
  }
}
