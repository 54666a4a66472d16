/** Statements on the rows of imported accounts, for many at once. */

import type { AccountToImport, ImportRun } from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { unusable } from '../../shared/imports/hash-kinds.ts';
import { sampleKeyOf } from '../../shared/imports/import-keys.ts';
import { formOf, type Name } from '../../shared/imports/imported-names.ts';
import { byteaArray } from '../connection/text.ts';
import type { Run } from '../connection/transaction.ts';

/** An account with the name that it gets. */
export interface NamedAccount {
  readonly account: AccountToImport;
  readonly name: Name;
}

/** Names are written in one order, so that no two steps wait for each other. */
const byName = (a: NamedAccount, b: NamedAccount) => (a.name.canonical < b.name.canonical ? -1 : 1);

/** Writes the rows of new accounts; `false` if a name or a user id is not free any more. */
export async function insertAccounts(
  run: Run,
  digest: Digest,
  made: readonly NamedAccount[],
  { source, at }: ImportRun,
): Promise<boolean> {
  const sorted = [...made].sort(byName);
  const of = <Value>(read: (account: AccountToImport) => Value) => sorted.map(({ account }) => read(account));
  const userIds = of(({ userId }) => userId);
  const { count: names } = await run(
    `INSERT INTO auth (canonical, identifier, user_id, password_hash)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING`,
    [
      sorted.map(({ name }) => name.canonical),
      sorted.map(({ name }) => name.identifier),
      userIds,
      of(({ passwordHash }) => passwordHash),
    ],
  );
  if (names < made.length) return false;
  const { count: users } = await run(
    `INSERT INTO users (id, created_at, email, email_verified_at, disabled_at)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) ON CONFLICT DO NOTHING`,
    [
      userIds,
      of(({ createdAt }) => createdAt),
      of(({ email }) => email),
      of(({ emailVerifiedAt }) => emailVerifiedAt),
      of(({ disabledAt }) => disabledAt),
    ],
  );
  if (users < made.length) return false;
  await run(
    `INSERT INTO imported_accounts (user_id, source, fingerprint, imported_at, name_form, hash_kind, sample_key)
     SELECT user_id, $6, fingerprint, $7, name_form, hash_kind, sample_key
     FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::bigint[])
       AS one (user_id, fingerprint, name_form, hash_kind, sample_key)`,
    [
      userIds,
      byteaArray(of(({ fingerprint }) => fingerprint)),
      sorted.map(({ account, name }) => formOf(account.userId, name.canonical)),
      of(kindOf),
      userIds.map((userId) => sampleKeyOf(digest, userId)),
      source,
      at,
    ],
  );
  await run(makeKey);
  return true;
}

/** Two random UUIDs have 244 random bits. */
const makeKey = `INSERT INTO import_key (id, key)
  SELECT 1, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  WHERE NOT EXISTS (SELECT FROM import_key) ON CONFLICT DO NOTHING`;

/** Gives accounts that waited under no name one. A name that was taken meanwhile is a duplicate, which is thrown. */
export async function renameAccounts(run: Run, renamed: readonly NamedAccount[]): Promise<void> {
  const sorted = [...renamed].sort(byName);
  const userIds = sorted.map(({ account }) => account.userId);
  await run(
    `UPDATE auth SET identifier = one.identifier, canonical = one.canonical
     FROM unnest($1::text[], $2::text[], $3::text[]) AS one (id, identifier, canonical) WHERE user_id = one.id`,
    [userIds, sorted.map(({ name }) => name.identifier), sorted.map(({ name }) => name.canonical)],
  );
  await run(
    `UPDATE imported_accounts SET name_form = one.form FROM unnest($1::text[], $2::text[]) AS one (id, form)
     WHERE user_id = one.id`,
    [userIds, sorted.map(({ account, name }) => formOf(account.userId, name.canonical))],
  );
}

/** Replaces hashes by newer ones of the origin: nothing that was begun with the old password is completed (ruling F4). */
export async function replaceHashes(run: Run, accounts: readonly AccountToImport[]): Promise<void> {
  const userIds = accounts.map(({ userId }) => userId);
  await run(
    `UPDATE auth SET password_hash = one.hash FROM unnest($1::text[], $2::text[]) AS one (id, hash)
     WHERE user_id = one.id`,
    [userIds, accounts.map(({ passwordHash }) => passwordHash)],
  );
  // The trigger has taken them for hashes that were made here.
  await run(
    `UPDATE imported_accounts SET fingerprint = one.fingerprint, hash_kind = one.kind
     FROM unnest($1::text[], $2::bytea[], $3::text[]) AS one (id, fingerprint, kind) WHERE user_id = one.id`,
    [userIds, byteaArray(accounts.map(({ fingerprint }) => fingerprint)), accounts.map(kindOf)],
  );
  await run('DELETE FROM browser_tokens WHERE user_id = ANY ($1::text[])', [userIds]);
}

function kindOf({ passwordHash, hashKind }: AccountToImport): string {
  return passwordHash === unusable ? unusable : hashKind;
}
