/** Law 3 of the house: wherever a use case is cut short, what is left could have been left by an honest user. */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { invite, revokeInvitation } from '../../src/usecases/admin/admin-invitations.ts';
import { login } from '../../src/usecases/login.ts';
import { logout } from '../../src/usecases/logout.ts';
import { register, registerAndLogin } from '../../src/usecases/register.ts';
import { isRefusal } from '../../src/usecases/services.ts';
import { check } from '../../src/usecases/session-check.ts';
import { lockWrites, query, setTrap } from '../support/database.ts';
import { caller, granted, openGate, type TestGate, untilCounted } from '../support/gate.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' } as const;
const newJoe = { ...joe, kind: 'email' } as const;
const asJoe = { ...joe, spelling: 'uuid' } as const;

/** About a fifth of a second: time to interfere while a password is hashed. */
const slow = 500_000;

/** What the store holds, as another process sees it. */
async function counts(gate: TestGate): Promise<Record<string, unknown>> {
  const tables = ['auth', 'users', 'sessions'].map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
  const attempts = '(SELECT sum(count) FROM throttle) AS attempts';
  const [row] = await query(gate, `SELECT ${tables.join()}, ${attempts}`);
  return { ...row };
}

/** Logs in as an honest user would, and expects it to work. */
async function expectLoginWorks(gate: TestGate): Promise<void> {
  const begun = await login(gate, asJoe, caller());
  if (isRefusal(begun)) throw new Error(`The login was refused: ${begun.refused}`);
  expect(await check(gate, begun.id, caller().now)).toMatchObject({ user: { identifier: joe.identifier } });
}

test('a registration cut short before the account leaves nothing but a counted attempt', async () => {
  const gate = await openGate({ iterations: slow });
  const registering = registerAndLogin(gate, newJoe, 'uuid', caller());
  await untilCounted(gate, 1);
  const unlock = await lockWrites(gate);
  await expect(registering).rejects.toThrow(StoreUnavailable);
  expect(await counts(gate)).toEqual({ auth: 0, users: 0, sessions: 0, attempts: 1 });
  await unlock();
  expect(isRefusal(await registerAndLogin(gate, newJoe, 'uuid', caller()))).toBe(false);
  await expectLoginWorks(gate);
});

test('a registration cut short before the session leaves an account that can log in (ruling R6)', async () => {
  const gate = await openGate();
  const disarm = await setTrap(gate, 'cut', { at: 'BEFORE INSERT ON sessions' });
  await expect(registerAndLogin(gate, newJoe, 'uuid', caller())).rejects.toThrow(StoreUnavailable);
  expect(await counts(gate)).toEqual({ auth: 1, users: 1, sessions: 0, attempts: 1 });
  expect(gate.entries.map(({ event, outcome }) => [event, outcome])).toEqual([['register', 'ok']]);
  await disarm();
  await expectLoginWorks(gate);
});

test('W5: a registration cut short at any step leaves its invitation good, until there is the account', async () => {
  const gate = await openGate({ registration: 'invite' });
  const { token } = granted(await invite(gate, joe.identifier, 7, caller()));
  const invited = { ...newJoe, invite: token };
  const invitations = async () => (await gate.invitations.list({ most: 9 })).length;
  for (const at of [
    'BEFORE INSERT ON auth',
    'BEFORE INSERT ON users',
    'BEFORE DELETE ON invitations',
  ] as const) {
    const disarm = await setTrap(gate, 'cut', { at });
    await expect(registerAndLogin(gate, invited, 'uuid', caller())).rejects.toThrow(StoreUnavailable);
    expect([await counts(gate), await invitations()]).toMatchObject([{ auth: 0, users: 0, sessions: 0 }, 1]);
    await disarm();
  }
  const disarm = await setTrap(gate, 'cut', { at: 'BEFORE INSERT ON sessions' });
  await expect(registerAndLogin(gate, invited, 'uuid', caller())).rejects.toThrow(StoreUnavailable);
  expect([await counts(gate), await invitations()]).toMatchObject([{ auth: 1, users: 1, sessions: 0 }, 0]);
  await disarm();
  await expectLoginWorks(gate);
});

test('W5: without a good invitation nothing is hashed, and an invitation that is used up meanwhile is refused', async () => {
  const gate = await openGate({ registration: 'invite', iterations: slow });
  const { token } = granted(await invite(gate, joe.identifier, 7, caller()));
  const startedAt = performance.now();
  for (let n = 0; n < 20; n += 1)
    expect(await register(gate, { ...newJoe, invite: 'a'.repeat(26) }, caller())).toEqual({
      refused: 'not_invited',
    });
  // Twenty hashes would take seconds.
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  const registering = register(gate, { ...newJoe, invite: token }, caller());
  await untilCounted(gate, 21);
  await revokeInvitation(gate, joe.identifier, caller());
  expect(await registering).toEqual({ refused: 'not_invited' });
  expect(await counts(gate)).toMatchObject({ auth: 0, users: 0, sessions: 0 });
});

test('a login cut short after the password was right leaves a counted attempt and no session', async () => {
  const gate = await openGate({ iterations: slow });
  await register(gate, newJoe, caller());
  const loggingIn = login(gate, asJoe, caller());
  await untilCounted(gate, 3);
  const unlock = await lockWrites(gate);
  await expect(loggingIn).rejects.toThrow(StoreUnavailable);
  // One for the network by each of the two, one for the account by the login alone.
  expect(await counts(gate)).toEqual({ auth: 1, users: 1, sessions: 0, attempts: 3 });
  await unlock();
  await expectLoginWorks(gate);
});

