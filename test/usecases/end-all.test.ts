/** What an operator ends goes in small steps of the store, and a server on the same file has its turn in between. */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { deleteAccount } from '../../src/usecases/account/own-account.ts';
import { endAllSessions, endEverySession, explain } from '../../src/usecases/admin/admin-sessions.ts';
import { deleteUser, disableUser, enableUser, findAccount } from '../../src/usecases/admin/admin-users.ts';
import { settleRestored } from '../../src/usecases/admin/after-restore.ts';
import { login } from '../../src/usecases/login.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { sweep } from '../../src/usecases/sweep.ts';
import { countRows, query, setTrap } from '../support/database.ts';
import { idOf } from '../support/large.ts';
import { joe, many, rows, withMany } from '../support/many.ts';
import { caller, granted } from '../support/services.ts';

/** Services with joe signed in and his many older sessions, and one session of ada's. */
async function withAda() {
  const { services, here, calls, alive } = await withMany();
  const ada = { identifier: 'ada@example.com', password: joe.password, kind: 'email' } as const;
  const { id } = granted(await registerAndLogin(services, ada, 'uuid', caller()));
  calls.length = 0;
  return { services, here, ada: id, calls, alive };
}

test('an operator ends the sessions of all users in steps of a hundred, with one entry in the audit', async () => {
  const { services, here, ada, calls, alive } = await withAda();
  let pauses = 0;
  const ended = await endEverySession(services, caller({ contract: 'cli' }), async () => {
    pauses += 1;
  });
  expect([ended, pauses]).toEqual([many + 2, 4]);
  expect(calls.map(({ name, rows }) => [name, rows])).toEqual(
    [100, 100, 100, 100, 52].map((rows) => ['sessions.removeAny', rows]),
  );
  expect(await Promise.all([here.id, ada, idOf(0), idOf(449)].map(alive))).toEqual(Array(4).fill(false));
  const entries = await services.store.audit.read({ limit: 9 });
  expect(entries.filter(({ event }) => event === 'logout')).toMatchObject([
    { outcome: 'ok', contract: 'cli', userId: null, handle: null },
  ]);
  // Each can be explained.
  expect(await explain(services, ada, caller().now)).toMatchObject({
    state: 'ended',
    ended: { contract: 'cli' },
  });
});

test('the end of all sessions lets a login through between two steps, and ends its session with the others', async () => {
  const { services, calls, alive } = await withAda();
  let began: string | undefined;
  await endEverySession(services, caller(), async () => {
    began ??= granted(await login(services, { ...joe, idFormat: 'uuid' }, caller())).id;
  });
  expect(rows(calls, 'sessions.removeAny')).toEqual([100, 100, 100, 100, 53]);
  expect(await alive(began ?? '')).toBe(false);
  const after = granted(await login(services, { ...joe, idFormat: 'uuid' }, caller()));
  expect(await alive(after.id)).toBe(true);
});

test('the end of all sessions goes on where it was cut short, and what it had ended stays ended', async () => {
  const { services } = await withAda();
  let steps = 0;
  const cut = async () => {
    steps += 1;
    if (steps === 2) throw new StoreUnavailable('cut');
  };
  await expect(endEverySession(services, caller(), cut)).rejects.toThrow(StoreUnavailable);
  expect(await countRows(services, 'sessions')).toBe(252);
  expect(await countRows(services, 'ended')).toBe(200);
  expect(await endEverySession(services, caller(), async () => {})).toBe(252);
  expect(await countRows(services, 'sessions')).toBe(0);
});

test('a restored database has no session before it serves, however many there were', async () => {
  const { services, calls, alive, here, ada } = await withAda();
  expect(await settleRestored(services, false, caller(), async () => {})).toMatchObject({ ended: many + 2 });
  expect(rows(calls, 'sessions.removeAny')).toEqual([100, 100, 100, 100, 52]);
  expect(await Promise.all([here.id, ada, idOf(0)].map(alive))).toEqual([false, false, false]);
  const entries = await services.store.audit.read({ limit: 9 });
  expect(entries.filter(({ event }) => event === 'restore')).toHaveLength(1);
});

test.each(['disable', 'enable', 'end', 'delete'] as const)(
  'what an operator does to very many sessions pauses after each step, for a server on the same file: %s',
  async (what) => {
    const { services } = await withMany();
    const found = await findAccount(services, joe.identifier);
    if (!found) throw new Error('joe is not there');
    if (what === 'enable') {
      const mend = await setTrap(services, 'cut', { at: 'BEFORE DELETE ON sessions' });
      await disableUser(services, found, caller());
      await mend();
    }
    services.pacer.pauses = 0;
    if (what === 'disable') await disableUser(services, found, caller());
    if (what === 'enable') await enableUser(services, found, caller());
    if (what === 'end') await endAllSessions(services, found.id, caller());
    if (what === 'delete') await deleteUser(services, found, caller());
    // 451 sessions: in steps of a hundred, and in steps of a hundred where the rows are reclaimed.
    expect([services.pacer.pauses, await countRows(services, 'sessions')]).toEqual([
      what === 'delete' ? 2 : 4,
      0,
    ]);
  },
);

test('the sweep ends in steps what a disabling that was cut short left behind, and leaves others alone', async () => {
  const { services, here, ada, alive } = await withAda();
  const found = await findAccount(services, joe.identifier);
  if (!found) throw new Error('joe is not there');
  const mend = await setTrap(services, 'cut', { at: 'BEFORE DELETE ON sessions' });
  await disableUser(services, found, caller());
  await mend();
  expect(await countRows(services, 'sessions')).toBe(many + 2);
  let pauses = 0;
  await sweep(services, caller().now, async () => {
    pauses += 1;
  });
  expect(pauses).toBeGreaterThanOrEqual(2);
  expect(await countRows(services, 'sessions')).toBe(1);
  expect([await alive(here.id), await alive(ada)]).toEqual([false, true]);
  expect(await explain(services, here.id, caller().now)).toMatchObject({
    state: 'ended',
    ended: { event: 'logout', outcome: 'account_disable', contract: 'sweep' },
  });
  const entries = await services.store.audit.read({ userId: found.id, limit: many + 9 });
  expect(entries.filter(({ outcome }) => outcome === 'account_disable')).toHaveLength(many + 1);
});

test('a session of a deleted account is explained by the deletion, before the sweep comes to it and after', async () => {
  const { services, here } = await withAda();
  const { id } = granted(await deleteAccount(services, here, joe.password, caller())).user;
  const deletion = { event: 'account_delete', outcome: 'ok', userId: id };
  expect(await countRows(services, 'sessions')).toBeGreaterThan(200);
  // One of the oldest, which did not go with the account.
  expect(await explain(services, idOf(0), caller().now)).toEqual({
    state: 'ended',
    ended: { ...deletion, handle: 'many000000000000', contract: 'rest', endedAt: caller().now },
  });
  await sweep(services, caller().now, async () => {});
  expect(await explain(services, idOf(0), caller().now)).toMatchObject({ state: 'ended', ended: deletion });
});

test('a session of an account that lost a record is explained by the loss', async () => {
  const { services, here } = await withAda();
  await query(services, 'DELETE FROM auth WHERE user_id = ?', here.user.id);
  expect(await explain(services, here.id, caller().now)).toMatchObject({ state: 'user_record_missing' });
});
