/** Law 3 for what people do to their accounts: cut short between any two steps, nobody is in who should be out. */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/storage/port/port.ts';
import { requestEmailChange } from '../../src/usecases/account/change-email.ts';
import { changePassword } from '../../src/usecases/account/change-password.ts';
import { Exports, exportAccount } from '../../src/usecases/account/export-account.ts';
import { deleteAccount } from '../../src/usecases/account/own-account.ts';
import { endSession, endSessions } from '../../src/usecases/account/own-sessions.ts';
import { confirm, type SignedIn } from '../../src/usecases/account/step-up.ts';
import { login } from '../../src/usecases/login.ts';
import { register } from '../../src/usecases/register.ts';
import { isRefusal } from '../../src/usecases/services.ts';
import { check } from '../../src/usecases/session-check.ts';
import type { Trap } from '../support/database/behind.ts';
import { bytes, setTrap } from '../support/database.ts';
import { caller, granted, openGate, type TestGate } from '../support/gate.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' } as const;
const replacement = 'correct battery horse';
const change = { current: joe.password, replacement };
const zeros = '00'.repeat(32);

/** Logs joe in; `undefined` if he was refused. */
async function signIn(gate: TestGate, password: string = joe.password): Promise<SignedIn | undefined> {
  const begun = await login(gate, { ...joe, password, spelling: 'uuid' }, caller());
  if (isRefusal(begun)) return undefined;
  return { id: begun.id, ...granted(await check(gate, begun.id, caller().now)) };
}

/** A gate with joe signed in twice: here, and somewhere else. */
async function withJoe() {
  const gate = await openGate();
  await register(gate, { ...joe, kind: 'email' }, caller());
  const [here, elsewhere] = [await signIn(gate), await signIn(gate)];
  if (!here || !elsewhere) throw new Error('joe was refused');
  const alive = async (id: string) => !isRefusal(await check(gate, id, caller().now));
  return { gate, here, elsewhere, alive };
}

/** Lets the database refuse a step, as if the power had failed before it; the returned function ends that. */
async function cut(gate: TestGate, ...traps: Trap[]): Promise<() => Promise<void>> {
  const disarm: (() => Promise<void>)[] = [];
  for (const [n, trap] of traps.entries()) disarm.push(await setTrap(gate, `cut_${n}`, trap));
  return async () => {
    for (const one of disarm) await one();
  };
}

const atHash: Trap = { at: 'BEFORE UPDATE OF password_hash ON auth' };
const atRotation: Trap = { at: 'BEFORE UPDATE OF id_hash ON sessions' };

/** Fails at the first step after the hash was replaced: a token appears with it, and cannot be revoked. */
const afterHash = (gate: TestGate): Trap[] => [
  {
    at: 'AFTER UPDATE OF password_hash ON auth',
    does: `INSERT INTO tokens (token_hash, user_id, purpose, email, expires_at)
      VALUES (${bytes(gate, zeros)}, NEW.user_id, 'reset_password', '', 9e15)`,
  },
  { at: 'BEFORE DELETE ON tokens' },
];

/** Somebody logs in with the old password in the last moment before it is replaced. */
const lastMoment = (gate: TestGate): Trap => ({
  at: 'BEFORE UPDATE OF password_hash ON auth',
  does: `INSERT INTO sessions (id_hash, handle, user_id, contract, created_at, last_seen_at, idle_expires_at,
      expires_at, proven_at, network, device)
    VALUES (${bytes(gate, zeros)}, 'last', NEW.user_id, 'rest', 1, 1, 9e15, 9e15, 1, '', '')`,
});

test('P7: a password change cut short before this session gets its new id has only ended the others', async () => {
  const { gate, here, elsewhere, alive } = await withJoe();
  const mend = await cut(gate, atRotation);
  await expect(changePassword(gate, here, change, caller())).rejects.toThrow(StoreUnavailable);
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([true, false]);
  await mend();
  expect(await signIn(gate, replacement)).toBeUndefined();
  granted(await changePassword(gate, here, change, caller()));
  expect(await signIn(gate, replacement)).toBeDefined();
});

test('P7: cut short before the hash is replaced, everybody is out and the old password is good', async () => {
  const { gate, here, elsewhere, alive } = await withJoe();
  const mend = await cut(gate, atHash);
  await expect(changePassword(gate, here, change, caller())).rejects.toThrow(StoreUnavailable);
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([false, false]);
  await mend();
  expect(await signIn(gate, replacement)).toBeUndefined();
  expect(await signIn(gate)).toBeDefined();
});

