/** What is done to one account with very many sessions goes in small steps of the store. */

import { expect, test } from 'vitest';
import { Accounts } from '../../src/concepts/accounts.ts';
import { Audit } from '../../src/concepts/audit.ts';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { changePassword } from '../../src/usecases/account/change-password.ts';
import { deleteAccount } from '../../src/usecases/account/own-account.ts';
import { endSession, endSessions, listSessions } from '../../src/usecases/account/own-sessions.ts';
import { endAllSessions } from '../../src/usecases/admin/admin-sessions.ts';
import { deleteUser, disableUser, enableUser, findAccount } from '../../src/usecases/admin/admin-users.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { sweep } from '../../src/usecases/sweep.ts';
import { countRows, query, setTrap } from '../support/database.ts';
import { idOf } from '../support/large.ts';
import { joe, many, rows, withMany } from '../support/many.ts';
import { caller, contextOf, granted } from '../support/services.ts';
import { counted, type StoreCall } from '../support/store-calls.ts';

test('B4: a page of the list is one call for one row more than it holds', async () => {
  const { services, here, calls } = await withMany();
  const { sessions, next } = await listSessions(services, here, undefined, caller().now);
  expect([sessions.length, next?.handle]).toEqual([100, sessions.at(-1)?.handle]);
  expect(calls).toEqual([{ name: 'sessions.ofUser', given: [], rows: 101 }]);
});

test('P3: one session among very many ends without a look at the others', async () => {
  const { services, here, calls, alive } = await withMany();
  granted(await endSession(services, here, 'many000000000007', caller()));
  expect(calls.map(({ name }) => name)).toEqual(['sessions.findByHandle', 'sessions.removeByHandle']);
  expect([await alive(idOf(7)), await alive(idOf(8))]).toEqual([false, true]);
});

test('P3: all others end in steps of a hundred', async () => {
  const { services, here, calls } = await withMany();
  expect(await endSessions(services, here, 'others', caller())).toEqual({ ended: many });
  expect(calls.map(({ rows }) => rows)).toEqual([100, 100, 100, 100, 50]);
  expect(services.entries.filter(({ event }) => event === 'logout')).toHaveLength(many);
});

test('P3: other requests run between two steps', async () => {
  const { services, here, calls } = await withMany();
  const ending = endSessions(services, here, 'others', caller());
  const seen: number[] = [];
  for (let over = false; !over; ) {
    await Promise.race([
      ending.then(() => {
        over = true;
      }),
      services.audit.keep(caller(), 'login', here.user.id),
    ]);
    seen.push(rows(calls, 'sessions.removeOfUser').length);
  }
  expect(seen.some((steps) => steps > 0 && steps < 5)).toBe(true);
});

