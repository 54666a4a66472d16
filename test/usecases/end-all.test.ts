/** What an operator ends goes in small steps of the store, and a server on the same file has its turn in between. */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port.ts';
import { endAllSessions, endEverySession, explain } from '../../src/usecases/end.ts';
import { login } from '../../src/usecases/login.ts';
import { deleteUser, disableUser, enableUser, findAccount } from '../../src/usecases/operate.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { settleRestored } from '../../src/usecases/restore.ts';
import { countRows } from '../support/database.ts';
import { caller, granted } from '../support/gate.ts';
import { addSessions, idOf } from '../support/large.ts';
import { joe, many, rows, withMany } from '../support/many.ts';

/** A gate with joe signed in and his many older sessions, and one session of ada's. */
async function withAda() {
  const { gate, here, calls, alive } = await withMany();
  const ada = { identifier: 'ada@example.com', password: joe.password, kind: 'email' } as const;
  const { id } = granted(await registerAndLogin(gate, ada, 'uuid', caller()));
  calls.length = 0;
  return { gate, here, ada: id, calls, alive };
}

test('an operator ends the sessions of all users in steps of two hundred, with one entry in the audit', async () => {
  const { gate, here, ada, calls, alive } = await withAda();
  let pauses = 0;
  const ended = await endEverySession(gate, caller({ contract: 'cli' }), async () => {
    pauses += 1;
  });
  expect([ended, pauses]).toEqual([many + 2, 2]);
  expect(calls.map(({ name, rows }) => [name, rows])).toEqual(
    [200, 200, 52].map((rows) => ['sessions.removeAny', rows]),
  );
  expect(await Promise.all([here.id, ada, idOf(0), idOf(449)].map(alive))).toEqual(Array(4).fill(false));
  const entries = await gate.audit.read({ most: 9 });
  expect(entries.filter(({ event }) => event === 'logout')).toMatchObject([
    { outcome: 'ok', contract: 'cli', userId: null, handle: null },
  ]);
  // Each can be explained.
  expect(await explain(gate, ada, caller().now)).toMatchObject({
    state: 'ended',
    ended: { contract: 'cli' },
  });
});

test('the end of all sessions lets a login through between two steps, and ends its session with the others', async () => {
  const { gate, calls, alive } = await withAda();
  let began: string | undefined;
  await endEverySession(gate, caller(), async () => {
    began ??= granted(await login(gate, { ...joe, spelling: 'uuid' }, caller())).id;
  });
  expect(rows(calls, 'removeAny')).toEqual([200, 200, 53]);
  expect(await alive(began ?? '')).toBe(false);
  const after = granted(await login(gate, { ...joe, spelling: 'uuid' }, caller()));
  expect(await alive(after.id)).toBe(true);
});

test('the end of all sessions goes on where it was cut short, and what it had ended stays ended', async () => {
  const { gate } = await withAda();
  let steps = 0;
  const cut = async () => {
    steps += 1;
    if (steps === 2) throw new StoreUnavailable('cut');
  };
  await expect(endEverySession(gate, caller(), cut)).rejects.toThrow(StoreUnavailable);
  expect(await countRows(gate, 'sessions')).toBe(52);
  expect(await countRows(gate, 'ended')).toBe(400);
  expect(await endEverySession(gate, caller(), async () => {})).toBe(52);
  expect(await countRows(gate, 'sessions')).toBe(0);
});

test('what is restored has no session before it is served, however many there were', async () => {
  const { gate, calls, alive, here, ada } = await withAda();
  expect(await settleRestored(gate, false, caller(), async () => {})).toMatchObject({ ended: many + 2 });
  expect(rows(calls, 'removeAny')).toEqual([200, 200, 52]);
  expect(await Promise.all([here.id, ada, idOf(0)].map(alive))).toEqual([false, false, false]);
  const entries = await gate.audit.read({ most: 9 });
  expect(entries.filter(({ event }) => event === 'restore')).toHaveLength(1);
});

test('what an operator does to very many sessions pauses after each step: a server on the same file has its turn', async () => {
  const { gate } = await withMany();
  const found = await findAccount(gate, joe.identifier);
  if (!found) throw new Error('joe is not there');
  const pauses: string[] = [];
  const pausing = (name: string) => async () => void pauses.push(name);
  const ofEach: Record<string, number> = {};
  await disableUser(gate, found, caller(), pausing('disable'));
  await addSessions(gate.store, found.id, 250, caller().now);
  await enableUser(gate, found, caller(), pausing('enable'));
  await addSessions(gate.store, found.id, 250, caller().now);
  await endAllSessions(gate, found.id, caller(), pausing('end'));
  await addSessions(gate.store, found.id, 450, caller().now);
  await deleteUser(gate, found, caller(), pausing('delete'));
  for (const name of pauses) ofEach[name] = (ofEach[name] ?? 0) + 1;
  expect(ofEach).toEqual({ disable: 2, enable: 1, end: 1, delete: 2 });
});
