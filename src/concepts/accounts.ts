/**
 * Accounts: the identity of a person under a unique name.
 *
 * Purpose: to give a person one identity that every contract finds under the same name.
 * Prevents: two accounts whose names only differ in case, half-written accounts, names that look like another's.
 * Principle: the person who registers a free name owns it; from then on that name, in any letter case, leads to this
 *   account and to no other.
 * State: a set of accounts, each with an identifier as typed, its canonical form (unique), a user id, an instant of
 *   creation and a password hash that this concept stores but does not understand.
 */

import { newUuid } from '../crypto/ids.ts';
import type { Awaitable } from '../storage/port/awaitable.ts';
import type {
  AccountStore,
  AuditContext,
  Credential,
  Ending,
  UsedInvitation,
  User,
  UserQuery,
} from '../storage/port/port.ts';
import { canonical } from '../storage/shared/canonical-form.ts';
import {
  type AccountRefusal,
  type Identifier,
  type IdentifierKind,
  readIdentifier,
} from './accounts/identifiers.ts';

export { type AccountRefusal, canonical, type Identifier, type IdentifierKind };

/** The invitation was used by another account, expired or was revoked while this account was made. */
export type InvitationGone = { readonly refused: 'not_invited' };

/** Sessions, or devices, that one step deletes when an account is removed or a password replaced. */
const removalStep = 200;

export class Accounts {
  readonly #store: AccountStore;
  readonly #onCreated: (user: User) => void;

  /** @param onCreated is called after the commit of every new account; it must not throw. */
  constructor(store: AccountStore, onCreated: (user: User) => void = () => {}) {
    this.#store = store;
    this.#onCreated = onCreated;
  }

  /** Checks the form of a new identifier (ruling G3), but not whether it is free. */
  name(typed: string, kind: IdentifierKind): Identifier | AccountRefusal {
    return readIdentifier(typed, kind);
  }

  /**
   * Makes both records of an account, or none; of concurrent requests for one name exactly one succeeds. With an invitation
   * the user gets the id in it, and the invitation is used up exactly if the account is made.
   */
  async create(
    { typed, canonical }: Identifier,
    passwordHash: string,
    now: number,
    context: AuditContext,
    invitation?: UsedInvitation & { readonly userId: string },
  ): Promise<User | AccountRefusal | InvitationGone> {
    const user: User = {
      id: invitation?.userId ?? newUuid(),
      identifier: typed,
      createdAt: now,
      email: typed.includes('@') ? typed : null,
      emailVerifiedAt: null,
      disabledAt: null,
    };
    const { id: userId, identifier, createdAt, email } = user;
    const account = { userId, identifier, canonical, passwordHash, createdAt, email };
    const outcome = await this.#store.create(account, context, invitation);
    if (outcome !== 'created') return { refused: outcome };
    this.#onCreated(user);
    return user;
  }

  /** Finds the credential for a login; any text is allowed (ruling G3). */
  credential(typed: string): Awaitable<Credential | undefined> {
    return this.#store.findCredential(canonical(typed));
  }

  /** One page of users, in order of creation; `matching` is part of an identifier, in any letter case. */
  list(query: UserQuery): Promise<User[]> {
    const { matching } = query;
    return this.#store.list({ ...query, matching: matching === undefined ? undefined : canonical(matching) });
  }

  /**
   * Replaces a password hash unless another caller did meanwhile; returns whether it did. With `ending`, sessions of the
   * user end in the same step; if very many began recently, most of them end in earlier steps.
   */
  async replaceHash(
    { userId, passwordHash }: Credential,
    replacement: string,
    context?: AuditContext,
    ending?: Omit<Ending, 'limit'>,
  ): Promise<boolean> {
    const inStep = ending && { ...ending, limit: removalStep };
    for (;;) {
      const outcome = await this.#store.replaceHash(userId, passwordHash, replacement, context, inStep);
      if (outcome !== 'sessions_left') return outcome === 'replaced';
    }
  }

  /** Gives an account a verified address; an account that is named by its address gets a new name. */
  changeEmail(
    userId: string,
    email: string,
    now: number,
    context: AuditContext,
  ): Promise<'changed' | 'identifier_taken' | 'unknown_account'> {
    return this.#store.changeEmail(userId, { email, canonical: canonical(email), verifiedAt: now }, context);
  }

  /**
   * Removes an account with everything that belongs to it: its name is free again, and its sessions are dead. `false` if it
   * does not exist. `reclaim` removes the rows of very many sessions and devices.
   */
  remove(userId: string, context: AuditContext): Promise<boolean> {
    return this.#store.remove(userId, removalStep, context);
  }

  /** Removes the remaining rows of removed accounts, in small steps with a pause after each. */
  async reclaim(context: AuditContext, pause: () => Promise<void>): Promise<void> {
    while (await this.#store.reclaim(removalStep, context)) await pause();
  }

  /** Ends the sessions of accounts whose disabling was interrupted, in small steps with a pause after each. */
  async endOfDisabled(context: AuditContext, pause: () => Promise<void>): Promise<void> {
    for (let after: string | undefined = ''; after !== undefined; await pause())
      after = await this.#store.endOfDisabled(after, removalStep, context);
  }
}
