/** Law 3 of the house: wherever a use case is cut short, what is left could have been left by an honest user. */

import { expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { invite, revokeInvitation } from '../../src/usecases/admin/admin-invitations.ts';
import { login } from '../../src/usecases/login.ts';
import { logout } from '../../src/usecases/logout.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import { register, registerAndLogin } from '../../src/usecases/register.ts';
import { check } from '../../src/usecases/session-check.ts';
import { lockWrites, query, setTrap } from '../support/database.ts';
import { HeldQueue } from '../support/held-queue.ts';
import {
  caller,
  granted,
  openServices,
  type ServicesOptions,
  type TestServices,
  untilCounted,
} from '../support/services.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' } as const;
const newJoe = { ...joe, kind: 'email' } as const;
const asJoe = { ...joe, idFormat: 'uuid' } as const;

/** Half a second of one core: time to interfere while a password is hashed. */
const slow = 1_500_000;

/** Has the hash of an account cost that much from now on. No password is right any more, and a wrong one is told as late. */
async function slowDown(services: TestServices): Promise<void> {
  await query(services, `UPDATE auth SET password_hash = replace(password_hash, 'i=1000,', 'i=${slow},')`);
}

/** Services whose hashes begin when the test says so, with that word. */
async function heldServices(options: ServicesOptions = {}) {
  const hashing = new HeldQueue();
  onTestFinished(() => hashing.close());
  return { services: { ...(await openServices(options)), hashing }, hashing };
}

/** What the store holds, as another process sees it. */
async function counts(services: TestServices): Promise<Record<string, unknown>> {
  const tables = ['auth', 'users', 'sessions'].map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
  const attempts = '(SELECT sum(count) FROM throttle) AS attempts';
  const [row] = await query(services, `SELECT ${tables.join()}, ${attempts}`);
  return { ...row };
}

/** Logs in as an honest user would, and expects it to work. */
async function expectLoginWorks(services: TestServices): Promise<void> {
  const begun = await login(services, asJoe, caller());
  if (isRefusal(begun)) throw new Error(`The login was refused: ${begun.refused}`);
  expect(await check(services, begun.id, caller().now)).toMatchObject({
    user: { identifier: joe.identifier },
  });
}

test('a registration cut short before the account leaves nothing but a counted attempt', async () => {
  const { services, hashing } = await heldServices();
  const letGo = hashing.hold();
  const registering = registerAndLogin(services, newJoe, 'uuid', caller());
  await untilCounted(services, 1);
  const unlock = await lockWrites(services);
  letGo();
  await expect(registering).rejects.toThrow(StoreUnavailable);
  expect(await counts(services)).toEqual({ auth: 0, users: 0, sessions: 0, attempts: 1 });
  await unlock();
  expect(isRefusal(await registerAndLogin(services, newJoe, 'uuid', caller()))).toBe(false);
  await expectLoginWorks(services);
});

test('a registration cut short before the session leaves an account that can log in (ruling R6)', async () => {
  const services = await openServices();
  const disarm = await setTrap(services, 'cut', { at: 'BEFORE INSERT ON sessions' });
  await expect(registerAndLogin(services, newJoe, 'uuid', caller())).rejects.toThrow(StoreUnavailable);
  expect(await counts(services)).toEqual({ auth: 1, users: 1, sessions: 0, attempts: 1 });
  expect(services.entries.map(({ event, outcome }) => [event, outcome])).toEqual([['register', 'ok']]);
  await disarm();
  await expectLoginWorks(services);
});

test('W5: a registration cut short at any step leaves its invitation good, until there is the account', async () => {
  const services = await openServices({ registration: 'invite' });
  const { token } = granted(await invite(services, joe.identifier, 7, caller()));
  const invited = { ...newJoe, invite: token };
  const invitations = async () => (await services.store.invitations.list({ limit: 9 })).length;
  for (const at of [
    'BEFORE INSERT ON auth',
    'BEFORE INSERT ON users',
    'BEFORE DELETE ON invitations',
  ] as const) {
    const disarm = await setTrap(services, 'cut', { at });
    await expect(registerAndLogin(services, invited, 'uuid', caller())).rejects.toThrow(StoreUnavailable);
    expect([await counts(services), await invitations()]).toMatchObject([
      { auth: 0, users: 0, sessions: 0 },
      1,
    ]);
    await disarm();
  }
  const disarm = await setTrap(services, 'cut', { at: 'BEFORE INSERT ON sessions' });
  await expect(registerAndLogin(services, invited, 'uuid', caller())).rejects.toThrow(StoreUnavailable);
  expect([await counts(services), await invitations()]).toMatchObject([
    { auth: 1, users: 1, sessions: 0 },
    0,
  ]);
  await disarm();
  await expectLoginWorks(services);
});

test('W5: without a valid invitation nothing is hashed, and an invitation that is used up meanwhile is refused', async () => {
  const { services, hashing } = await heldServices({ registration: 'invite' });
  const { token } = granted(await invite(services, joe.identifier, 7, caller()));
  for (let n = 0; n < 20; n += 1)
    expect(await register(services, { ...newJoe, invite: 'a'.repeat(26) }, caller())).toEqual({
      refused: 'not_invited',
    });
  expect(hashing.counts.hashed).toBe(0);
  const letGo = hashing.hold();
  const registering = register(services, { ...newJoe, invite: token }, caller());
  await untilCounted(services, 21);
  await revokeInvitation(services, joe.identifier, caller());
  letGo();
  expect(await registering).toEqual({ refused: 'not_invited' });
  expect(hashing.counts.hashed).toBe(1);
  expect(await counts(services)).toMatchObject({ auth: 0, users: 0, sessions: 0 });
});