test('P3: cut short between two steps, those used last have ended, and the next call ends the rest', async () => {
  const { services, here, alive } = await withMany();
  const mend = await setTrap(services, 'cut', {
    at: 'BEFORE DELETE ON sessions',
    when: "OLD.handle = 'many000000000100'",
  });
  await expect(endSessions(services, here, 'others', caller())).rejects.toThrow(StoreUnavailable);
  expect(await Promise.all([449, 150, 149, 0].map((n) => alive(idOf(n))))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  // What ended was reported, and nothing else.
  expect(services.entries.filter(({ event }) => event === 'logout')).toHaveLength(300);
  await mend();
  expect(await endSessions(services, here, 'others', caller())).toEqual({ ended: 150 });
  expect([await alive(idOf(0)), await alive(here.id)]).toEqual([false, true]);
});

test('P7: a password change ends very many sessions in steps, and none of them in the step that replaces the hash', async () => {
  const { services, here, calls } = await withMany();
  granted(
    await changePassword(
      services,
      here,
      { current: joe.password, replacement: 'correct battery horse' },
      caller(),
    ),
  );
  expect(rows(calls, 'sessions.removeOfUser')).toEqual([100, 100, 100, 100, 50, 0]);
  expect(await countRows(services, 'sessions')).toBe(1);
});

test('an operator ends very many sessions in steps, and gets all handles', async () => {
  const { services, here, calls } = await withMany();
  const ended = await endAllSessions(services, here.user.id, caller());
  expect([ended.length, new Set(ended).size]).toEqual([many + 1, many + 1]);
  expect(rows(calls, 'sessions.removeOfUser')).toEqual([100, 100, 100, 100, 51]);
});

test('a disabled account has no live session at once, even if the end of its sessions is interrupted', async () => {
  const { services, here, calls, alive } = await withMany();
  const found = await findAccount(services, joe.identifier);
  if (!found) throw new Error('joe is not there');
  const mend = await setTrap(services, 'cut', {
    at: 'BEFORE DELETE ON sessions',
    when: "OLD.handle = 'many000000000100'",
  });
  // The account is disabled: that its rows could not be reclaimed is no failure.
  expect(await disableUser(services, found, caller())).toMatchObject({ ended: 300 });
  expect(await Promise.all([here.id, idOf(449), idOf(0)].map(alive))).toEqual([false, false, false]);
  await mend();
  calls.length = 0;
  // None of them comes back.
  expect(await enableUser(services, found, caller())).toMatchObject({ ended: 151 });
  expect(await Promise.all([here.id, idOf(449), idOf(0)].map(alive))).toEqual([false, false, false]);
});

test('P9: a deleted account is gone at once, with few rows in its step, and the sweep reclaims the rest in steps', async () => {
  const { services, here, alive } = await withMany();
  const calls: StoreCall[] = [];
  const part = counted('accounts', services.store.accounts, calls);
  const watched = { ...services, accounts: new Accounts(part) };
  granted(await deleteAccount(watched, here, joe.password, caller()));
  expect(await Promise.all([here.id, idOf(449), idOf(0)].map(alive))).toEqual([false, false, false]);
  expect(await countRows(services, 'sessions')).toBe(251);
  granted(await registerAndLogin(services, { ...joe, kind: 'email' }, 'uuid', caller()));
  let pauses = 0;
  await sweep(watched, caller().now, async () => {
    pauses += 1;
  });
  expect(calls.filter(({ name }) => name === 'accounts.reclaim')).toHaveLength(3);
  expect(pauses).toBeGreaterThanOrEqual(2);
  expect([await countRows(services, 'sessions'), await countRows(services, 'users')]).toEqual([1, 1]);
  const [entry] = (await services.store.audit.read({ userId: here.user.id, limit: 1 })) ?? [];
  expect(entry).toMatchObject({ event: 'account_delete', outcome: 'ok' });
});

test('P9: an operator who deletes an account gets a success even if its rows could not be removed', async () => {
  const { services, here, alive } = await withMany();
  const found = await findAccount(services, joe.identifier);
  if (!found) throw new Error('joe is not there');
  const mend = await setTrap(services, 'cut', {
    at: 'BEFORE DELETE ON sessions',
    when: "OLD.handle = 'many000000000100'",
  });
  expect(await deleteUser(services, found, caller())).toMatchObject({ ended: many + 1 });
  expect(await Promise.all([here.id, idOf(449), idOf(0)].map(alive))).toEqual([false, false, false]);
  expect(await findAccount(services, joe.identifier)).toBeUndefined();
  const [left] = await query(services, 'SELECT email FROM users');
  expect([await countRows(services, 'users'), left?.['email']]).toEqual([1, null]);
  await mend();
  await sweep(services, caller().now, async () => {});
  expect([await countRows(services, 'sessions'), await countRows(services, 'users')]).toEqual([0, 0]);
});

test('a completed action stays complete if its notice cannot be queued or a log fails', async () => {
  const { services, here, alive } = await withMany();
  const failing = () => {
    throw new Error('the log is full');
  };
  const silent = { ...services, audit: new Audit(services.store.audit, { info: failing }, 400) };
  await services.store.accounts.verifyEmail(
    here.user.id,
    joe.identifier,
    caller().now,
    contextOf('email_verify'),
  );
  await setTrap(services, 'cut', { at: 'BEFORE INSERT ON mails' });
  const change = { current: joe.password, replacement: 'correct battery horse' };
  const user = { ...here.user, emailVerifiedAt: caller().now };
  const changed = granted(await changePassword(silent, { ...here, user }, change, caller()));
  expect([await alive(changed.id), await alive(idOf(0))]).toEqual([true, false]);
  // Metrics show what could not be done.
  expect(silent.audit.counts).toContainEqual({ event: 'password_change', outcome: 'unavailable', count: 1 });
});

test('P7: a password is replaced in the step that ends the last of very many sessions that began meanwhile', async () => {
  const { services, here, alive } = await withMany();
  const calls: StoreCall[] = [];
  const accounts = new Accounts(counted('accounts', services.store.accounts, calls));
  const credential = await services.store.accounts.findCredentialOf(here.user.id);
  if (!credential) throw new Error('joe is not there');
  const ending = { exceptHandle: here.session.handle, context: contextOf('logout') };
  const mend = await setTrap(services, 'cut', {
    at: 'BEFORE DELETE ON sessions',
    when: "OLD.handle = 'many000000000100'",
  });
  const replace = () => accounts.replaceHash(credential, 'new', contextOf('password_change'), ending);
  await expect(replace()).rejects.toThrow(StoreUnavailable);
  expect(await Promise.all([449, 250, 249, 0].map((n) => alive(idOf(n))))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(await services.store.accounts.findCredentialOf(here.user.id)).toEqual(credential);
  await mend();
  calls.length = 0;
  expect(await replace()).toBe(true);
  expect(calls).toHaveLength(2);
  expect(await Promise.all([idOf(249), idOf(0), here.id].map(alive))).toEqual([false, false, true]);
});