test('P7: cut short after the hash was replaced, nobody is in whom the old password or the old id let in', async () => {
  const { gate, here, elsewhere, alive } = await withJoe();
  const mend = await cut(gate, ...afterHash(gate), lastMoment(gate));
  await expect(changePassword(gate, here, change, caller())).rejects.toThrow(StoreUnavailable);
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([false, false]);
  // What is left is the session that asked, under an id that nobody was told.
  expect((await gate.sessions.ofUser(here.user.id, caller().now, { most: 9 })).sessions).toMatchObject([
    { handle: here.session.handle },
  ]);
  await mend();
  expect(await signIn(gate)).toBeUndefined();
  expect(await signIn(gate, replacement)).toBeDefined();
});

test('P7: a change in a session that was ended meanwhile changes nothing', async () => {
  const { gate, here, elsewhere } = await withJoe();
  await gate.sessions.end(here.id, caller().now, gate.audit.trail(caller(), 'logout'));
  expect(await changePassword(gate, here, change, caller())).toEqual({ refused: 'no_session' });
  expect(await signIn(gate)).toBeDefined();
  expect(elsewhere.user.id).toBe(here.user.id);
});

test('P7: whoever loses against another change is refused, and no session is left that nobody knows', async () => {
  const { gate, here } = await withJoe();
  // The hash is another one by the time it is to be replaced.
  await setTrap(gate, 'other', {
    at: 'AFTER UPDATE OF id_hash ON sessions',
    does: "UPDATE auth SET password_hash = 'x'",
  });
  expect(await changePassword(gate, here, change, caller())).toMatchObject({ refused: 'wrong_password' });
  expect((await gate.sessions.ofUser(here.user.id, caller().now, { most: 9 })).sessions).toEqual([]);
});

test('P9: a deletion cut short has done nothing', async () => {
  const { gate, here, elsewhere, alive } = await withJoe();
  const mend = await cut(gate, { at: 'BEFORE DELETE ON users' });
  await expect(deleteAccount(gate, here, joe.password, caller())).rejects.toThrow(StoreUnavailable);
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([true, true]);
  expect((await gate.audit.read({ most: 9 })).map(({ event }) => event)).not.toContain('account_delete');
  await mend();
  granted(await deleteAccount(gate, here, joe.password, caller()));
  expect([await alive(here.id), await alive(elsewhere.id)]).toEqual([false, false]);
  expect(await signIn(gate)).toBeUndefined();
});

test('P9: of two deletions at once one deletes, and of a deletion and a change nothing is left', async () => {
  const { gate, here, elsewhere } = await withJoe();
  const outcomes = await Promise.all([
    deleteAccount(gate, here, joe.password, caller()),
    deleteAccount(gate, elsewhere, joe.password, caller()),
    changePassword(gate, here, change, caller()),
  ]);
  const deleted = outcomes.slice(0, 2).filter((outcome) => !isRefusal(outcome));
  expect(deleted.length).toBeLessThanOrEqual(1);
  expect(outcomes.filter((outcome) => !isRefusal(outcome)).length).toBeGreaterThan(0);
  const left = await gate.accounts.user(here.user.id);
  expect(left === undefined).toBe(deleted.length === 1);
});

test('P4: every refusal shows in the log, with the account it concerns where it is known', async () => {
  const { gate, here } = await withJoe();
  const later = caller({ now: caller().now + 600_000 });
  await changePassword(gate, here, change, later);
  await deleteAccount(gate, here, joe.password, later);
  await changePassword(gate, here, { ...change, replacement: 'short' }, caller());
  await confirm(gate, here, 'not my password', caller());
  await endSession(gate, here, 'nothandle', caller());
  const userId = here.user.id;
  await endSession(gate, here, 'nothandle', later);
  await endSessions(gate, here, 'others', later);
  await exportAccount(gate, new Exports(), here, later);
  await requestEmailChange(gate, here, { email: 'new@example.com', password: joe.password }, later);
  await requestEmailChange(gate, here, { email: 'no address', password: joe.password }, caller());
  expect(gate.entries.slice(-5)).toMatchObject([
    { event: 'logout', outcome: 'not_proven', userId },
    { event: 'logout', outcome: 'not_proven', userId },
    { event: 'account_export', outcome: 'not_proven', userId },
    { event: 'email_change_request', outcome: 'not_proven', userId },
    { event: 'email_change_request', outcome: 'invalid_identifier', userId },
  ]);
  expect(gate.entries.slice(-10, -5)).toMatchObject([
    { event: 'password_change', outcome: 'not_proven' },
    { event: 'account_delete', outcome: 'not_proven' },
    { event: 'password_change', outcome: 'password_too_short' },
    { event: 'confirm', outcome: 'wrong_password', userId },
    { event: 'logout', outcome: 'unknown_session', userId },
  ]);
});

test('P11: an export of a long past lets others have their turn', async () => {
  const { gate, here } = await withJoe();
  const trail = gate.audit.trail(caller(), 'login', 'wrong_password');
  await Promise.all(Array.from({ length: 1_000 }, () => gate.audit.keep(trail, here.user.id)));
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  const { activity } = granted(await exportAccount(gate, new Exports(), here, caller()));
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
