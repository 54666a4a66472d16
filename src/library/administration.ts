/** Users and sessions for the application's own code, audited as `library`. */

import type { RefusalDetails, Words } from '../http/contract.ts';
import { siteWords } from '../http/refusals/refusal-words.ts';
import type * as port from '../storage/port/port.ts';
import { endAllSessions, endAnySession, sessionsOf } from '../usecases/admin/admin-sessions.ts';
import {
  addUser,
  deleteUser,
  disableUser,
  enableUser,
  type Found,
  findAccount,
} from '../usecases/admin/admin-users.ts';
import { localCaller } from '../usecases/local-caller.ts';
import { isRefusal, type Refusal } from '../usecases/refusals.ts';
import type { Caller, Services } from '../usecases/services.ts';
import { type Session, sessionOf, type User, userOf } from './people.ts';

/** A new account. Without a password none is known: the person sets one by a link (`gatehouse user set-password-link`). */
export type NewUser = { readonly password?: string } & (
  | { readonly email: string; readonly username?: never }
  | { readonly username: string; readonly email?: never }
);

/** An account is made, or refused: `reason` is for code, `message` for people. */
export type Created =
  | { readonly status: 'created'; readonly user: User }
  | { readonly status: 'refused'; readonly reason: Refusal['refused']; readonly message: string };

/** An account as the application's own code sees it. */
export type Account = User & {
  /** The address for mails; that of `email` unless the account has a username. */
  readonly mailAddress: string | undefined;
  readonly disabledAt: Date | undefined;
};

/**
 * Accounts. A `user` is an id, a mail address or a username, in any letter case. Every method rejects with
 * `StoreUnavailable` if the store does not answer.
 */
export interface Users {
  /** Makes an account without a session. It is not throttled, and a full queue for hashing refuses it. */
  create(user: NewUser): Promise<Created>;
  find(user: string): Promise<Account | undefined>;
  /** Disables an account and ends its sessions; `false` if there is none. */
  disable(user: string): Promise<boolean>;
  /** Enables an account; its sessions stay ended. `false` if there is none. */
  enable(user: string): Promise<boolean>;
  /** Removes an account with everything that belongs to it but its audit entries; `false` if there is none. */
  remove(user: string): Promise<boolean>;
}

/** Sessions of any user; every method rejects with `StoreUnavailable` if the store does not answer. */
export interface Sessions {
  /** The live sessions of a user, the most recently used first, read page by page. */
  list(user: string): AsyncIterable<Session>;
  /** Ends a session by its handle; `false` if it is not alive. Resolves when the end is durable. */
  end(handle: string): Promise<boolean>;
  /** Ends all sessions of a user; resolves to their number when the ends are durable. */
  endAll(user: string): Promise<number>;
}

type Asked = Pick<Services, 'accounts' | 'store'>;

export function usersOf(services: Services, clock: () => number): Users {
  const change =
    (step: (services: Services, found: Found, caller: Caller) => Promise<object>) => async (user: string) => {
      const found = await find(services, user);
      return found !== undefined && !isRefusal(await step(services, found, localCaller('library', clock())));
    };
  return {
    async create(asked) {
      const caller = localCaller('library', clock());
      const name = asked.email ?? asked.username;
      const overloaded = services.hashing.overloaded(caller.network);
      const made =
        overloaded ?? (await addUser(services, text('email or username', name), asked.password, caller));
      if (isRefusal(made)) return { status: 'refused', reason: made.refused, message: sentenceOf(made) };
      return { status: 'created', user: userOf(made.user) };
    },
    async find(user) {
      const found = (await find(services, user))?.user;
      return found && accountOf(found);
    },
    disable: change(disableUser),
    enable: change(enableUser),
    remove: change(deleteUser),
  };
}

export function sessionsOfAll(services: Services, clock: () => number): Sessions {
  return {
    async *list(user) {
      const found = await find(services, user);
      if (!found) return;
      for await (const session of sessionsOf(services, found.id, clock())) yield sessionOf(session);
    },
    async end(handle) {
      const ended = await endAnySession(services, text('handle', handle), localCaller('library', clock()));
      return !isRefusal(ended);
    },
    async endAll(user) {
      const found = await find(services, user);
      if (!found) return 0;
      return (await endAllSessions(services, found.id, localCaller('library', clock()))).length;
    },
  };
}

function find(services: Asked, user: string): Promise<Found | undefined> {
  return findAccount(services, text('user', user));
}

/** Applications in JavaScript have no types that would say so. */
function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`${name} must be a string; it is ${value === null ? 'null' : typeof value}.`);
}

function accountOf(user: port.User): Account {
  return {
    ...userOf(user),
    mailAddress: user.email ?? undefined,
    disabledAt: user.disabledAt === null ? undefined : new Date(user.disabledAt),
  };
}

function sentenceOf(refusal: Refusal): string {
  const { sentence }: Words = siteWords[refusal.refused];
  return typeof sentence === 'string' ? sentence : sentence(refusal as RefusalDetails);
}
