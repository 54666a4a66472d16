/** Up to eight sessions that one request presents end in one step of the store. */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { explain } from '../../src/usecases/admin/admin-sessions.ts';
import { logout } from '../../src/usecases/logout.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import { register } from '../../src/usecases/register.ts';
import { check } from '../../src/usecases/session-check.ts';
import { setTrap } from '../support/database.ts';
import { addSessions, idOf } from '../support/large.ts';
import { caller, granted, openServices } from '../support/services.ts';
import type { StoreCall } from '../support/store-calls.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure', kind: 'email' } as const;

/** Services with twenty sessions of joe, and the calls to its store. */
async function withMany() {
  const calls: StoreCall[] = [];
  const services = await openServices({ calls });
  const { user } = granted(await register(services, joe, caller()));
  await addSessions(services.store, user.id, 20, caller().now - 10_000);
  calls.length = 0;
  const alive = async (id: string) => !isRefusal(await check(services, id, caller().now));
  return { services, calls, alive };
}

test('B5: a logout of eight sessions is one call, whatever they are', async () => {
  const { services, calls, alive } = await withMany();
  const ids = [idOf(3), idOf(1), 'x'.repeat(26), idOf(3), idOf(2), 'y'.repeat(26), idOf(5), idOf(6)];
  const { ended } = granted(await logout(services, ids, caller()));
  expect(new Set(ended)).toEqual(new Set([3, 1, 2, 5, 6].map(idOf)));
  expect(calls).toEqual([{ name: 'sessions.remove', given: [7], rows: 5 }]);
  calls.length = 0;
  expect(await logout(services, ids, caller())).toEqual({ refused: 'no_session' });
  expect(calls).toEqual([{ name: 'sessions.remove', given: [7], rows: 0 }]);
  expect(await Promise.all([1, 2, 3, 4].map((n) => alive(idOf(n))))).toEqual([false, false, false, true]);
});

test('B5: a logout that is cut short at one of its sessions ended none of them, and reported none', async () => {
  const { services, alive } = await withMany();
  const mend = await setTrap(services, 'cut', {
    at: 'BEFORE DELETE ON sessions',
    when: "OLD.handle = 'many000000000002'",
  });
  const ids = [1, 2, 3].map(idOf);
  await expect(logout(services, ids, caller())).rejects.toThrow(StoreUnavailable);
  expect(await Promise.all(ids.map(alive))).toEqual([true, true, true]);
  expect(services.entries.filter(({ event }) => event === 'logout')).toEqual([]);
  await mend();
  expect(granted(await logout(services, ids, caller())).ended).toHaveLength(3);
  expect(await Promise.all(ids.map(alive))).toEqual([false, false, false]);
});

test('B5: dead sessions among eight are noted as expired, and neither reported nor kept in the audit', async () => {
  const { services } = await withMany();
  const later = caller({ now: caller().now + 604_800_000 - 9_998 });
  expect(granted(await logout(services, [0, 1, 2, 3, 4].map(idOf), later)).ended).toEqual([3, 4].map(idOf));
  const entries = (await services.store.audit.read({ limit: 10 })).filter(({ event }) => event === 'logout');
  expect(entries.map(({ handle }) => handle)).toEqual(['many000000000004', 'many000000000003']);
  expect(await explain(services, idOf(1), later.now)).toMatchObject({
    state: 'ended',
    ended: { event: 'expiry', outcome: 'idle' },
  });
  expect(await explain(services, idOf(3), later.now)).toMatchObject({
    state: 'ended',
    ended: { event: 'logout' },
  });
});
