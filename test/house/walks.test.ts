/** The files that a login, a check and a logout walk through: a new one on the way is a decision, and is made here. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sharedPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/server.ts';

type Walks = Readonly<Record<string, { readonly status: number; readonly files: readonly string[] }>>;

const root = fileURLToPath(new URL('../../', import.meta.url));
const walker = fileURLToPath(new URL('../support/walk.ts', import.meta.url));

/** What a server executes for each request, as the runtime itself counts it; `trustMs` as GATEHOUSE_CHECK_TRUST_MS. */
async function walked(databaseUrl: string, trustMs = 1_000): Promise<Walks> {
  const { stdout } = await promisify(execFile)(process.execPath, [walker, databaseUrl, String(trustMs)]);
  return JSON.parse(stdout.split('\n').at(-2) ?? '');
}

function linesOf(files: readonly string[]): number {
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
  return texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
}

/** On the way of every request with a session. */
const every = [
  'src/crypto/ids.ts',
  'src/http/fetch-adapter.ts',
  'src/http/handler.ts',
  'src/http/request-context.ts',
  'src/http/request/session-id.ts',
  'src/http/response-counters.ts',
  'src/http/router.ts',
  'src/storage/sqlite/connection/reader.ts',
  'src/usecases/refusals.ts',
];

/** The other files, and how many lines all of them have together at most: to be lessened. */
const walks: Readonly<Record<string, { readonly maxLines: number; readonly files: readonly string[] }>> = {
  login: {
    // With the second step (ruling F2), which is elsewhere, but asked for here.
    maxLines: 4_160,
    files: [
      'src/concepts/accounts.ts',
      'src/concepts/audit.ts',
      'src/concepts/devices.ts',
      'src/concepts/passwords/password-form.ts',
      'src/concepts/passwords/passwords.ts',
      'src/concepts/passwords/stand-ins.ts',
      'src/concepts/sessions/session-cap.ts',
      'src/concepts/sessions/sessions.ts',
      'src/concepts/throttle.ts',
      'src/crypto/fair-queue.ts',
      'src/crypto/hashing-queue.ts',
      'src/crypto/hashing-threads.ts',
      'src/crypto/phc.ts',
      'src/http/contracts/rest.ts',
      'src/http/reply.ts',
      'src/http/request/account-input.ts',
      'src/http/request/body.ts',
      'src/http/request/client-network.ts',
      'src/http/request/cookies.ts',
      'src/http/request/device-name.ts',
      'src/http/request/forwarded-header.ts',
      'src/http/request/origin.ts',
      'src/settings/ip-addresses.ts',
      'src/storage/shared/audit-chain.ts',
      'src/storage/shared/canonical-form.ts',
      'src/storage/shared/revocations.ts',
      'src/storage/shared/throttle-window.ts',
      'src/storage/sqlite/accounts.ts',
      'src/storage/sqlite/audit/audit-chain.ts',
      'src/storage/sqlite/connection/writer.ts',
      'src/storage/sqlite/devices.ts',
      'src/storage/sqlite/revocations.ts',
      'src/storage/sqlite/sessions/session-removal.ts',
      'src/storage/sqlite/sessions/sessions.ts',
      'src/storage/sqlite/throttle.ts',
      'src/usecases/login.ts',
      'src/usecases/outcomes.ts',
    ],
  },
  check: {
    maxLines: 1_300,
    files: [
      'src/http/reply.ts',
      'src/http/routes/session-check.ts',
      'src/storage/port/awaitable.ts',
      'src/storage/shared/session-cache.ts',
      'src/storage/sqlite/revocations.ts',
      'src/usecases/session-check.ts',
    ],
  },
  logout: {
    maxLines: 2_550,
    files: [
      'src/concepts/audit.ts',
      'src/concepts/sessions/lifetime.ts',
      'src/concepts/sessions/sessions.ts',
      'src/http/contracts/rest.ts',
      'src/http/request/body.ts',
      'src/http/request/client-network.ts',
      'src/http/request/cookies.ts',
      'src/http/request/forwarded-header.ts',
      'src/http/request/origin.ts',
      'src/settings/ip-addresses.ts',
      'src/storage/shared/audit-chain.ts',
      'src/storage/sqlite/audit/audit-chain.ts',
      'src/storage/sqlite/connection/writer.ts',
      'src/storage/sqlite/sessions/ended-sessions.ts',
      'src/storage/sqlite/sessions/session-removal.ts',
      'src/storage/sqlite/sessions/sessions.ts',
      'src/usecases/logout.ts',
      'src/usecases/outcomes.ts',
    ],
  },
};

/** What a check walks through besides where PostgreSQL is asked, in place of SQLite's files: the answer is written anew. */
const asked = {
  maxLines: 2_650,
  files: [
    'src/concepts/sessions/lifetime.ts',
    'src/concepts/sessions/sessions.ts',
    // What is cached, for the check and for forward authentication.
    'src/http/forward/cached-answer.ts',
    'src/http/timestamps.ts',
    'src/storage/port/awaitable.ts',
    'src/storage/postgres/cluster/session-lookup.ts',
    'src/storage/postgres/connection/circuit-breaker.ts',
    'src/storage/postgres/connection/clock.ts',
    'src/storage/postgres/connection/connections.ts',
    'src/storage/postgres/connection/pool.ts',
    'src/storage/postgres/connection/session-setup.ts',
    'src/storage/postgres/connection/text.ts',
    'src/storage/postgres/connection/time-limit.ts',
    'src/storage/postgres/rows.ts',
    'src/storage/postgres/sessions/sessions.ts',
    'src/storage/postgres/store.ts',
    'src/storage/shared/session-cache.ts',
  ],
};

const isInStore = (file: string) => file.startsWith('src/storage/');

test('a login, a check and a logout on SQLite walk through these files, and no others', async () => {
  const taken = await walked(`file:${join(temporaryFolder(), 'gatehouse.db')}`);
  expect(Object.keys(taken)).toEqual(Object.keys(walks));
  for (const [name, { status, files }] of Object.entries(taken)) {
    expect(status, name).toBe(name === 'logout' ? 204 : 200);
    expect(files, name).toEqual([...every, ...(walks[name]?.files ?? [])].toSorted());
    expect(linesOf(files), `lines of ${name}`).toBeLessThanOrEqual(walks[name]?.maxLines ?? 0);
  }
});

test('a check that asks PostgreSQL walks through the same files, and these of the store', async () => {
  const { check } = await walked(await (await sharedPostgres()).createDatabase(), 0);
  const { status, files = [] } = check ?? {};
  expect(status).toBe(200);
  const shared = [...every, ...(walks['check']?.files ?? [])].filter((file) => !isInStore(file));
  expect(files).toEqual([...shared, ...asked.files].toSorted());
  expect(linesOf(files), 'lines').toBeLessThanOrEqual(asked.maxLines);
});
