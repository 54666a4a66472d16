/** A hash of old parameters is made anew on a login, unless the password was changed meanwhile (ruling G5). */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { login } from '../../src/usecases/login.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import { register } from '../../src/usecases/register.ts';
import { lockWrites, rowsOf } from '../support/database.ts';
import { caller, openServices, type TestServices, untilCounted } from '../support/services.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' } as const;
const asJoe = { ...joe, idFormat: 'uuid' } as const;

/** Services of new parameters over a store in which joe's hash has the old ones. */
async function withOldHash(iterations: number) {
  const old = await openServices({ iterations: 1_000 });
  await register(old, { ...joe, kind: 'email' }, caller());
  await old.store.close();
  return openServices({ iterations, file: old.file });
}

async function hashIn(services: TestServices): Promise<string> {
  const [auth] = await rowsOf(services, 'auth');
  return String(auth?.['password_hash']);
}

test('the next right password replaces it, a wrong one does not, and the password stays the same', async () => {
  const services = await withOldHash(1_001);
  const before = await hashIn(services);
  expect(before).toContain('$i=1000,');
  expect(await login(services, { ...asJoe, password: 'wrongwrong' }, caller())).toMatchObject({
    refused: 'wrong_password',
  });
  expect(await hashIn(services)).toBe(before);
  expect(isRefusal(await login(services, asJoe, caller()))).toBe(false);
  const after = await hashIn(services);
  expect(after).toContain('$i=1001,');
  expect(isRefusal(await login(services, asJoe, caller()))).toBe(false);
  expect(await hashIn(services)).toBe(after);
});

test('a password that was changed while the new hash was computed is not changed back', async () => {
  // The new hash takes a fifth of a second: time for another process to change the password.
  const services = await withOldHash(500_000);
  const changed = await openServices({ iterations: 1_000 });
  await register(
    changed,
    { identifier: joe.identifier, kind: 'email', password: 'strongpassword' },
    caller(),
  );
  const theirs = await hashIn(changed);

  const loggingIn = login(services, asJoe, caller());
  await untilCounted(services, 3);
  const { store: elsewhere } = await openServices({ file: services.file });
  const { userId = '' } = (await elsewhere.accounts.findCredential(joe.identifier)) ?? {};
  expect(await elsewhere.accounts.replaceHash(userId, await hashIn(services), theirs)).toBe('replaced');
  // Of a change and a login at once the change wins.
  expect(await loggingIn).toMatchObject({ refused: 'wrong_password' });
  expect(await hashIn(services)).toBe(theirs);
  expect(await login(services, asJoe, caller())).toMatchObject({ refused: 'wrong_password' });
  expect(isRefusal(await login(services, { ...asJoe, password: 'strongpassword' }, caller()))).toBe(false);
});

test('many logins at once upgrade it once and all succeed', async () => {
  const services = await withOldHash(1_001);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => login(services, asJoe, caller())));
  expect(outcomes.filter((outcome) => isRefusal(outcome))).toEqual([]);
  expect(await hashIn(services)).toContain('$i=1001,');
  expect(isRefusal(await login(services, asJoe, caller()))).toBe(false);
});

test('if an upgrade cannot be written the login fails, and the old hash stays valid', async () => {
  const services = await withOldHash(500_000);
  const loggingIn = login(services, asJoe, caller());
  await untilCounted(services, 3);
  const unlock = await lockWrites(services);
  await expect(loggingIn).rejects.toThrow(StoreUnavailable);
  await unlock();
  expect(await hashIn(services)).toContain('$i=1000,');
  expect(isRefusal(await login(services, asJoe, caller()))).toBe(false);
});
