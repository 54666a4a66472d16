/** A hash of old parameters is made anew on a login, unless somebody changed the password meanwhile (ruling G5). */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port.ts';
import { isRefusal } from '../../src/usecases/gate.ts';
import { login } from '../../src/usecases/login.ts';
import { register } from '../../src/usecases/register.ts';
import { caller, openGate, untilCounted } from '../support/gate.ts';
import { lock, openStore, otherConnection } from '../support/sqlite.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' } as const;
const asJoe = { ...joe, spelling: 'uuid' } as const;

/** A gate of new parameters over a file in which joe's hash has the old ones. */
async function gateWithOldHash(iterations: number) {
  const old = openGate({ iterations: 1_000 });
  await register(old, { ...joe, kind: 'email' }, caller());
  await old.store.close();
  return openGate({ iterations, file: old.file });
}

const hashIn = (file: string) =>
  String(otherConnection(file).prepare('SELECT password_hash FROM auth').get()?.['password_hash']);

test('the next right password replaces it, a wrong one does not, and the password stays the same', async () => {
  const gate = await gateWithOldHash(1_001);
  const before = hashIn(gate.file);
  expect(before).toContain('$i=1000,');
  expect(await login(gate, { ...asJoe, password: 'wrongwrong' }, caller())).toMatchObject({
    refused: 'wrong_password',
  });
  expect(hashIn(gate.file)).toBe(before);
  expect(isRefusal(await login(gate, asJoe, caller()))).toBe(false);
  const after = hashIn(gate.file);
  expect(after).toContain('$i=1001,');
  expect(isRefusal(await login(gate, asJoe, caller()))).toBe(false);
  expect(hashIn(gate.file)).toBe(after);
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
  const theirs = hashIn(changed.file);

  const loggingIn = login(gate, asJoe, caller());
  await untilCounted(gate, 3);
  const elsewhere = openStore(gate.file);
  const { userId = '' } = (await elsewhere.accounts.findCredential(joe.identifier)) ?? {};
  expect(await elsewhere.accounts.replaceHash(userId, hashIn(gate.file), theirs)).toBe(true);
  // Of a change and a login at once the change wins.
  expect(await loggingIn).toMatchObject({ refused: 'wrong_password' });
  expect(hashIn(gate.file)).toBe(theirs);
  expect(await login(gate, asJoe, caller())).toMatchObject({ refused: 'wrong_password' });
  expect(isRefusal(await login(gate, { ...asJoe, password: 'strongpassword' }, caller()))).toBe(false);
});

test('many logins at once upgrade it once and all succeed', async () => {
  const gate = await gateWithOldHash(1_001);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => login(gate, asJoe, caller())));
  expect(outcomes.filter((outcome) => isRefusal(outcome))).toEqual([]);
  expect(hashIn(gate.file)).toContain('$i=1001,');
  expect(isRefusal(await login(gate, asJoe, caller()))).toBe(false);
});

test('an upgrade that cannot be written costs the login, and the old hash stays good', async () => {
  const gate = await gateWithOldHash(500_000);
  const loggingIn = login(gate, asJoe, caller());
  await untilCounted(gate, 3);
  const unlock = lock(gate.file);
  await expect(loggingIn).rejects.toThrow(StoreUnavailable);
  unlock();
  expect(hashIn(gate.file)).toContain('$i=1000,');
  expect(isRefusal(await login(gate, asJoe, caller()))).toBe(false);
});
