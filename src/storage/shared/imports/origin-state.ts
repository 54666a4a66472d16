/** What is remembered of an account as its origin had it, and what follows when the origin has changed it since. */

import type { AccountChange, AccountToImport, KeptDifference } from '../../port/port.ts';
import type { Digest } from '../audit-chain.ts';

/** What is stored of an account that an import made, read in the step that writes. */
export interface StoredAccount {
  readonly identifier: string;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  readonly disabledAt: number | null;
  /** SQLite has numbers for booleans. */
  readonly hasFactors: boolean | 0 | 1;
  /** As `originState` wrote it. */
  readonly originState: string;
}

/** The columns of a user that follow the origin. */
export type UserState = Pick<StoredAccount, 'email' | 'emailVerifiedAt' | 'disabledAt'>;

/**
 * What becomes of the name: it is not another one, it can be given, or another account has it. An account that waits for its
 * name goes on waiting, or `waited` until now.
 */
export type NewName = 'same' | 'given' | 'taken' | 'waits' | 'waited';

export interface AccountUpdate {
  readonly changed: readonly AccountChange[];
  readonly kept: readonly KeptDifference[];
  /** Left out if the row stays as it is. */
  readonly user?: UserState;
  /** What to remember from now on; left out if that is what is remembered. */
  readonly originState?: string;
}

/** The parts of what is remembered; a part that is missing is `none`. Names and addresses are digests only. */
interface Origin {
  readonly name: string;
  readonly email: string;
  readonly verified: string;
  /** The instant in `users`, so that an account which was disabled here is told from one that the import disabled. */
  readonly disabled: string;
  readonly factors: string;
}

const none = '-';

/** Hexadecimal digits of a digest that are kept: two texts of one account are told apart. */
const kept = 32;

/** What is remembered of an account: the name, the address, its verification, the state and the factors of its origin. */
export function originState(account: AccountToImport, digest: Digest): string {
  return textOf(originOf(account, digest));
}

function originOf(account: AccountToImport, digest: Digest): Origin {
  const { identifier, email, emailVerifiedAt, disabledAt, factorsFingerprint } = account;
  return {
    name: digest(identifier).slice(0, kept),
    email: email === null ? none : digest(email).slice(0, kept),
    verified: emailVerifiedAt === null ? none : '1',
    disabled: disabledAt === null ? none : String(disabledAt),
    factors: factorsFingerprint === null ? none : factorsFingerprint.slice(0, kept),
  };
}

function textOf({ name, email, verified, disabled, factors }: Origin): string {
  return [name, email, verified, disabled, factors].join(' ');
}

function parse(text: string): Origin {
  const [name = none, email = none, verified = none, disabled = none, factors = none] = text.split(' ');
  return { name, email, verified, disabled, factors };
}

/** Whether an account, which does not wait for a name, is to have the new name that its origin gave it. */
export function isRenamed(account: AccountToImport, stored: StoredAccount, digest: Digest): boolean {
  const [before, now] = [parse(stored.originState), originOf(account, digest)];
  return (
    now.name !== before.name && account.identifier !== stored.identifier && isNamedAs(stored, before, digest)
  );
}

/** Whether the stored name is the one that an import gave, which may have a number at its end. */
function isNamedAs({ identifier }: StoredAccount, { name }: Origin, digest: Digest): boolean {
  return [identifier, identifier.replace(/-\d{1,2}$/, '')].some((one) => digest(one).slice(0, kept) === name);
}

/**
 * What follows the origin, and what stays as it is here. The rule is one for all parts: if the origin has changed a part
 * since the last import, and it is still here as that import left it, it is taken over.
 */
