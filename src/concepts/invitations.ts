/**
 * Invitations: permission to register.
 *
 * Purpose: to let the operator decide who gets an account.
 * Prevents: accounts the operator does not want, and tokens that can be guessed, read from the store, used twice, used for
 *   another name or kept for later.
 * Principle: if registration needs an invitation, the token that was made for a name registers that name, once, until
 *   it expires; every other token is refused, in the same way.
 * State: who may register (anyone, only the invited, no one); a set of invitations, each with a name in canonical form
 *   (unique), the hash of its token, the id its user will have and the instant it expires.
 */

import { digest, newToken, newUuid } from '../crypto/ids.ts';
import type { Registration } from '../settings/settings.ts';
import type { AuditContext, Invitation, InvitationStore, UsedInvitation } from '../storage/port/port.ts';

/** The reason why a person may not register. */
export type RegistrationRefusal = { readonly refused: 'registration_closed' | 'not_invited' };

/** Permission to register a name. */
export interface Admission {
  /** The invitation that the new account uses up, with the id of its user; `undefined` if none is needed. */
  readonly invitation: (UsedInvitation & { readonly userId: string }) | undefined;
}

/** The lifetime of an invitation in days: the default, and the maximum. */
export const invitationDays = { usual: 7, limit: 90 } as const;

const dayMs = 86_400_000;

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

/** Invitations in one read. */
const page = 500;

const notInvited: RegistrationRefusal = { refused: 'not_invited' };

/** The form of every token; no other text is looked up in the store. */
const tokenFormat = /^[a-z0-9]{26}$/;

export class Invitations {
  readonly #store: InvitationStore;
  readonly #registration: Registration;

  constructor(store: InvitationStore, registration: Registration) {
    this.#store = store;
    this.#registration = registration;
  }

  /** Whether a registration needs an invitation. */
  get areNeeded(): boolean {
    return this.#registration === 'invite';
  }

  /** Refuses every registration if it is closed, before any other check. */
  get closed(): RegistrationRefusal | undefined {
    return this.#registration === 'closed' ? { refused: 'registration_closed' } : undefined;
  }

  /**
   * Admits the registration of a name, with the token of its invitation if one is needed. The invitation stays valid: the
   * step that makes the account uses it up, and fails if another one did first.
   */
  async admit(
    canonical: string,
    token: string | undefined,
    now: number,
  ): Promise<Admission | RegistrationRefusal> {
    if (!this.areNeeded) return { invitation: undefined };
    if (token === undefined || !tokenFormat.test(token)) return notInvited;
    const tokenHash = digest(token);
    const found = await this.#store.find(canonical, tokenHash);
    if (!found || now >= found.expiresAt) return notInvited;
    return { invitation: { tokenHash, at: now, userId: found.userId } };
  }

  /**
   * Makes an invitation for a name, in place of an earlier one. Its token has 134 random bits and is stored nowhere; its
   * audit entry names the id of the future user.
   */
  async make(
    canonical: string,
    days: number,
    now: number,
    context: AuditContext,
  ): Promise<Invitation & { readonly token: string }> {
    const token = newToken();
    const invitation = { canonical, userId: newUuid(), expiresAt: now + days * dayMs };
    await this.#store.put(digest(token), invitation, context);
    return { ...invitation, token };
  }

  /** Every valid invitation, by name. */
  async *pending(now: number): AsyncGenerator<Invitation> {
    for (let after: string | undefined; ; ) {
      const invitations = await this.#store.list({ after, limit: page });
      for (const invitation of invitations) if (now < invitation.expiresAt) yield invitation;
      after = invitations.at(-1)?.canonical;
      if (invitations.length < page) return;
    }
  }

  /** Removes expired invitations, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now, sweepStep)) === sweepStep) await pause();
  }
}
