/** A hash of old parameters is made anew on a login, unless somebody changed the password meanwhile (ruling G5). */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { login } from '../../src/usecases/login.ts';
import { register } from '../../src/usecases/register.ts';
import { isRefusal } from '../../src/usecases/services.ts';
import { lockWrites, rowsOf } from '../support/database.ts';
import { caller, openGate, type TestGate, untilCounted } from '../support/gate.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' } as const;
const asJoe = { ...joe, spelling: 'uuid' } as const;

/** A gate of new parameters over a store in which joe's hash has the old ones. */
async function gateWithOldHash(iterations: number) {
  const old = await openGate({ iterations: 1_000 });
  await register(old, { ...joe, kind: 'email' }, caller());
  await old.store.close();
  return openGate({ iterations, file: old.file });
}

async function hashIn(gate: TestGate): Promise<string> {
  const [auth] = await rowsOf(gate, 'auth');
  return String(auth?.['password_hash']);
}

test('the next right password replaces it, a wrong one does not, and the password stays the same', async () => {
  const gate = await gateWithOldHash(1_001);
  const before = await hashIn(gate);
  expect(before).toContain('$i=1000,');
  expect(await login(gate, { ...asJoe, password: 'wrongwrong' }, caller())).toMatchObject({
    refused: 'wrong_password',
  });
  expect(await hashIn(gate)).toBe(before);
  expect(isRefusal(await login(gate, asJoe, caller()))).toBe(false);
  const after = await hashIn(gate);
  expect(after).toContain('$i=1001,');
  expect(isRefusal(await login(gate, asJoe, caller()))).toBe(false);
  expect(await hashIn(gate)).toBe(after);
});

test('a password that was changed while the new hash was computed is not changed back', async () => {
  // The new hash takes a fifth of a second: time for another process to change the password.
  const gate = await gateWithOldHash(500_000);
  const changed = await openGate({ iterations: 1_000 });
  await register(
    changed,
    { identifier: joe.identifier, kind: 'email', password: 'strongpassword' },
    caller(),
  );
  const theirs = await hashIn(changed);

  const loggingIn = login(gate, asJoe, caller());
  await untilCounted(gate, 3);
  const { store: elsewhere } = await openGate({ file: gate.file });
  const { userId = '' } = (await elsewhere.accounts.findCredential(joe.identifier)) ?? {};
  expect(await elsewhere.accounts.replaceHash(userId, await hashIn(gate), theirs)).toBe('replaced');
  // Of a change and a login at once the change wins.
  expect(await loggingIn).toMatchObject({ refused: 'wrong_password' });
  expect(await hashIn(gate)).toBe(theirs);
  expect(await login(gate, asJoe, caller())).toMatchObject({ refused: 'wrong_password' });
  expect(isRefusal(await login(gate, { ...asJoe, password: 'strongpassword' }, caller()))).toBe(false);
});

test('many logins at once upgrade it once and all succeed', async () => {
  const gate = await gateWithOldHash(1_001);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => login(gate, asJoe, caller())));
  expect(outcomes.filter((outcome) => isRefusal(outcome))).toEqual([]);
  expect(await hashIn(gate)).toContain('$i=1001,');
  expect(isRefusal(await login(gate, asJoe, caller()))).toBe(false);
});

test('an upgrade that cannot be written costs the login, and the old hash stays good', async () => {
  const gate = await gateWithOldHash(500_000);
  const loggingIn = login(gate, asJoe, caller());
  await untilCounted(gate, 3);
  const unlock = await lockWrites(gate);
  await expect(loggingIn).rejects.toThrow(StoreUnavailable);
  await unlock();
  expect(await hashIn(gate)).toContain('$i=1000,');
  expect(isRefusal(await login(gate, asJoe, caller()))).toBe(false);
});
