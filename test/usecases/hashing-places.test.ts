/** Every use case that hashes takes one place in the queue, and frees it however it ends. */

import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { requestEmailChange } from '../../src/usecases/account/change-email.ts';
import { changePassword } from '../../src/usecases/account/change-password.ts';
import { deleteAccount } from '../../src/usecases/account/own-account.ts';
import { reset } from '../../src/usecases/account/reset-password.ts';
import { confirm, type SignedIn } from '../../src/usecases/account/step-up.ts';
import { login } from '../../src/usecases/login.ts';
import { register, registerAndLogin } from '../../src/usecases/register.ts';
import { caller, granted, openServices, type TestServices } from '../support/services.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure', kind: 'email' } as const;
const ada = { ...joe, identifier: 'ada@example.com' };
const replacement = 'correct battery horse';

/** Services with one place in the queue, joe in a session of his, and a token that resets his password. */
async function withOnePlace() {
  const services = await openServices({ queue: { threads: 1, maxPlaces: 1 } });
  const { id, user, session } = granted(await registerAndLogin(services, joe, 'uuid', caller()));
  const token = await services.tokens.mint(user.id, 'reset_password', joe.identifier, caller().now);
  return { services, here: { id, user, session }, token };
}

type Act = (services: TestServices, here: SignedIn, password: string, token: string) => Promise<object>;

const acts: Readonly<Record<string, Act>> = {
  login: (services, _, password) => login(services, { ...joe, password, idFormat: 'uuid' }, caller()),
  registration: (services, _, password) =>
    register(services, password === joe.password ? ada : joe, caller()),
  'step-up': (services, here, password) => confirm(services, here, { password }, caller()),
  'a change of password': (services, here, current) =>
    changePassword(services, here, { current, replacement }, caller()),
  'a change of address': (services, here, password) =>
    requestEmailChange(services, here, { email: 'new@example.com', password }, caller()),
  'a deletion': (services, here, password) => deleteAccount(services, here, password, caller()),
  'a reset': (services, _, password, token) =>
    reset(services, { token: password === joe.password ? token : '', password: replacement }, caller()),
};

describe.each(Object.entries(acts))('%s', (_name, act) => {
  test('frees its place after a refusal and after a success', async () => {
    const { services, here, token } = await withOnePlace();
    expect(await act(services, here, 'wrong password', token)).toHaveProperty('refused');
    expect(services.hashing.counts.places).toBe(0);
    expect(await act(services, here, joe.password, token)).not.toHaveProperty('refused');
    expect(services.hashing.counts.places).toBe(0);
  });

  test('frees its place after an error of the store', async () => {
    const { services, here, token } = await withOnePlace();
    await services.store.close();
    await expect(act(services, here, joe.password, token)).rejects.toThrow(StoreUnavailable);
    expect(services.hashing.counts.places).toBe(0);
  });

  test('is refused without a place, and takes none', async () => {
    const { services, here, token } = await withOnePlace();
    using _taken = services.hashing.enter(caller().network);
    expect(await act(services, here, joe.password, token)).toMatchObject({ refused: 'overloaded' });
    expect(services.hashing.counts.places).toBe(1);
  });
});
