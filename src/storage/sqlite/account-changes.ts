/** Changes of accounts in SQLite: the address, its verification, and whether the account is disabled. */

import type { DatabaseSync } from 'node:sqlite';
import type { AccountStore, AuditContext, NewEmail } from '../port/port.ts';
import type { accountStatements } from './account-rows.ts';
import type { AuditChain } from './audit/audit-chain.ts';
import type { Reader } from './connection/reader.ts';
import type { Writer } from './connection/writer.ts';
import type { SessionRemoval } from './sessions/session-removal.ts';
import type { Users } from './users.ts';

export interface AccountParts {
  readonly db: DatabaseSync;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly chain: AuditChain;
  readonly users: Users;
  /** Removes sessions of a user inside a step. */
  readonly sessions: SessionRemoval;
}

/** The methods of the store that change an account, each in one step. */
export function accountChanges(
  { writer, chain, users }: AccountParts,
  { updateVerified, rename, updateEmail, updateDisabled, isUser }: ReturnType<typeof accountStatements>,
): Pick<AccountStore, 'verifyEmail' | 'changeEmail' | 'setDisabled'> {
  return {
    verifyEmail(userId: string, email: string, at: number, context?: AuditContext): Promise<boolean> {
      return writer.write(() => {
        if (updateVerified.run(at, userId, email).changes === 0) return false;
        chain.append(context, { userId });
        return true;
      });
    },

    changeEmail(
      userId: string,
      { email, canonical, verifiedAt }: NewEmail,
      context?: AuditContext,
    ): Promise<'changed' | 'identifier_taken' | 'unknown_account'> {
      return writer.write(() => {
        const user = users.select(userId);
        if (!user) return 'unknown_account';
        const isNamedByAddress = user.identifier.includes('@');
        if (isNamedByAddress && rename.run(email, canonical, userId).changes === 0) return 'identifier_taken';
        updateEmail.run(email, verifiedAt, userId);
        chain.append(context, { userId });
        return 'changed';
      });
    },

    setDisabled(userId: string, at: number | null, context?: AuditContext): Promise<boolean> {
      return writer.write(() => {
        // An account that is disabled already keeps its instant; without a change there is no audit entry.
        const { changes } = updateDisabled.run(at, userId, at === null ? 0 : 1);
        if (changes === 0) return isUser.get(userId) !== undefined;
        chain.append(context, { userId });
        return true;
      });
    },
  };
}
