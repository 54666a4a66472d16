/** Statements on the rows of imported accounts, for many at once. */

import type { AccountToImport, ImportRun } from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { unusable } from '../../shared/imports/hash-kinds.ts';
import { sampleKeyOf } from '../../shared/imports/import-keys.ts';
import { formOf, type Name } from '../../shared/imports/imported-names.ts';
import { type AccountUpdate, originState } from '../../shared/imports/origin-state.ts';
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
    `INSERT INTO imported_accounts (user_id, source, fingerprint, imported_at, name_form, hash_kind, sample_key,
       origin_state)
     SELECT user_id, $7, fingerprint, $8, name_form, hash_kind, sample_key, origin_state
     FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::bigint[], $6::text[])
       AS one (user_id, fingerprint, name_form, hash_kind, sample_key, origin_state)`,
    [
      userIds,
      byteaArray(of(({ fingerprint }) => fingerprint)),
      sorted.map(({ account, name }) => formOf(account.userId, name.canonical)),
      of(kindOf),
      userIds.map((userId) => sampleKeyOf(digest, userId)),
      of((account) => originState(account, digest)),
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

/**
 * Gives accounts other names, one by one: one of them may free the name of the next. A name that was taken meanwhile is a
 * duplicate, which is thrown.
 */
export async function renameAccounts(run: Run, renamed: readonly NamedAccount[]): Promise<void> {
  for (const { account, name } of renamed)
    await run('UPDATE auth SET identifier = $2, canonical = $3 WHERE user_id = $1', [
      account.userId,
      name.identifier,
      name.canonical,
    ]);
}

/** An account with what follows its origin. */
export interface UpdatedAccount {
  readonly account: AccountToImport;
  readonly update: AccountUpdate;
}

/** Writes addresses and states that follow the origin, and what is remembered of it. */
export async function updateAccounts(run: Run, updated: readonly UpdatedAccount[]): Promise<void> {
  const users = updated.flatMap(({ account: { userId }, update: { user } }) =>
    user ? [{ userId, ...user }] : [],
  );
  if (users.length > 0)
    await run(
      `UPDATE users SET email = one.email, email_verified_at = one.verified_at, disabled_at = one.disabled_at
       FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS one (user_id, email, verified_at, disabled_at)
       WHERE id = user_id`,
      [
        users.map(({ userId }) => userId),
        users.map(({ email }) => email),
        users.map(({ emailVerifiedAt }) => emailVerifiedAt),
        users.map(({ disabledAt }) => disabledAt),
      ],
    );
  const remembered = updated.filter(({ update }) => update.originState !== undefined);
  if (remembered.length > 0)
    await run(
      `UPDATE imported_accounts SET origin_state = one.state FROM unnest($1::text[], $2::text[]) AS one (id, state)
       WHERE user_id = one.id`,
      [remembered.map(({ account }) => account.userId), remembered.map(({ update }) => update.originState)],
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
