/** What follows something that was done may fail: what was done stays done, and is answered as done. */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { verifyEmail } from '../../src/usecases/account/change-email.ts';
import { reset } from '../../src/usecases/account/reset-password.ts';
import { login } from '../../src/usecases/login.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { check } from '../../src/usecases/session-check.ts';
import type { Trap } from '../support/database/behind.ts';
import { countRows, setTrap } from '../support/database.ts';
import { caller, contextOf, granted, openServices } from '../support/services.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure', kind: 'email' } as const;
const logIn = { ...joe, idFormat: 'uuid' } as const;
const unavailable = (event: string) => ({ event, outcome: 'unavailable', count: 1 });

/** Where joe has a session, and the database refuses to write some rows from then on. */
async function withTrap(...traps: Trap[]) {
  const services = await openServices();
  const { user } = granted(await registerAndLogin(services, joe, 'uuid', caller()));
  const { now } = caller();
  await services.store.accounts.verifyEmail(user.id, joe.identifier, now, contextOf('email_verify'));
  for (const [n, trap] of traps.entries()) await setTrap(services, `cut_${n}`, trap);
  return { services, user, now };
}

test('a login is answered with its session where its device cannot be remembered', async () => {
  const { services, now } = await withTrap(
    { at: 'BEFORE INSERT ON devices' },
    { at: 'BEFORE UPDATE ON devices' },
  );
  const carried = ['a'.repeat(26), 'b'.repeat(26)];
  const begun = granted(await login(services, logIn, caller({ network: '192.0.2.9', deviceIds: carried })));
  expect(isRefusal(await check(services, begun.id, now))).toBe(false);
  expect(begun.deviceIds).toEqual(carried);
  expect(granted(await login(services, logIn, caller({ deviceIds: undefined }))).deviceIds).toEqual([]);
  expect(services.audit.counts).toContainEqual({ ...unavailable('login'), count: 2 });
});

test('a registration is answered with its session where its device cannot be remembered', async () => {
  const { services, now } = await withTrap({ at: 'BEFORE INSERT ON devices' });
  const ada = { ...joe, identifier: 'ada@example.com' };
  const begun = granted(await registerAndLogin(services, ada, 'uuid', caller()));
  expect(isRefusal(await check(services, begun.id, now))).toBe(false);
  // An id that makes nothing known.
  expect(begun.deviceIds).toHaveLength(1);
  expect(await services.devices.knownFor(ada.identifier, begun, now)).toBeUndefined();
  expect(services.audit.counts).toContainEqual(unavailable('login'));
});

test('a login from a new device is answered where its notice cannot be queued, and the device is remembered', async () => {
  const { services, now } = await withTrap({ at: 'BEFORE INSERT ON mails' });
  const begun = granted(await login(services, logIn, caller({ network: '192.0.2.9' })));
  expect(isRefusal(await check(services, begun.id, now))).toBe(false);
  expect(begun.deviceIds).toHaveLength(1);
  expect(await services.devices.knownFor(joe.identifier, begun, now)).toBe(begun.deviceIds[0]);
  expect(services.audit.counts).toContainEqual(unavailable('login'));
});

test('a change of address is answered as done where its notice cannot be queued', async () => {
  const { services, user, now } = await withTrap({ at: 'BEFORE INSERT ON mails' });
  const token = await services.tokens.mint(user.id, 'change_email', 'new@example.com', now);
  expect(await verifyEmail(services, token, caller())).toMatchObject({ user: { id: user.id } });
  expect(await services.store.accounts.findUser(user.id)).toMatchObject({ identifier: 'new@example.com' });
  expect(services.audit.counts).toContainEqual(unavailable('email_change'));
});

test('a reset is answered as done where the address cannot be marked as verified', async () => {
  const services = await openServices();
  const { user } = granted(await registerAndLogin(services, joe, 'uuid', caller()));
  const token = await services.tokens.mint(user.id, 'reset_password', joe.identifier, caller().now);
  await setTrap(services, 'cut', { at: 'BEFORE UPDATE OF email_verified_at ON users' });
  const replacement = 'correct battery horse';
  granted(await reset(services, { token, password: replacement }, caller()));
  granted(await login(services, { ...logIn, password: replacement }, caller()));
  expect(services.audit.counts).toContainEqual(unavailable('password_reset'));
});

test('a failure before the session exists still fails the request', async () => {
  const { services } = await withTrap({ at: 'BEFORE INSERT ON sessions' });
  await expect(login(services, logIn, caller())).rejects.toThrow(StoreUnavailable);
  expect(await countRows(services, 'sessions')).toBe(1);
});
