/** Law 3 for what people do to their accounts: interrupted between any two steps, no session is alive that should have ended. */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { requestEmailChange } from '../../src/usecases/account/change-email.ts';
import { changePassword } from '../../src/usecases/account/change-password.ts';
import { Exports, exportAccount } from '../../src/usecases/account/export-account.ts';
import { deleteAccount } from '../../src/usecases/account/own-account.ts';
import { endSession, endSessions } from '../../src/usecases/account/own-sessions.ts';
import { confirm, type SignedIn } from '../../src/usecases/account/step-up.ts';
import { login } from '../../src/usecases/login.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import { register } from '../../src/usecases/register.ts';
import { check } from '../../src/usecases/session-check.ts';
import type { Trap } from '../support/database/behind.ts';
import { bytes, setTrap } from '../support/database.ts';
import { caller, granted, openServices, type TestServices } from '../support/services.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' } as const;
const replacement = 'correct battery horse';
const change = { current: joe.password, replacement };
const zeros = '00'.repeat(32);

/** Logs joe in; `undefined` if he was refused. */
async function signIn(
  services: TestServices,
  password: string = joe.password,
): Promise<SignedIn | undefined> {
  const begun = await login(services, { ...joe, password, idFormat: 'uuid' }, caller());
  if (isRefusal(begun)) return undefined;
  return { id: begun.id, ...granted(await check(services, begun.id, caller().now)) };
}

/** Services with joe signed in twice: here, and somewhere else. */
async function withJoe() {
  const services = await openServices();
  await register(services, { ...joe, kind: 'email' }, caller());
  const [here, elsewhere] = [await signIn(services), await signIn(services)];
  if (!here || !elsewhere) throw new Error('joe was refused');
  const alive = async (id: string) => !isRefusal(await check(services, id, caller().now));
  return { services, here, elsewhere, alive };
}

/** Lets the database refuse a step, as if the power had failed before it; the returned function ends that. */
async function cut(services: TestServices, ...traps: Trap[]): Promise<() => Promise<void>> {
  const disarm: (() => Promise<void>)[] = [];
  for (const [n, trap] of traps.entries()) disarm.push(await setTrap(services, `cut_${n}`, trap));
  return async () => {
    for (const one of disarm) await one();
  };
}

const atHash: Trap = { at: 'BEFORE UPDATE OF password_hash ON auth' };
const atRotation: Trap = { at: 'BEFORE UPDATE OF id_hash ON sessions' };

/** Fails at the first step after the hash was replaced: a token appears with it, and cannot be revoked. */
const afterHash = (services: TestServices): Trap[] => [
  {
    at: 'AFTER UPDATE OF password_hash ON auth',
    does: `INSERT INTO tokens (token_hash, user_id, purpose, email, expires_at)
      VALUES (${bytes(services, zeros)}, NEW.user_id, 'reset_password', '', 9e15)`,
  },
  { at: 'BEFORE DELETE ON tokens' },
];

/** A client logs in with the old password in the last moment before it is replaced. */
const lastMoment = (services: TestServices): Trap => ({
  at: 'BEFORE UPDATE OF password_hash ON auth',
  does: `INSERT INTO sessions (id_hash, handle, user_id, contract, created_at, last_seen_at, idle_expires_at,
      expires_at, proven_at, network, device)
    VALUES (${bytes(services, zeros)}, 'last', NEW.user_id, 'rest', 1, 1, 9e15, 9e15, 1, '', '')`,
});

test('P7: a password change cut short before this session gets its new id has only ended the others', async () => {
  const { services, here, elsewhere, alive } = await withJoe();
  const mend = await cut(services, atRotation);
  await expect(changePassword(services, here, change, caller())).rejects.toThrow(StoreUnavailable);
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([true, false]);
  await mend();
  expect(await signIn(services, replacement)).toBeUndefined();
  granted(await changePassword(services, here, change, caller()));
  expect(await signIn(services, replacement)).toBeDefined();
});

test('P7: interrupted before the hash is replaced, all sessions have ended and the old password is valid', async () => {
  const { services, here, elsewhere, alive } = await withJoe();
  const mend = await cut(services, atHash);
  await expect(changePassword(services, here, change, caller())).rejects.toThrow(StoreUnavailable);
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([false, false]);
  await mend();
  expect(await signIn(services, replacement)).toBeUndefined();
  expect(await signIn(services)).toBeDefined();
});

test('P7: interrupted after the hash was replaced, no session of the old password or the old id is alive', async () => {
  const { services, here, elsewhere, alive } = await withJoe();
  const mend = await cut(services, ...afterHash(services), lastMoment(services));
  await expect(changePassword(services, here, change, caller())).rejects.toThrow(StoreUnavailable);
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([false, false]);
  // The only session left is the current one, under an id that no client has.
  expect((await services.sessions.ofUser(here.user.id, caller().now, { limit: 9 })).sessions).toMatchObject([
    { handle: here.session.handle },
  ]);
  await mend();
  expect(await signIn(services)).toBeUndefined();
  expect(await signIn(services, replacement)).toBeDefined();
});

