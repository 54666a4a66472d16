/** Accounts, for operators: adding, disabling, enabling and removing them, and resetting a password. */

import { newToken } from '../../crypto/ids.ts';
import type { Session, User } from '../../storage/port/port.ts';
import { afterwards, reported } from '../outcomes.ts';
import { isRefusal, type Refusal } from '../refusals.ts';
import type { Registered } from '../register.ts';
import type { Caller, Services } from '../services.ts';
import { countSessions } from './admin-sessions.ts';

/** An account as an operator finds it; `user` is missing if only one of its two records is left (ruling R2). */
export interface Found {
  readonly id: string;
  readonly identifier: string;
  readonly user: User | undefined;
}

/** Finds an account by its identifier, in any letter case, or by the id of its user. */
export async function findAccount(
  services: Pick<Services, 'accounts' | 'store'>,
  name: string,
): Promise<Found | undefined> {
  const credential =
    (await services.accounts.credential(name)) ?? (await services.store.accounts.findCredentialOf(name));
  if (!credential) return undefined;
  const { userId: id, identifier } = credential;
  return { id, identifier, user: await services.store.accounts.findUser(id) };
}

/**
 * Makes an account. Without a password it gets a random one, so that only a link can set a usable one. There is no
 * throttle: the caller has access to the database anyway.
 */
export async function addUser(
  services: Pick<Services, 'accounts' | 'passwords' | 'hashing' | 'audit'>,
  typed: string,
  password: string | undefined,
  caller: Caller,
): Promise<Registered | Refusal> {
  const identifier = services.accounts.name(typed, typed.includes('@') ? 'email' : 'username');
  if (isRefusal(identifier)) return identifier;
  const accepted = services.passwords.accept(password ?? `${newToken()}${newToken()}`, identifier.canonical);
  if (isRefusal(accepted)) return accepted;
  using slot = services.hashing.enter(caller.network, caller.signal);
  const hashed = await services.passwords.hash(accepted, slot);
  if (isRefusal(hashed)) return hashed;
  const context = services.audit.context(caller, 'register');
  const user = await services.accounts.create(identifier, hashed.passwordHash, caller.now, context);
  return reported(services, 'register', caller, isRefusal(user) ? user : { user });
}

/** The number of sessions that ended with the change of an account. */
export interface Ended {
  readonly ended: number;
}

/**
 * Disables an account. Its sessions are refused from the first step on and end in the following ones, so that enabling the
 * account revives none. After a crash in between, the account is disabled, and the sweep ends the rest.
 */
export async function disableUser(
  services: Pick<Services, 'accounts' | 'sessions' | 'audit' | 'store'>,
  { id }: Found,
  caller: Caller,
): Promise<Ended | Refusal> {
  const disabled = await services.store.accounts.setDisabled(
    id,
    caller.now,
    services.audit.context(caller, 'account_disable'),
  );
  if (!disabled) return { refused: 'user_record_missing', user: { id } };
  let ended = 0;
  // The account is disabled even if this fails: its sessions are refused, and enabling it ends them first.
  const tell = (some: readonly Session[]) => {
    ended += some.length;
  };
  const ending = endAll(services, id, caller, tell);
  await afterwards(services, 'account_disable', ending);
  return reported(services, 'account_disable', caller, { user: { id }, ended });
}

/** Enables an account. First it ends sessions of logins that raced with disabling it. */
export async function enableUser(
  services: Pick<Services, 'accounts' | 'sessions' | 'audit' | 'store'>,
  { id }: Found,
  caller: Caller,
): Promise<Ended | Refusal> {
  const user = await services.store.accounts.findUser(id);
  const sessions = user?.disabledAt ? await endAll(services, id, caller) : 0;
  const enabled = await services.store.accounts.setDisabled(
    id,
    null,
    services.audit.context(caller, 'account_enable'),
  );
  if (!enabled) return { refused: 'user_record_missing', user: { id } };
  return reported(services, 'account_enable', caller, { user: { id }, ended: sessions });
}

/** Removes an account with everything that belongs to it; its name is free again. */
export async function deleteUser(
  services: Pick<Services, 'accounts' | 'sessions' | 'audit' | 'pacer'>,
  { id }: Found,
  caller: Caller,
): Promise<Ended | Refusal> {
  const ended = await countSessions(services, id, caller.now);
  const context = services.audit.context(caller, 'account_delete');
  const removed = await services.accounts.remove(id, context);
  if (!removed) return { refused: 'unknown_account' };
  // The account is removed even if this fails: the sweep of a server removes the remaining rows.
  await afterwards(services, 'account_delete', services.accounts.reclaim(context, services.pacer.begin()));
  return reported(services, 'account_delete', caller, { user: { id }, ended });
}

/**
 * Makes a token that sets a new password once, for an operator to hand over. The audit entry comes first: no token exists
 * without it.
 */
export async function passwordToken(
  services: Pick<Services, 'tokens' | 'audit'>,
  { id, user }: Found,
  caller: Caller,
): Promise<{ readonly token: string } | Refusal> {
  if (!user) return { refused: 'user_record_missing', user: { id } };
  if (user.disabledAt !== null) return { refused: 'account_disabled', user: { id } };
  await services.audit.keep(caller, 'password_link', id);
  return reported(services, 'password_link', caller, {
    user: { id },
    token: await services.tokens.mint(id, 'reset_password', '', caller.now),
  });
}

function endAll(
  services: Pick<Services, 'sessions' | 'audit'>,
  userId: string,
  caller: Caller,
  tell?: (ended: readonly Session[]) => void,
): Promise<number> {
  const context = services.audit.context(caller, 'logout', 'account_disable');
  return services.sessions.endAll(userId, undefined, context, tell);
}
