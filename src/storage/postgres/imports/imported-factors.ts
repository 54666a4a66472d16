/** Writes what comes with imported accounts, many in each statement: second factors, devices and trusted browsers. */

import type { AccountToImport } from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { anotherHandle } from '../../shared/imports/import-keys.ts';
import { byteaArray, storable } from '../connection/text.ts';
import type { Run } from '../connection/transaction.ts';

type OfUser<Row> = Row & { readonly userId: string };

/** The rows of all accounts, each with its user. */
function rowsOf<Row>(
  accounts: readonly AccountToImport[],
  read: (account: AccountToImport) => readonly Row[] | undefined,
): OfUser<Row>[] {
  return accounts.flatMap((account) =>
    (read(account) ?? []).map((row) => ({ ...row, userId: account.userId })),
  );
}

export async function insertBelongings(
  run: Run,
  digest: Digest,
  accounts: readonly AccountToImport[],
): Promise<void> {
  const withPasskeys = await insertPasskeys(run, accounts);
  // The row and the codes are there only while there is a factor.
  await insertFactors(
    run,
    accounts.filter(({ userId, factors }) => factors?.totp || withPasskeys.has(userId)),
  );
  await insertDevices(run, accounts);
  await insertBrowsers(run, digest, accounts);
}

/** Returns the users who have a passkey now. */
async function insertPasskeys(run: Run, accounts: readonly AccountToImport[]): Promise<Set<string>> {
  const rows = rowsOf(accounts, ({ factors }) => factors?.passkeys);
  if (rows.length === 0) return new Set();
  const texts = ['credentialId', 'userId', 'handle', 'name', 'publicKey', 'transports'] as const;
  const { rows: written } = await run<{ userId: string }>(
    `INSERT INTO passkeys (credential_id, user_id, handle, name, public_key, transports, counter, is_synced,
       created_at, last_used_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                          $8::integer[], $9::bigint[], $10::bigint[])
     ON CONFLICT DO NOTHING RETURNING user_id AS "userId"`,
    [
      ...texts.map((name) => rows.map((row) => storable(row[name]))),
      rows.map(({ counter }) => counter),
      rows.map(({ isSynced }) => Number(isSynced)),
      rows.map(({ createdAt }) => createdAt),
      rows.map(({ lastUsedAt }) => lastUsedAt),
    ],
  );
  return new Set(written.map(({ userId }) => userId));
}

async function insertFactors(run: Run, accounts: readonly AccountToImport[]): Promise<void> {
  const rows = rowsOf(accounts, ({ factors }) => (factors ? [factors] : []));
  if (rows.length === 0) return;
  await run(
    `INSERT INTO second_factors (user_id, since, totp_secret, totp_enrolled_at, totp_step, failures)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[])`,
    [
      rows.map(({ userId }) => userId),
      rows.map(({ since }) => since),
      rows.map(({ totp }) => totp?.sealed ?? null),
      rows.map(({ totp }) => totp?.enrolledAt ?? null),
      rows.map(({ totp }) => totp?.lastStep ?? null),
      rows.map(({ failures }) => failures),
    ],
  );
  const codes = rows.flatMap(({ userId, recoveryHashes }) =>
    recoveryHashes.map((hash) => ({ userId, hash })),
  );
  if (codes.length === 0) return;
  await run(
    `INSERT INTO recovery_codes (user_id, code_hash) SELECT * FROM unnest($1::text[], $2::bytea[])
     ON CONFLICT DO NOTHING`,
    [codes.map(({ userId }) => userId), byteaArray(codes.map(({ hash }) => hash))],
  );
}

async function insertDevices(run: Run, accounts: readonly AccountToImport[]): Promise<void> {
  const rows = rowsOf(accounts, ({ devices }) => devices);
  if (rows.length === 0) return;
  await run(
    `INSERT INTO devices (user_id, device_hash, last_used_at)
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[]) ON CONFLICT DO NOTHING`,
    [
      rows.map(({ userId }) => userId),
      byteaArray(rows.map(({ deviceHash }) => deviceHash)),
      rows.map(({ lastUsedAt }) => lastUsedAt),
    ],
  );
}

async function insertBrowsers(run: Run, digest: Digest, accounts: readonly AccountToImport[]): Promise<void> {
  const rows = rowsOf(accounts, ({ trustedBrowsers }) => trustedBrowsers);
  const written = await insertTokens(run, rows);
  const again = rows.filter(({ tokenHash }) => !written.has(tokenHash));
  await insertTokens(
    run,
    again.map((row) => ({ ...row, handle: anotherHandle(digest, row.tokenHash) })),
  );
}

/** Returns the hashes of those whose handle was free. */
async function insertTokens(
  run: Run,
  rows: readonly OfUser<AccountToImport['trustedBrowsers'][number]>[],
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const { rows: written } = await run<{ tokenHash: string }>(
    `INSERT INTO browser_tokens (token_hash, user_id, handle, details, created_at, expires_at, purpose)
     SELECT *, 'trusted_browser' FROM unnest($1::bytea[], $2::text[], $3::text[], $4::jsonb[], $5::bigint[], $6::bigint[])
     ON CONFLICT DO NOTHING RETURNING encode(token_hash, 'hex') AS "tokenHash"`,
    [
      byteaArray(rows.map(({ tokenHash }) => tokenHash)),
      rows.map(({ userId }) => userId),
      rows.map(({ handle }) => storable(handle)),
      rows.map(({ details }) => JSON.stringify(storableDetails(details))),
      rows.map(({ createdAt }) => createdAt),
      rows.map(({ expiresAt }) => expiresAt),
    ],
  );
  return new Set(written.map(({ tokenHash }) => tokenHash));
}

function storableDetails(details: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [storable(name), storable(value)]),
  );
}