test('a login cut short after the password was right leaves a counted attempt and no session', async () => {
  const { services, hashing } = await heldServices();
  await register(services, newJoe, caller());
  const letGo = hashing.hold();
  const loggingIn = login(services, asJoe, caller());
  await untilCounted(services, 3);
  const unlock = await lockWrites(services);
  letGo();
  await expect(loggingIn).rejects.toThrow(StoreUnavailable);
  // One for the network by each of the two, one for the account by the login alone.
  expect(await counts(services)).toEqual({ auth: 1, users: 1, sessions: 0, attempts: 3 });
  await unlock();
  await expectLoginWorks(services);
});

test('a login whose store is closed under it is neither a success nor a wrong password', async () => {
  const { services, hashing } = await heldServices();
  await register(services, newJoe, caller());
  const letGo = hashing.hold();
  const loggingIn = login(services, asJoe, caller());
  await untilCounted(services, 3);
  await services.store.close();
  letGo();
  await expect(loggingIn).rejects.toThrow(StoreUnavailable);
  const again = await openServices({ file: services.file });
  expect(await counts(again)).toEqual({ auth: 1, users: 1, sessions: 0, attempts: 3 });
  await expectLoginWorks(again);
});

test('a logout that could not be written is an error, and the session lives', async () => {
  const services = await openServices();
  const begun = await registerAndLogin(services, newJoe, 'uuid', caller());
  if (isRefusal(begun)) throw new Error(begun.refused);
  const unlock = await lockWrites(services);
  await expect(logout(services, [begun.id], caller())).rejects.toThrow(StoreUnavailable);
  expect(services.entries.filter(({ event }) => event === 'logout')).toEqual([]);
  expect(isRefusal(await check(services, begun.id, caller().now))).toBe(false);
  await unlock();
  expect(await logout(services, [begun.id], caller())).toEqual({ ended: [begun.id] });
  expect(await check(services, begun.id, caller().now)).toEqual({ refused: 'no_session' });
});

test('a client that leaves while it waits for a hash leaves no attempt, no login and no session', async () => {
  const services = await openServices({ queue: { threads: 1 } });
  await register(services, newJoe, caller());
  // The first hash must not be over before the second attempt is counted.
  await slowDown(services);
  const before = await counts(services);
  const first = login(services, { ...asJoe, password: 'wrongwrong' }, caller());
  const client = new AbortController();
  const second = login(services, asJoe, caller({ signal: client.signal }));
  await untilCounted(services, Number(before['attempts']) + 4);
  client.abort();
  await expect(second).rejects.toThrow('Dropped from the queue unhashed');
  expect(await first).toMatchObject({ refused: 'wrong_password' });
  // The network keeps what it tried; the account only what was hashed.
  expect(await counts(services)).toEqual({ ...before, attempts: Number(before['attempts']) + 3 });
});

test('an overload is refused before anything is counted or hashed', async () => {
  const services = await openServices({ queue: { threads: 1, maxPlaces: 1 } });
  using _taken = services.hashing.enter(caller().network);
  const overloaded = { refused: 'overloaded', retryAfterSeconds: expect.any(Number) };
  expect(await login(services, asJoe, caller())).toEqual(overloaded);
  expect(await register(services, newJoe, caller())).toEqual(overloaded);
  expect(await counts(services)).toEqual({ auth: 0, users: 0, sessions: 0, attempts: null });
});

test('a displaced login is refused like any overload, and leaves no attempt', async () => {
  const services = await openServices({ queue: { threads: 1, maxPlaces: 4, maxWaitMs: 1e9 } });
  await register(services, newJoe, caller());
  await slowDown(services);
  const before = Number((await counts(services))['attempts']);
  const wrong = { ...asJoe, password: 'wrongwrong' };
  // One is at its hash and three wait; each of the first two counts twice, the two registrations once.
  const first = [login(services, wrong, caller()), login(services, wrong, caller())];
  await untilCounted(services, before + 4);
  const second = [
    register(services, { ...newJoe, identifier: 'ann@example.com' }, caller()),
    register(services, { ...newJoe, identifier: 'bob@example.com' }, caller()),
  ];
  await untilCounted(services, before + 6);
  const others = ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map((network) =>
    login(services, { ...wrong, identifier: 'nobody@example.com' }, caller({ network })),
  );
  const outcomes = (await Promise.all([...first, ...second, ...others])).map((outcome) =>
    isRefusal(outcome) ? outcome.refused : 'ok',
  );
  const gaveWay = ['overloaded', 'overloaded', 'overloaded'];
  expect(outcomes).toEqual(['wrong_password', ...gaveWay, ...Array(3).fill('unknown_account')]);
  // The two registrations stay counted, of the two logins the one that was hashed; and the three of the others.
  expect(await counts(services)).toMatchObject({ auth: 1, attempts: before + 2 + 2 + 6 });
});

test('every end of a login and a registration frees its place in the queue', async () => {
  const services = await openServices({
    queue: { threads: 1, maxPlaces: 1 },
    throttle: { account: { limit: 2, windowMs: 1_000 } },
  });
  const outcomes = [
    await register(services, newJoe, caller()),
    await register(services, newJoe, caller()),
    await login(services, asJoe, caller()),
    await login(services, { ...asJoe, password: 'wrongwrong' }, caller()),
    await login(services, { ...asJoe, identifier: 'nobody' }, caller()),
    await login(services, { ...asJoe, password: 'wrongwrong' }, caller()),
    await login(services, asJoe, caller()),
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
  await services.store.close();
  await expect(login(services, asJoe, caller({ now: caller().now + 5_000 }))).rejects.toThrow(
    StoreUnavailable,
  );
  expect(services.hashing.overloaded(caller().network)).toBeUndefined();
});
