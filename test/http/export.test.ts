/** The export of an account with a long history: page by page, few at once, and whole or visibly broken. */

import { expect, onTestFinished, test } from 'vitest';
import { createGatehouse } from '../../src/gatehouse.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { takeAway } from '../support/database.ts';
import { settingsFor } from '../support/engine-settings.ts';
import { addEntries, addSessions, storeOf } from '../support/large.ts';
import { person } from '../support/person.ts';
import { startServer, temporaryFolder } from '../support/server.ts';

const path = '/auth/account/export';

/** A Gatehouse that is asked as a function, so that a test reads an answer as slowly as it likes. */
async function open() {
  const file = `${temporaryFolder()}/gatehouse.db`;
  const given = await settingsFor(file, onTestFinished);
  const errors: unknown[] = [];
  let ahead = 0;
  const gatehouse = await createGatehouse({
    settings: readSettings({ GATEHOUSE_PBKDF2_ITERATIONS: '1000', ...given }),
    log: { info: () => {}, error: (entry) => void errors.push((entry as { err: Error }).err) },
    clock: () => Date.now() + ahead,
  });
  onTestFinished(() => gatehouse.close());
  const ask = (id: string, method = 'GET', signal: AbortSignal | null = null) =>
    gatehouse.fetch(
      new Request(`http://app.example${path}`, { method, headers: { 'x-session-id': id }, signal }),
    );
  const register = async (name: string) => {
    const response = await gatehouse.fetch(
      new Request('http://app.example/auth/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `${name}@example.com`, password: 'supersecure' }),
      }),
    );
    const { session_id: id } = (await response.json()) as { session_id: string };
    return id;
  };
  const advance = (ms: number) => {
    ahead += ms;
  };
  return { database: given['DATABASE_URL'] ?? '', errors, ask, register, advance };
}

test('P11: an export of very many entries and sessions is complete and of the documented shape', async () => {
  const server = await startServer({ GATEHOUSE_SESSIONS_PER_USER: '0' });
  const ada = await person(server);
  const { json } = await ada.ask('GET', '/auth/session');
  const { id } = json['user'] as { id: string };
  const store = await storeOf(server);
  await addSessions(store, id, 450, Date.now() - 3_600_000);
  await addEntries(store, id, 950);
  const exported = await ada.ask('GET', path);
  expect([exported.status, exported.headers['content-length']]).toEqual([200, undefined]);
  const { sessions, activity } = exported.json as unknown as {
    sessions: { handle: string; current: boolean }[];
    activity: { seq: number; event: string }[];
  };
  expect(new Set(sessions.map(({ handle }) => handle)).size).toBe(451);
  expect(sessions.filter(({ current }) => current)).toHaveLength(1);
  expect(new Set(activity.map(({ seq }) => seq)).size).toBe(953);
  expect(activity[0]?.event).toBe('account_export');
});

test('P11: one export for each person at once, and four in all; the others are 503 and work later', async () => {
  const { ask, register } = await open();
  const ids: string[] = [];
  for (const name of ['ada', 'bob', 'cyd', 'dan', 'eve']) ids.push(await register(name));
  const [ada = '', , , , eve = ''] = ids;
  const running: Response[] = [];
  for (const id of ids.slice(0, 4)) running.push(await ask(id));
  expect(running.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  for (const id of [ada, eve]) {
    const refused = await ask(id);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await refused.json()).toMatchObject({ detail: 'Too many exports at once, try again later' });
  }
  // One is read to its end, another is given up: both places are free again.
  expect(JSON.parse((await running[0]?.text()) ?? '')).toMatchObject({
    user: { identifier: 'ada@example.com' },
  });
  expect((await (await ask(eve)).text()).endsWith(']}')).toBe(true);
  await running[1]?.body?.cancel();
  const again = await ask(ada);
  const other = await ask(eve);
  expect([again.status, other.status]).toEqual([200, 200]);
});

test('P11: a client that disconnects frees its place, and HEAD takes none', async () => {
  const { ask, register } = await open();
  const id = await register('ada');
  for (let n = 0; n < 3; n += 1) expect((await ask(id, 'HEAD')).status).toBe(200);
  const client = new AbortController();
  expect((await ask(id, 'GET', client.signal)).status).toBe(200);
  expect((await ask(id)).status).toBe(503);
  client.abort();
  expect((await ask(id)).status).toBe(200);
});

test('P11: a client that is slow for a minute loses its place to the next one, and never gets a whole document', async () => {
  const { ask, register, advance, errors } = await open();
  const id = await register('ada');
  const slow = await ask(id);
  advance(59_000);
  expect((await ask(id)).status).toBe(503);
  advance(1_000);
  const next = await ask(id);
  expect(JSON.parse(await next.text())).toHaveProperty('activity');
  await expect(slow.text()).rejects.toThrow();
  expect(errors).toEqual([]);
});

test('P11: a failing store breaks the export off, which is reported once', async () => {
  const node = await open();
  const id = await node.register('ada');
  const response = await node.ask(id);
  const putBack = await takeAway(node, 'audit');
  await expect(response.text()).rejects.toThrow();
  expect(node.errors).toHaveLength(1);
  await putBack();
  expect(JSON.parse(await (await node.ask(id)).text())).toHaveProperty('activity');
});