export function decideUpdate(
  account: AccountToImport,
  stored: StoredAccount,
  digest: Digest,
  newName: NewName,
): AccountUpdate {
  const [before, now] = [parse(stored.originState), originOf(account, digest)];
  const name = nameUpdate(account, stored, before, now, newName);
  const email = emailUpdate(account, stored, before, now, newName, digest);
  const state = stateUpdate(account, stored, before, now);
  const factors = factorsUpdate(stored, before, now);
  const parts: readonly Part[] = [name, email, state, factors];
  const changed = parts.flatMap((part) => part.changed ?? []);
  const remembered = textOf({
    ...before,
    ...name.origin,
    ...email.origin,
    ...state.origin,
    ...factors.origin,
  });
  const user = { ...userOf(stored), ...email.user, ...state.user };
  return {
    changed,
    kept: parts.flatMap((part) => part.kept ?? []),
    ...(parts.some((part) => part.user) && { user }),
    ...(remembered !== stored.originState && { originState: remembered }),
  };
}

interface Part {
  readonly changed?: readonly AccountChange[];
  readonly kept?: readonly KeptDifference[];
  readonly user?: Partial<UserState>;
  /** What to remember of the origin from now on. */
  readonly origin?: Partial<Origin>;
}

function userOf({ email, emailVerifiedAt, disabledAt }: StoredAccount): UserState {
  return { email, emailVerifiedAt, disabledAt };
}

function nameUpdate(
  { identifier }: AccountToImport,
  stored: StoredAccount,
  before: Origin,
  { name }: Origin,
  newName: NewName,
): Part {
  if (newName === 'given') return { changed: ['renamed'], origin: { name } };
  if (newName === 'taken') return { kept: ['name_taken'] };
  if (newName === 'waited') return { origin: { name } };
  if (newName === 'waits' || name === before.name) return {};
  return identifier === stored.identifier ? { origin: { name } } : { kept: ['name_kept'] };
}

/** An account that is named by its address gets both or neither, as if its owner had changed the address here. */
function emailUpdate(
  account: AccountToImport,
  stored: StoredAccount,
  before: Origin,
  { email, verified }: Origin,
  newName: NewName,
  digest: Digest,
): Part {
  const emailHere = stored.email === null ? none : digest(stored.email).slice(0, kept);
  if (emailHere === email) {
    const verifiedHere = stored.emailVerifiedAt === null ? none : '1';
    if (verified === before.verified || verified === verifiedHere) return { origin: { email, verified } };
    const { emailVerifiedAt } = account;
    const changed = [emailVerifiedAt === null ? 'email_unverified' : 'email_verified'] as const;
    return { changed, user: { emailVerifiedAt }, origin: { email, verified } };
  }
  if (email === before.email) return {};
  if (newName === 'taken' && stored.identifier.includes('@')) return {};
  if (emailHere !== before.email) return { kept: ['email_kept'] };
  const user = { email: account.email, emailVerifiedAt: account.emailVerifiedAt };
  return { changed: ['email_changed'], user, origin: { email, verified } };
}

/** An account that was disabled here stays so, whatever its origin says. */
function stateUpdate(
  { disabledAt }: AccountToImport,
  stored: StoredAccount,
  before: Origin,
  { disabled }: Origin,
): Part {
  if ((disabled === none) === (before.disabled === none)) return {};
  const here = stored.disabledAt === null ? none : String(stored.disabledAt);
  if ((disabled === none) === (here === none)) return { origin: { disabled } };
  if (here !== before.disabled) return { kept: ['state_kept'] };
  const changed = [disabledAt === null ? 'enabled' : 'disabled'] as const;
  return { changed, user: { disabledAt }, origin: { disabled } };
}

/** Factors that are there stay: removing or replacing one is for its owner, or for the operator. */
function factorsUpdate({ hasFactors }: StoredAccount, before: Origin, { factors }: Origin): Part {
  if (factors === none)
    return hasFactors && before.factors !== none ? { kept: ['factors_kept'] } : { origin: { factors } };
  if (hasFactors) return factors === before.factors ? {} : { kept: ['factors_differ'] };
  if (before.factors !== none) return { kept: ['factors_missing'] };
  return { changed: ['factors_added'], origin: { factors } };
}
