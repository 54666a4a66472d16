/** Registration: a new account and, where the contract wants it, a first session. */

import type { IdentifierKind } from '../concepts/accounts.ts';
import type { Lasting } from '../concepts/sessions/sessions.ts';
import type { IdFormat } from '../crypto/ids.ts';
import type { User } from '../storage/port/port.ts';
import { verifyRegistered } from './account/change-email.ts';
import { type BegunOnDevice, beginSession, onDevice } from './login.ts';
import { audited, reported } from './outcomes.ts';
import { isRefusal, type Refusal } from './refusals.ts';
import type { Caller, Services } from './services.ts';

export interface Registration {
  readonly identifier: string;
  readonly kind: IdentifierKind;
  readonly password: string;
  /** The token of an invitation; used only if registration needs one (ruling W5). */
  readonly invite?: string | undefined;
  /** Of the first session, if there is one; `lifetime` by default. */
  readonly lasting?: Lasting;
}

export interface Registered {
  readonly user: User;
}

/**
 * Makes an account, unless registration is closed. Only attempts of valid form are counted. If an invitation is needed,
 * only attempts with one are hashed.
 */
export async function register(
  services: Services,
  asked: Registration,
  caller: Caller,
): Promise<Registered | Refusal> {
  const outcome = await audited(services, 'register', caller, await attempt(services, asked, caller));
  if (!isRefusal(outcome)) verifyRegistered(services, outcome.user, caller);
  return outcome;
}

/**
 * Makes an account and logs it in. If the session cannot be written the account stays, and a later login works
 * (ruling R6).
 */
export async function registerAndLogin(
  services: Services,
  asked: Registration,
  idFormat: IdFormat,
  caller: Caller,
): Promise<(Registered & BegunOnDevice) | Refusal> {
  const registered = await register(services, asked, caller);
  if (isRefusal(registered)) return registered;
  if (services.factors.isRequired) return toEnrol(services, registered, { ...asked, idFormat }, caller);
  const begun = await beginSession(services, registered.user.id, idFormat, caller, asked.lasting);
  if (isRefusal(begun)) return begun;
  return reported(services, 'login', caller, {
    ...registered,
    ...(await onDevice(services, begun, undefined, caller)),
  });
}

/** The new account has to enrol a second factor before it gets a session (ruling F6). */
async function toEnrol(
  services: Services,
  { user }: Registered,
  form: { readonly idFormat: IdFormat; readonly lasting?: Lasting },
  caller: Caller,
): Promise<Refusal> {
  const { enrolmentOf } = await import('./factors/enrolment.ts');
  const credential = await services.store.accounts.findCredentialOf(user.id);
  const enrolment = credential && (await enrolmentOf(services, credential, form, caller));
  if (!enrolment) return { refused: 'unknown_account' };
  return audited(services, 'login', caller, { refused: 'enrolment_required', user, enrolment });
}

async function attempt(
  services: Services,
  asked: Registration,
  caller: Caller,
): Promise<Registered | Refusal> {
  const { closed } = services.invitations;
  if (closed) return closed;
  const identifier = services.accounts.name(asked.identifier, asked.kind);
  if (isRefusal(identifier)) return identifier;
  const password = services.passwords.accept(asked.password, identifier.canonical);
  if (isRefusal(password)) return password;

  const overloaded = services.hashing.overloaded(caller.network);
  if (overloaded) return overloaded;
  using slot = services.hashing.enter(caller.network, caller.signal);
  const counted = await services.throttle.registration(caller.network, caller.now);
  if (isRefusal(counted)) return counted;
  // Checked before the name: without an invitation the answer does not say whether the name is taken.
  const admission = await services.invitations.admit(identifier.canonical, asked.invite, caller.now);
  if (isRefusal(admission)) return admission;
  // This answer is public, so timing need not hide it: no hash is computed.
  if (await services.accounts.credential(identifier.canonical)) return { refused: 'identifier_taken' };

  const hashed = await services.passwords.hash(password, slot);
  if (isRefusal(hashed)) return hashed;
  const context = services.audit.context(caller, 'register');
  const { invitation } = admission;
  const user = await services.accounts.create(
    identifier,
    hashed.passwordHash,
    caller.now,
    context,
    invitation,
  );
  return isRefusal(user) ? user : { user };
}
