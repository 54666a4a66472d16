/** Accounts in SQLite: a credential in `auth` and a user in `users`, written together. */

import type { DatabaseSync } from 'node:sqlite';
import type { AccountStore, Credential, NewAccount, User } from '../port.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export function accountsIn(db: DatabaseSync, reader: Reader, writer: Writer): AccountStore {
  const insertAuth = db.prepare(
    `INSERT INTO auth (canonical, identifier, user_id, password_hash) VALUES (?, ?, ?, ?)
     ON CONFLICT (canonical) DO NOTHING`,
  );
  const insertUser = db.prepare('INSERT INTO users (id, created_at) VALUES (?, ?)');
  const selectCredential = db.prepare(
    `SELECT user_id AS userId, identifier, password_hash AS passwordHash, users.id IS NOT NULL AS hasUser
     FROM auth LEFT JOIN users ON users.id = auth.user_id WHERE canonical = ?`,
  );
  const selectUser = db.prepare(
    `SELECT users.id, identifier, users.created_at AS createdAt
     FROM users JOIN auth ON auth.user_id = users.id WHERE users.id = ?`,
  );
  const updateHash = db.prepare(
    'UPDATE auth SET password_hash = ? WHERE canonical = ? AND password_hash = ?',
  );

  const users = reader.remembering((userId) => selectUser.get(userId) as User | undefined);

  return {
    create: (account: NewAccount) =>
      writer.write(() => {
        const { canonical, identifier, userId, passwordHash, createdAt } = account;
        if (insertAuth.run(canonical, identifier, userId, passwordHash).changes === 0)
          return 'identifier_taken';
        insertUser.run(userId, createdAt);
        return 'created';
      }),

    findCredential: (canonical) =>
      reader.read(() => {
        const row = selectCredential.get(canonical);
        return row && ({ ...row, hasUser: row['hasUser'] === 1 } as unknown as Credential);
      }),

    findUser: users.find,

    replaceHash: (canonical, expected, replacement) =>
      writer.write(() => updateHash.run(replacement, canonical, expected).changes === 1),
  };
}
