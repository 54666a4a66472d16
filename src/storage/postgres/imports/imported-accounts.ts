/** Writes imported accounts inside a step, many in each statement: it reads, decides all, and then writes. */

import {
  type AccountOutcome,
  type AccountToImport,
  type AuditContext,
  type ImportRun,
  StoreUnavailable,
} from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { type AccountVerdict, judgeAccount, type StoredUser } from '../../shared/imports/account-verdict.ts';
import { removedKeyOf } from '../../shared/imports/removed-key.ts';
import type { AuditOutbox, OutboxEntry } from '../audit/audit-outbox.ts';
import type { RevocationNotifier } from '../cluster/revocation-notifier.ts';
import { byteaArray } from '../connection/text.ts';
import type { InStep, Run } from '../connection/transaction.ts';
import { insertAccounts, renameAccounts, replaceHashes } from './account-rows.ts';
import { decideNames, type Named, type NameWish } from './free-names.ts';
import { insertBelongings } from './imported-factors.ts';

export interface AccountImportParts {
  readonly outbox: AuditOutbox;
  readonly notifier: RevocationNotifier;
  readonly digest: Digest;
}

/** Another step took a name or a user id after this one had read that it was free: the step begins again. */
export class OvertakenImport extends StoreUnavailable {}

/** As `ImportStore.writeAccounts`. Changed users are locked first, then invitations and names, each in one order. */
export async function writeAccounts(
  run: InStep,
  { outbox, notifier, digest }: AccountImportParts,
  accounts: readonly AccountToImport[],
  importRun: ImportRun,
  context: AuditContext,
): Promise<AccountOutcome[]> {
  const verdicts = await judgeAll(run, digest, accounts, importRun);
  const verdictOf = ({ userId }: AccountToImport) => verdicts.get(userId) as AccountVerdict;
  const replaced = accounts.filter((account) => isReplaced(verdictOf(account)));
  const wishes = accounts.flatMap((account) => wishOf(account, verdictOf(account)));
  const names = await decideNames(run, wishes, importRun.onConflict);

  const made = accounts.flatMap((account) => {
    const named = verdictOf(account).verdict === 'new' ? names.get(account.userId) : undefined;
    return named?.name ? [{ account, name: named.name }] : [];
  });
  const renamed = accounts.flatMap((account) => {
    const named = verdictOf(account).verdict === 'known' ? names.get(account.userId) : undefined;
    return named?.name ? [{ account, name: named.name }] : [];
  });
  await dropInvitations(
    run,
    [...made, ...renamed].map(({ name }) => name.canonical),
  );
  if (replaced.length > 0) await replaceHashes(run, replaced);
  if (renamed.length > 0) {
    if (!importRun.isDryRun)
      run.afterwards(() => {
        for (const { account } of renamed) notifier.userRevoked(account.userId);
      });
    await renameAccounts(run, renamed);
  }
  if (made.length > 0) {
    if (!(await insertAccounts(run, digest, made, importRun)))
      throw new OvertakenImport('Other steps take the names of the import.');
    await insertBelongings(
      run,
      digest,
      made.map(({ account }) => account),
    );
  }
  await outbox.addAll(
    run,
    accounts.flatMap((account) => entriesOf(account, verdictOf(account), names.get(account.userId), context)),
  );
  return accounts.map((account) => outcomeOf(verdictOf(account), names.get(account.userId)));
}

/** What to do with each account. Those that change are read again under a lock: another step may have changed them. */
async function judgeAll(
  run: Run,
  digest: Digest,
  accounts: readonly AccountToImport[],
  importRun: ImportRun,
): Promise<Map<string, AccountVerdict>> {
  const judge = async (some: readonly AccountToImport[]) => {
    const stored = await storedUsers(run, digest, some, importRun.source);
    return new Map(
      some.map((account) => [account.userId, judgeAccount(account, importRun, stored.get(account.userId))]),
    );
  };
  const verdicts = await judge(accounts);
  const changing = accounts.filter(({ userId }) => isChange(verdicts.get(userId)));
  if (changing.length === 0) return verdicts;
  await run('SELECT 1 FROM users WHERE id = ANY ($1::text[]) ORDER BY id FOR UPDATE', [
    changing.map(({ userId }) => userId),
  ]);
  return new Map([...verdicts, ...(await judge(changing))]);
}

async function storedUsers(
  run: Run,
  digest: Digest,
  accounts: readonly AccountToImport[],
  source: string,
): Promise<Map<string, StoredUser>> {
  const { rows } = await run<StoredUser & { readonly userId: string }>(
    `SELECT one.id AS "userId", users.id IS NOT NULL AS "hasUser", canonical, source,
       encode(fingerprint, 'hex') AS fingerprint, hash_kind AS "hashKind", account_hash IS NOT NULL AS "wasRemoved"
     FROM unnest($1::text[], $2::bytea[]) AS one (id, removed_key) LEFT JOIN users ON users.id = one.id
       LEFT JOIN auth ON auth.user_id = one.id LEFT JOIN imported_accounts ON imported_accounts.user_id = one.id
       LEFT JOIN imported_removed ON account_hash = removed_key`,
    [
      accounts.map(({ userId }) => userId),
      byteaArray(accounts.map(({ userId }) => removedKeyOf(digest, source, userId))),
    ],
  );
  return new Map(rows.map(({ userId, ...stored }) => [userId, stored]));
}

function isChange(verdict: AccountVerdict | undefined): boolean {
  return verdict?.verdict === 'known' && (verdict.hash === 'replace' || verdict.isParked);
}

function isReplaced(verdict: AccountVerdict): boolean {
  return verdict.verdict === 'known' && verdict.hash === 'replace';
}

/** A new account needs a name, and so does one that waits under none. */
function wishOf(account: AccountToImport, verdict: AccountVerdict): NameWish[] {
  if (verdict.verdict === 'new') return [{ account, isParked: false }];
  return verdict.verdict === 'known' && verdict.isParked ? [{ account, isParked: true }] : [];
}

/** Making an account removes any invitation for its name. The rows are locked in one order. */
async function dropInvitations(run: Run, canonicals: readonly string[]): Promise<void> {
  if (canonicals.length === 0) return;
  const { rows } = await run<{ canonical: string }>(
    'SELECT canonical FROM invitations WHERE canonical = ANY ($1::text[]) ORDER BY canonical FOR UPDATE',
    [canonicals],
  );
  if (rows.length === 0) return;
  await run('DELETE FROM invitations WHERE canonical = ANY ($1::text[])', [canonicals]);
}

function outcomeOf(verdict: AccountVerdict, named: Named | undefined): AccountOutcome {
  if (named) return named.outcome;
  if (verdict.verdict !== 'known') return { outcome: verdict.verdict as 'removed' | 'id_taken' };
  if (verdict.hash === 'replace') return { outcome: 'hash_replaced' };
  return { outcome: verdict.hash === 'same' ? 'unchanged' : 'kept_newer_hash' };
}

function entriesOf(
  { userId }: AccountToImport,
  verdict: AccountVerdict,
  named: Named | undefined,
  context: AuditContext,
): OutboxEntry[] {
  const entry = (outcome: string): OutboxEntry => ({ context: { ...context, outcome }, subject: { userId } });
  const word = named?.outcome.outcome;
  return [
    ...(isReplaced(verdict) ? [entry('hash_replaced')] : []),
    ...(named?.name && word ? [entry(word === 'imported' ? context.outcome : word)] : []),
  ];
}