test('P7: a change in a session that was ended meanwhile changes nothing', async () => {
  const { services, here, elsewhere } = await withJoe();
  await services.sessions.end(here.id, caller().now, services.audit.context(caller(), 'logout'));
  expect(await changePassword(services, here, change, caller())).toEqual({ refused: 'no_session' });
  expect(await signIn(services)).toBeDefined();
  expect(elsewhere.user.id).toBe(here.user.id);
});

test('P7: a change that loses against another is refused, and leaves no session', async () => {
  const { services, here } = await withJoe();
  // The hash is another one by the time it is to be replaced.
  await setTrap(services, 'other', {
    at: 'AFTER UPDATE OF id_hash ON sessions',
    does: "UPDATE auth SET password_hash = 'x'",
  });
  expect(await changePassword(services, here, change, caller())).toMatchObject({ refused: 'wrong_password' });
  expect((await services.sessions.ofUser(here.user.id, caller().now, { limit: 9 })).sessions).toEqual([]);
});

test('P9: a deletion cut short has done nothing', async () => {
  const { services, here, elsewhere, alive } = await withJoe();
  const mend = await cut(services, { at: 'BEFORE DELETE ON users' });
  await expect(deleteAccount(services, here, joe.password, caller())).rejects.toThrow(StoreUnavailable);
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([true, true]);
  expect((await services.store.audit.read({ limit: 9 })).map(({ event }) => event)).not.toContain(
    'account_delete',
  );
  await mend();
  granted(await deleteAccount(services, here, joe.password, caller()));
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([false, false]);
  expect(await signIn(services)).toBeUndefined();
});

test('P9: of two deletions at once one deletes, and of a deletion and a change nothing is left', async () => {
  const { services, here, elsewhere } = await withJoe();
  const outcomes = await Promise.all([
    deleteAccount(services, here, joe.password, caller()),
    deleteAccount(services, elsewhere, joe.password, caller()),
    changePassword(services, here, change, caller()),
  ]);
  const deleted = outcomes.slice(0, 2).filter((outcome) => !isRefusal(outcome));
  expect(deleted.length).toBeLessThanOrEqual(1);
  expect(outcomes.filter((outcome) => !isRefusal(outcome)).length).toBeGreaterThan(0);
  const left = await services.store.accounts.findUser(here.user.id);
  expect(left === undefined).toBe(deleted.length === 1);
});

test('P4: every refusal shows in the log, with the account it concerns where it is known', async () => {
  const { services, here } = await withJoe();
  const later = caller({ now: caller().now + 600_000 });
  await changePassword(services, here, change, later);
  await deleteAccount(services, here, joe.password, later);
  await changePassword(services, here, { ...change, replacement: 'short' }, caller());
  await confirm(services, here, { password: 'not my password' }, caller());
  await endSession(services, here, 'nothandle', caller());
  const userId = here.user.id;
  await endSession(services, here, 'nothandle', later);
  await endSessions(services, here, 'others', later);
  await exportAccount(services, new Exports(), here, later);
  await requestEmailChange(services, here, { email: 'new@example.com', password: joe.password }, later);
  await requestEmailChange(services, here, { email: 'no address', password: joe.password }, caller());
  expect(services.entries.slice(-5)).toMatchObject([
    { event: 'logout', outcome: 'not_proven', userId },
    { event: 'logout', outcome: 'not_proven', userId },
    { event: 'account_export', outcome: 'not_proven', userId },
    { event: 'email_change_request', outcome: 'not_proven', userId },
    { event: 'email_change_request', outcome: 'invalid_identifier', userId },
  ]);
  expect(services.entries.slice(-10, -5)).toMatchObject([
    { event: 'password_change', outcome: 'not_proven' },
    { event: 'account_delete', outcome: 'not_proven' },
    { event: 'password_change', outcome: 'password_too_short' },
    { event: 'confirm', outcome: 'wrong_password', userId },
    { event: 'logout', outcome: 'unknown_session', userId },
  ]);
});

test('P11: an export of a long history does not block other requests', async () => {
  const { services, here } = await withJoe();
  const keep = () => services.audit.keep(caller(), 'login', here.user.id, 'wrong_password');
  await Promise.all(Array.from({ length: 1_000 }, keep));
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  const { activity } = granted(await exportAccount(services, new Exports(), here, caller()));
  const seqs: number[] = [];
  for await (const page of activity) {
    expect(page.length).toBeLessThanOrEqual(200);
    for (const { seq } of page) seqs.push(seq);
  }
  clearInterval(counting);
  expect(seqs.length).toBe(1_004);
  expect(new Set(seqs).size).toBe(1_004);
  expect(turns).toBeGreaterThan(0);
});
