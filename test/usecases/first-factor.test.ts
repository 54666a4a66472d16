/** A login that began before the first second factor was enrolled begins no session without it (ruling F2). */

import { expect, test } from 'vitest';
import { admit } from '../../src/usecases/login.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { check } from '../../src/usecases/session-check.ts';
import { caller, contextOf, granted, openServices } from '../support/services.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure', kind: 'email' } as const;

test('F2: the first factor wins against a login that verified the password before it', async () => {
  const services = await openServices();
  const { user, id } = granted(await registerAndLogin(services, joe, 'uuid', caller()));
  const before = await services.store.accounts.findCredentialOf(user.id);
  if (!before) throw new Error('The credential is missing.');
  const form = { idFormat: 'uuid', lasting: 'lifetime' } as const;
  const shown = { isTrusted: false, knownDevice: undefined };
  granted(await admit(services, before, form, shown, caller()));
  const { secondFactors } = await services.store.factors();
  const app = { sealed: 'v1.key.sealed', step: 1, at: caller().now };
  await secondFactors.enrolTotp(user.id, app, [], contextOf('factor_add', 'totp'));
  const { store } = services;
  const held = (await store.sessions.ofUser(user.id, { limit: 9 })).length;
  expect(await admit(services, before, form, shown, caller())).toMatchObject({
    refused: 'second_factor_required',
  });
  expect(await store.sessions.ofUser(user.id, { limit: 9 })).toHaveLength(held);
  // Sessions from before it stay.
  expect(await check(services, id, caller().now)).toMatchObject({ user: { id: user.id } });
});
