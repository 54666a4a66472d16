/** Login: from an identifier and a password to a new session on a device. */

import { canonical } from '../concepts/accounts.ts';
import type { BegunSession, Lasting, NoSession } from '../concepts/sessions/sessions.ts';
import type { Attempt } from '../concepts/throttle.ts';
import { Abandoned, type HashingSlot } from '../crypto/hashing-queue.ts';
import type { IdFormat } from '../crypto/ids.ts';
import type { Credential } from '../storage/port/port.ts';
import { notifyOwner } from './account/owner-mail.ts';
import type { Admission, BegunOnDevice, Given, LoggedIn, Login } from './login-types.ts';
import { afterwards, audited } from './outcomes.ts';
import { isRefusal, type Refusal } from './refusals.ts';
import type { Caller, Services } from './services.ts';

export type * from './login-types.ts';

export function givenBy(outcome: LoggedIn | Refusal): Given | Refusal {
  if (!isRefusal(outcome)) return { ...outcome, createdAt: outcome.session.createdAt, isEnrolment: false };
  if (outcome.refused !== 'enrolment_required') return outcome;
  return { ...outcome.enrolment, user: outcome.user, isEnrolment: true };
}

export async function login(services: Services, asked: Login, caller: Caller): Promise<LoggedIn | Refusal> {
  return audited(services, 'login', caller, await attempt(services, asked, caller));
}

/**
 * A slot in the hashing queue comes first, so that an overload is refused before anything is counted or hashed. Then the
 * attempt is counted, for the device if it is known (ruling G16). Up to the hash, an unknown name takes the same steps as a
 * known one.
 */
async function attempt(services: Services, asked: Login, caller: Caller): Promise<LoggedIn | Refusal> {
  const overloaded = services.hashing.overloaded(caller.network);
  if (overloaded) return overloaded;
  using slot = services.hashing.enter(caller.network, caller.signal);

  const name = canonical(asked.identifier);
  const knownDevice = await services.devices.knownFor(name, caller, caller.now);
  const counted = await services.throttle.login(name, knownDevice, caller.network, caller.now);
  if (isRefusal(counted)) return counted;

  const standIn = await services.standIns.for(name, caller.now);
  const found = await services.accounts.credential(asked.identifier);
  const credential = await verifyPassword(services, found, asked.password, counted, slot, standIn);
  if (isRefusal(credential)) return credential;
  const isOneStep = !credential.hasUser || (!credential.hasSecondFactor && !services.factors.isRequired);
  const passed = isOneStep
    ? { isTrusted: false }
    : await (await import('./factors/second-step.ts')).secondStep(
        services,
        credential,
        asked,
        counted,
        caller,
      );
  if (isRefusal(passed)) return passed;
  await counted.refund();
  return admit(services, credential, asked, { ...passed, knownDevice }, caller);
}

/** Begins the session of a person who has shown everything that is needed, and records the device. */
export async function admit(
  services: Services,
  credential: Credential,
  { idFormat, lasting }: Pick<Login, 'idFormat' | 'lasting'>,
  { knownDevice, isTrusted, trustedTokens }: Admission,
  caller: Caller,
): Promise<LoggedIn | Refusal> {
  const user = { id: credential.userId, identifier: credential.identifier };
  if (!credential.hasUser) return { refused: 'user_record_missing', user };
  const provenAt = isTrusted ? 0 : caller.now;
  const begun = await beginSession(services, user.id, idFormat, caller, lasting, provenAt);
  if (isRefusal(begun)) return { refused: 'unknown_account' };
  // A password change ends all sessions, and wins against a concurrent login.
  const current = await services.store.accounts.findCredentialOf(user.id);
  if (!current || !(await isSameHash(current.passwordHash, credential.passwordHash))) {
    const context = services.audit.context(caller, 'logout', 'password_change');
    await services.sessions.end(begun.id, caller.now, context);
    return { refused: 'wrong_password', user };
  }
  // So does the first second factor against a login that began before it.
  if (current.hasSecondFactor && !credential.hasSecondFactor) {
    await services.sessions.end(begun.id, caller.now, services.audit.context(caller, 'logout', 'factor_add'));
    const pending = { passwordHash: current.passwordHash, windows: [] };
    return { refused: 'second_factor_required', user, pending };
  }
  return { ...(await onDevice(services, begun, knownDevice, caller)), user, trustedTokens };
}

/** Whether a hash stayed as it was, or was wrapped meanwhile, which changes no password (ruling I3). */
async function isSameHash(current: string, verified: string): Promise<boolean> {
  if (current === verified) return true;
  return (await import('../crypto/hashes/wrapping.ts')).isWrappingOf(current, verified);
}

/**
 * The credential, if the password is correct; one hash is computed in every case (ruling G17), without a stored one that of the
 * stand-in. A success updates the hash to the current parameters; the caller refunds it, once nothing else is missing.
 */
export async function verifyPassword(
  services: Pick<Services, 'accounts' | 'passwords' | 'store'>,
  credential: Credential | undefined,
  password: string,
  counted: Attempt,
  slot: HashingSlot,
  standIn?: string,
): Promise<Credential | Refusal> {
  const { accounts, passwords, store } = services;
  const storedHash = credential?.passwordHash;
  const verdict = await passwords.verify(password, storedHash, slot, standIn).catch(async (error) => {
    // An attempt that was dropped before hashing revealed nothing; the network stays counted.
    if (error instanceof Abandoned) await counted.refundAccount();
    throw error;
  });
  if (isRefusal(verdict)) {
    await counted.refund();
    return verdict;
  }
  if (!credential) return { refused: 'unknown_account' };
  const user = { id: credential.userId };
  if (!verdict.correct) return { refused: 'wrong_password', user };
  if (credential.isDisabled) return { refused: 'account_disabled', user };
  if (!verdict.outdated) return credential;

  const hashed = await passwords.rehash(password, slot);
  if (isRefusal(hashed)) {
    await counted.refund();
    return hashed;
  }
  if (await accounts.replaceHash(credential, hashed.passwordHash)) return { ...credential, ...hashed };
  // The hash was replaced meanwhile, for the same password or another one.
  const replaced = await store.accounts.findCredentialOf(credential.userId);
  return verifyPassword(services, replaced, password, counted, slot, standIn);
}

export function beginSession(
  { sessions, audit }: Pick<Services, 'sessions' | 'audit'>,
  userId: string,
  idFormat: IdFormat,
  caller: Caller,
  lasting?: Lasting,
  provenAt?: number,
): Promise<BegunSession | NoSession> {
  const { contract, network, device, now } = caller;
  const owner = { userId, contract, network, device };
  return sessions.begin(owner, idFormat, now, audit.context(caller, 'login'), lasting, provenAt);
}

/**
 * Records the device of a login and notifies the owner of the account if it is new. `known` is the device id if it was
 * known before. The login succeeds even if either fails.
 */
export async function onDevice(
  services: Services,
  begun: BegunSession,
  known: string | undefined,
  caller: Caller,
): Promise<BegunOnDevice> {
  const { userId } = begun.session;
  const remembering = services.devices.remember(userId, caller, known, caller.now);
  const device = await afterwards(services, 'login', remembering);
  if (device?.isNews) await afterwards(services, 'login', notifyOfDevice(services, userId, caller));
  return { ...begun, deviceIds: device?.ids ?? services.devices.unremembered(caller) };
}

async function notifyOfDevice(services: Services, userId: string, caller: Caller): Promise<void> {
  const user = await services.store.accounts.findUser(userId);
  const details = { device: caller.device, network: caller.network };
  if (user) await notifyOwner(services, user, 'new_device', details, caller);
}