test('a login whose store is closed under it is neither a success nor a wrong password', async () => {
  const gate = await openGate({ iterations: slow });
  await register(gate, newJoe, caller());
  const loggingIn = login(gate, asJoe, caller());
  await untilCounted(gate, 3);
  await gate.store.close();
  await expect(loggingIn).rejects.toThrow(StoreUnavailable);
  const again = await openGate({ file: gate.file });
  expect(await counts(again)).toEqual({ auth: 1, users: 1, sessions: 0, attempts: 3 });
  await expectLoginWorks(again);
});

test('a logout that could not be written is an error, and the session lives', async () => {
  const gate = await openGate();
  const begun = await registerAndLogin(gate, newJoe, 'uuid', caller());
  if (isRefusal(begun)) throw new Error(begun.refused);
  const unlock = await lockWrites(gate);
  await expect(logout(gate, [begun.id], caller())).rejects.toThrow(StoreUnavailable);
  expect(gate.entries.filter(({ event }) => event === 'logout')).toEqual([]);
  expect(isRefusal(await check(gate, begun.id, caller().now))).toBe(false);
  await unlock();
  expect(await logout(gate, [begun.id], caller())).toEqual({ ended: [begun.id] });
  expect(await check(gate, begun.id, caller().now)).toEqual({ refused: 'no_session' });
});

test('whoever goes while waiting for a hash leaves no attempt behind, neither a login nor a session', async () => {
  // The first hash must not be over before the second attempt is counted.
  const gate = await openGate({ iterations: 3 * slow, queue: { threads: 1 } });
  await register(gate, newJoe, caller());
  const before = await counts(gate);
  const first = login(gate, { ...asJoe, password: 'wrongwrong' }, caller());
  const client = new AbortController();
  const second = login(gate, asJoe, caller({ signal: client.signal }));
  await untilCounted(gate, Number(before['attempts']) + 4);
  client.abort();
  await expect(second).rejects.toThrow('Dropped from the line unhashed');
  expect(await first).toMatchObject({ refused: 'wrong_password' });
  // The network keeps what it tried; the account only what was hashed.
  expect(await counts(gate)).toEqual({ ...before, attempts: Number(before['attempts']) + 3 });
});

test('an overload is refused before anything is counted or hashed', async () => {
  const gate = await openGate({ queue: { threads: 1, mostPlaces: 1 } });
  using _taken = gate.hashing.enter(caller().network);
  const overloaded = { refused: 'overloaded', retryAfterSeconds: expect.any(Number) };
  expect(await login(gate, asJoe, caller())).toEqual(overloaded);
  expect(await register(gate, newJoe, caller())).toEqual(overloaded);
  expect(await counts(gate)).toEqual({ auth: 0, users: 0, sessions: 0, attempts: null });
});

test('one who gives way to another network is refused like any overload, and a login leaves no attempt behind', async () => {
  const gate = await openGate({ iterations: slow, queue: { threads: 1, mostPlaces: 4, longestWaitMs: 1e9 } });
  await register(gate, newJoe, caller());
  const before = Number((await counts(gate))['attempts']);
  const wrong = { ...asJoe, password: 'wrongwrong' };
  // One is at its hash and three wait; each of the first two counts twice, the two registrations once.
  const first = [login(gate, wrong, caller()), login(gate, wrong, caller())];
  await untilCounted(gate, before + 4);
  const second = [
    register(gate, { ...newJoe, identifier: 'ann@example.com' }, caller()),
    register(gate, { ...newJoe, identifier: 'bob@example.com' }, caller()),
  ];
  await untilCounted(gate, before + 6);
  const others = ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map((network) =>
    login(gate, wrong, caller({ network })),
  );
  const outcomes = (await Promise.all([...first, ...second, ...others])).map((outcome) =>
    isRefusal(outcome) ? outcome.refused : 'ok',
  );
  const gaveWay = ['overloaded', 'overloaded', 'overloaded'];
  expect(outcomes).toEqual(['wrong_password', ...gaveWay, ...Array(3).fill('wrong_password')]);
  // The two registrations stay counted, of the two logins the one that was hashed; and the three of the others.
  expect(await counts(gate)).toMatchObject({ auth: 1, attempts: before + 2 + 2 + 6 });
});

test('every way out of a login and a registration frees its place in line', async () => {
  const gate = await openGate({
    queue: { threads: 1, mostPlaces: 1 },
    throttle: { account: { limit: 2, windowMs: 1_000 } },
  });
  const outcomes = [
    await register(gate, newJoe, caller()),
    await register(gate, newJoe, caller()),
    await login(gate, asJoe, caller()),
    await login(gate, { ...asJoe, password: 'wrongwrong' }, caller()),
    await login(gate, { ...asJoe, identifier: 'nobody' }, caller()),
    await login(gate, { ...asJoe, password: 'wrongwrong' }, caller()),
    await login(gate, asJoe, caller()),
  ].map((outcome) => (isRefusal(outcome) ? outcome.refused : 'ok'));
  expect(outcomes).toEqual([
    'ok',
    'identifier_taken',
    'ok',
    'wrong_password',
    'unknown_account',
    'wrong_password',
    'too_many_attempts',
  ]);
  await gate.store.close();
  await expect(login(gate, asJoe, caller({ now: caller().now + 5_000 }))).rejects.toThrow(StoreUnavailable);
  expect(gate.hashing.overloaded(caller().network)).toBeUndefined();
});
