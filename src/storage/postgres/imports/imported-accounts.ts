/** Writes imported accounts inside a step, many in each statement: it reads, decides all, and then writes. */

import {
  type AccountOutcome,
  type AccountToImport,
  type AuditContext,
  type ImportRun,
  StoreUnavailable,
} from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import {
  type AccountVerdict,
  judgeAccount,
  type KnownAccount,
  outcomeOfKnown,
  type StoredUser,
} from '../../shared/imports/account-verdict.ts';
import type { AccountUpdate } from '../../shared/imports/origin-state.ts';
import { removedKeyOf } from '../../shared/imports/removed-key.ts';
import type { AuditOutbox, OutboxEntry } from '../audit/audit-outbox.ts';
import type { RevocationNotifier } from '../cluster/revocation-notifier.ts';
import { byteaArray } from '../connection/text.ts';
import type { InStep, Run } from '../connection/transaction.ts';
import type { SessionRemoval } from '../sessions/session-removal.ts';
import {
  insertAccounts,
  renameAccounts,
  replaceHashes,
  type UpdatedAccount,
  updateAccounts,
} from './account-rows.ts';
import { decideNames, type Named, type NameWish } from './free-names.ts';
import { insertBelongings } from './imported-factors.ts';

export interface AccountImportParts {
  readonly outbox: AuditOutbox;
  readonly notifier: RevocationNotifier;
  /** Ends sessions inside a step. */
  readonly removal: SessionRemoval;
  readonly digest: Digest;
}

/** More sessions than an account has. */
const allSessions = 1_000_000;

/** Another step took a name or a user id after this one had read that it was free: the step begins again. */
export class OvertakenImport extends StoreUnavailable {}

/** An account with the verdict on it, and with what follows its origin if it is known. */
interface Judged {
  readonly account: AccountToImport;
  readonly verdict: AccountVerdict;
  readonly named: Named | undefined;
  readonly update: AccountUpdate | undefined;
}

/** As `ImportStore.writeAccounts`. Changed users are locked first, then invitations and names. */
export async function writeAccounts(
  run: InStep,
  parts: AccountImportParts,
  accounts: readonly AccountToImport[],
  importRun: ImportRun,
  context: AuditContext,
): Promise<AccountOutcome[]> {
  const { digest, outbox } = parts;
  const verdicts = await judgeAll(run, digest, accounts, importRun);
  const verdictOf = ({ userId }: AccountToImport) => verdicts.get(userId) as AccountVerdict;
  const wishes = accounts.flatMap((account) => wishOf(account, verdictOf(account)));
  const names = await decideNames(run, wishes, importRun.onConflict);
  const judged = accounts.map((account): Judged => {
    const [verdict, named] = [verdictOf(account), names.get(account.userId)];
    return { account, verdict, named, update: updateOf(verdict, named) };
  });
  const namedOf = (verdict: AccountVerdict['verdict']) =>
    judged.flatMap(({ account, verdict: one, named }) =>
      one.verdict === verdict && named?.name ? [{ account, name: named.name }] : [],
    );
  const [made, renamed] = [namedOf('new'), namedOf('known')];
  await dropInvitations(
    run,
    [...made, ...renamed].map(({ name }) => name.canonical),
  );
  const replaced = accounts.filter((account) => isReplaced(verdictOf(account)));
  if (replaced.length > 0) await replaceHashes(run, replaced);
  await renameAccounts(run, renamed);
  await follow(run, parts, judged, importRun, context);
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
    judged.flatMap((one) => entriesOf(one, context)),
  );
  return judged.map(outcomeOf);
}

/** Takes over what the origins have changed beside hashes and names, and tells other nodes of all changes. */
async function follow(
  run: InStep,
  { notifier, removal, digest }: AccountImportParts,
  judged: readonly Judged[],
  { isDryRun }: ImportRun,
  context: AuditContext,
): Promise<void> {
  const updated = judged.flatMap(({ account, update }): UpdatedAccount[] =>
    update ? [{ account, update }] : [],
  );
  const changed = judged.filter(
    ({ verdict, named, update }) =>
      verdict.verdict === 'known' && (named?.name !== undefined || update?.user !== undefined),
  );
  if (!isDryRun && changed.length > 0)
    run.afterwards(() => {
      for (const { account } of changed) notifier.userRevoked(account.userId);
    });
  // As few as were left by the sweep: enabling an account revives none.
  const ending: AuditContext = { ...context, event: 'logout', outcome: 'import' };
  for (const { account } of updated.filter(({ update }) => update.changed.includes('enabled')))
    await removal.endOfUser(run, account.userId, undefined, allSessions, ending);
  await updateAccounts(run, updated);
  const enrolled = updated.filter(({ update }) => update.changed.includes('factors_added'));
  await insertBelongings(
    run,
    digest,
    enrolled.map(({ account }) => ({ ...account, devices: [], trustedBrowsers: [] })),
  );
}

function updateOf(verdict: AccountVerdict, named: Named | undefined): AccountUpdate | undefined {
  if (verdict.verdict !== 'known') return undefined;
  if (!verdict.needsName) return verdict.update('same');
  return verdict.update(named?.name ? 'given' : 'taken');
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
      some.map((account) => [
        account.userId,
        judgeAccount(account, importRun, stored.get(account.userId), digest),
      ]),
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
       encode(fingerprint, 'hex') AS fingerprint, hash_kind AS "hashKind", account_hash IS NOT NULL AS "wasRemoved",
       identifier, email, email_verified_at AS "emailVerifiedAt", disabled_at AS "disabledAt",
       origin_state AS "originState", EXISTS (SELECT FROM second_factors WHERE second_factors.user_id = one.id) AS "hasFactors"
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
  if (verdict?.verdict !== 'known') return false;
  return verdict.hash === 'replace' || verdict.needsName !== undefined || isUpdate(verdict);
}

function isUpdate(verdict: KnownAccount): boolean {
  const { changed, originState } = verdict.update('same');
  return changed.length > 0 || originState !== undefined;
}

function isReplaced(verdict: AccountVerdict): boolean {
  return verdict.verdict === 'known' && verdict.hash === 'replace';
}

/** A new account needs a name, and so do one that waits under none, and one with another name at its origin now. */
function wishOf(account: AccountToImport, verdict: AccountVerdict): NameWish[] {
  if (verdict.verdict === 'new') return [{ account, need: 'new' }];
  return verdict.verdict === 'known' && verdict.needsName ? [{ account, need: verdict.needsName }] : [];
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

function outcomeOf({ verdict, named, update }: Judged): AccountOutcome {
  if (verdict.verdict === 'known' && update)
    return outcomeOfKnown(verdict, update, verdict.needsName === 'parked' ? named?.outcome : undefined);
  return named?.outcome ?? { outcome: verdict.verdict as 'removed' | 'id_taken' };
}

function entriesOf({ account, verdict, named, update }: Judged, context: AuditContext): OutboxEntry[] {
  const { userId } = account;
  const entry = (outcome: string): OutboxEntry => ({ context: { ...context, outcome }, subject: { userId } });
  const isRename = verdict.verdict === 'known' && verdict.needsName === 'renamed';
  const word = isRename ? undefined : named?.outcome.outcome;
  return [
    ...(isReplaced(verdict) ? [entry('hash_replaced')] : []),
    ...(named?.name && word ? [entry(word === 'imported' ? context.outcome : word)] : []),
    ...(update?.changed ?? []).map(entry),
  ];
}
