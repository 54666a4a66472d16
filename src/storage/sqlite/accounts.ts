/** Accounts in SQLite: a credential in `auth` and a user in `users`, written together and removed together. */

import type {
  AccountStore,
  AuditContext,
  Credential,
  Ending,
  NewAccount,
  UsedInvitation,
  User,
  UserQuery,
} from '../port/port.ts';
import { type AccountParts, accountChanges } from './account-changes.ts';
import { type Removal, removalIn } from './account-removal.ts';
import { accountStatements } from './account-rows.ts';

export class SqliteAccounts implements AccountStore {
  readonly #parts: AccountParts;
  readonly #statements: ReturnType<typeof accountStatements>;
  readonly #removal: Removal;
  readonly verifyEmail: AccountStore['verifyEmail'];
  readonly changeEmail: AccountStore['changeEmail'];
  readonly setDisabled: AccountStore['setDisabled'];

  constructor(parts: AccountParts) {
    this.#parts = parts;
    this.#statements = accountStatements(parts.db);
    this.#removal = removalIn(parts.db, parts.sessions, parts.chain.digest);
    const { verifyEmail, changeEmail, setDisabled } = accountChanges(parts, this.#statements);
    [this.verifyEmail, this.changeEmail, this.setDisabled] = [verifyEmail, changeEmail, setDisabled];
  }

  create(
    { canonical, identifier, userId, passwordHash, createdAt, email }: NewAccount,
    context?: AuditContext,
    invitation?: UsedInvitation,
  ): Promise<'created' | 'identifier_taken' | 'not_invited'> {
    const { isInvited, insertAuth, insertUser, removeInvitation } = this.#statements;
    return this.#parts.writer.write(() => {
      if (invitation && !isInvited.get(canonical, invitation.tokenHash, invitation.at)) return 'not_invited';
      if (insertAuth.run(canonical, identifier, userId, passwordHash).changes === 0)
        return 'identifier_taken';
      insertUser.run(userId, createdAt, email);
      removeInvitation.run(canonical);
      this.#parts.chain.append(context, { userId });
      return 'created';
    });
  }

  findCredential(canonical: string): Credential | undefined {
    return this.#parts.reader.read(() => credential(this.#statements.selectCredential.get(canonical)));
  }

  findCredentialOf(userId: string): Credential | undefined {
    return this.#parts.reader.read(() => credential(this.#statements.selectCredentialOf.get(userId)));
  }

  findUser(userId: string): User | undefined {
    return this.#parts.reader.read(() => this.#parts.users.select(userId));
  }

  list(query: UserQuery): Promise<User[]> {
    return this.#parts.users.list(query);
  }

  replaceHash(
    userId: string,
    expected: string,
    replacement: string,
    context?: AuditContext,
    ending?: Ending,
  ): Promise<'replaced' | 'not_expected' | 'sessions_left'> {
    const { writer, chain, sessions } = this.#parts;
    return writer.write(() => {
      if (!this.#statements.isHash.get(userId, expected)) return 'not_expected';
      const isMany = ending !== undefined && sessions.hasMany(userId, ending);
      if (!isMany) {
        this.#statements.updateHash.run(replacement, userId);
        chain.append(context, { userId });
      }
      if (ending && !isMany) this.#statements.removeBrowserTokens.run(userId);
      if (ending) sessions.endOfUser(userId, ending.exceptHandle, ending.limit, ending.context);
      return isMany ? 'sessions_left' : 'replaced';
    });
  }

  remove(userId: string, limit: number, context?: AuditContext): Promise<boolean> {
    return this.#parts.writer.write(() => {
      const removed = this.#removal.begin(userId, limit, context);
      if (removed) this.#parts.chain.append(context, { userId });
      return removed;
    });
  }

  reclaim(limit: number, context?: AuditContext): Promise<boolean> {
    return this.#parts.writer.write(() => this.#removal.continueRemoval(limit, context));
  }

  endOfDisabled(after: string, limit: number, context: AuditContext): Promise<string | undefined> {
    return this.#parts.writer.write(() => this.#removal.endOfDisabled(after, limit, context));
  }
}

function credential(row: Record<string, unknown> | undefined): Credential | undefined {
  if (!row) return undefined;
  const flags = ['hasUser', 'isDisabled', 'hasSecondFactor'].map((name) => [name, row[name] === 1]);
  return { ...row, ...Object.fromEntries(flags) } as unknown as Credential;
}
