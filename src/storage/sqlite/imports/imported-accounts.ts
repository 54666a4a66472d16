/** Writes imported accounts inside a step of the writer: credential, user, factors, and what is remembered of the import. */

import type { DatabaseSync } from 'node:sqlite';
import {
  type AccountOutcome,
  type AccountToImport,
  type AuditContext,
  type ImportRun,
  parkedForm,
} from '../../port/port.ts';
import {
  judgeAccount,
  type KnownAccount,
  outcomeOfKnown,
  type StoredUser,
} from '../../shared/imports/account-verdict.ts';
import { unusable } from '../../shared/imports/hash-kinds.ts';
import { sampleKeyOf } from '../../shared/imports/import-keys.ts';
import { formOf, type Name, suffixedNames } from '../../shared/imports/imported-names.ts';
import { type AccountUpdate, originState } from '../../shared/imports/origin-state.ts';
import { removedKeyOf } from '../../shared/imports/removed-key.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import type { SessionRemoval } from '../sessions/session-removal.ts';
import { ImportedFactors } from './imported-factors.ts';

/** More sessions than an account has. */
const allSessions = 1_000_000;

/** The name that an account gets, or would get. */
type Given = { readonly name: Name; readonly outcome: AccountOutcome } | { readonly outcome: AccountOutcome };

/** Notes an audit entry of an account under the word of its outcome. */
type Note = (userId: string, word: string) => void;

export class ImportedAccounts {
  readonly #chain: AuditChain;
  readonly #removal: SessionRemoval;
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly #factors: ImportedFactors;

  constructor(db: DatabaseSync, chain: AuditChain, removal: SessionRemoval) {
    this.#chain = chain;
    this.#removal = removal;
    this.#statements = prepareAll(db);
    this.#factors = new ImportedFactors(db, chain.digest);
  }

  /** As `ImportStore.writeAccounts`. */
  write(accounts: readonly AccountToImport[], run: ImportRun, context: AuditContext): AccountOutcome[] {
    const changed = new Map<string, { readonly userId: string }[]>();
    const note: Note = (userId, word) => {
      const subjects = changed.get(word) ?? [];
      subjects.push({ userId });
      changed.set(word, subjects);
    };
    const outcomes = accounts.map((account) => this.#write(account, run, note, context));
    for (const [outcome, subjects] of changed) this.#chain.appendEach({ ...context, outcome }, subjects);
    return outcomes;
  }

  #write(account: AccountToImport, run: ImportRun, note: Note, context: AuditContext): AccountOutcome {
    const { userId } = account;
    const { digest } = this.#chain;
    const removedKey = removedKeyOf(digest, run.source, userId);
    const stored = this.#statements.select.get({ userId, removedKey }) as unknown as StoredUser | undefined;
    const judged = judgeAccount(account, run, stored, digest);
    if (judged.verdict === 'new') return this.#create(account, run, note, context.outcome);
    if (judged.verdict !== 'known') return { outcome: judged.verdict };
    return this.#follow(account, judged, run, note, context);
  }

  /** Takes over what the origin has changed of an account since the last import. */
  #follow(
    account: AccountToImport,
    judged: KnownAccount,
    run: ImportRun,
    note: Note,
    context: AuditContext,
  ): AccountOutcome {
    const { userId } = account;
    if (judged.hash === 'replace') {
      this.#replaceHash(account);
      note(userId, 'hash_replaced');
    }
    const isParked = judged.needsName === 'parked';
    const named = isParked ? this.#unpark(account, run, note) : undefined;
    const isGiven = named
      ? named.outcome !== 'parked'
      : judged.needsName === 'renamed' && this.#rename(account);
    const update = judged.update(isGiven ? 'given' : judged.needsName === 'renamed' ? 'taken' : 'same');
    this.#update(account, update, context);
    for (const word of update.changed) note(userId, word);
    return outcomeOfKnown(judged, update, named);
  }

  #update(
    account: AccountToImport,
    { changed, user, originState }: AccountUpdate,
    context: AuditContext,
  ): void {
    const { userId } = account;
    const { updateUser, remember } = this.#statements;
    // As few as were left by the sweep: enabling an account revives none.
    if (changed.includes('enabled'))
      this.#removal.endOfUser(userId, undefined, allSessions, {
        ...context,
        event: 'logout',
        outcome: 'import',
      });
    if (user) updateUser.run(user.email, user.emailVerifiedAt, user.disabledAt, userId);
    if (changed.includes('factors_added'))
      this.#factors.write({ ...account, devices: [], trustedBrowsers: [] });
    if (originState !== undefined) remember.run(originState, userId);
  }

  /** Gives an account the new name of its origin; `false` if another account has it. */
  #rename({ userId, identifier, canonical }: AccountToImport): boolean {
    const holder = this.#holderOf(canonical);
    if (holder !== undefined && holder !== userId) return false;
    const { rename, removeInvitation } = this.#statements;
    rename.run(identifier, canonical, userId);
    removeInvitation.run(canonical);
    return true;
  }

  #create(account: AccountToImport, run: ImportRun, note: Note, word: string): AccountOutcome {
    const { userId, passwordHash, fingerprint } = account;
    const given = this.#nameFor(account, run);
    if (!('name' in given)) return given.outcome;
    const { identifier, canonical } = given.name;
    const { makeKey, insertAuth, insertUser, insertImported, removeInvitation } = this.#statements;
    makeKey.run();
    insertAuth.run(canonical, identifier, userId, passwordHash);
    const { createdAt, email, emailVerifiedAt, disabledAt } = account;
    insertUser.run(userId, createdAt, email, emailVerifiedAt, disabledAt);
    insertImported.run({
      userId,
      fingerprint,
      source: run.source,
      at: run.at,
      nameForm: formOf(userId, canonical),
      hashKind: passwordHash === unusable ? unusable : account.hashKind,
      sampleKey: sampleKeyOf(this.#chain.digest, userId),
      originState: originState(account, this.#chain.digest),
    });
    removeInvitation.run(canonical);
    this.#factors.write(account);
    note(userId, given.outcome.outcome === 'imported' ? word : given.outcome.outcome);
    return given.outcome;
  }

  /** Its own name if it is free, and otherwise what the run says. */
  #nameFor(account: AccountToImport, { onConflict }: ImportRun): Given {
    const { userId, identifier, canonical } = account;
    const parked = parkedForm(userId);
    const heldBy = this.#holderOf(canonical);
    if (canonical === parked) return { name: account, outcome: { outcome: 'parked', heldBy: null } };
    if (heldBy === undefined) return { name: account, outcome: { outcome: 'imported' } };
    if (onConflict === 'skip') return { outcome: { outcome: 'skipped', heldBy } };
    const free = onConflict === 'suffix' ? this.#freeName(account) : undefined;
    if (free) return { name: free, outcome: { outcome: 'suffixed', heldBy, identifier: free.identifier } };
    return { name: { identifier, canonical: parked }, outcome: { outcome: 'parked', heldBy } };
  }

  /** Gives an account that waits under no name its own, if it is free by now, or one with a number if the run says so. */
  #unpark(account: AccountToImport, run: ImportRun, note: Note): AccountOutcome {
    const { userId, canonical } = account;
    const heldBy = this.#holderOf(canonical);
    const free = run.onConflict === 'suffix' ? this.#freeName(account) : undefined;
    const name = heldBy === undefined ? account : free;
    if (!name) return { outcome: 'parked', heldBy: heldBy ?? null };
    const outcome: AccountOutcome =
      heldBy === undefined
        ? { outcome: 'unparked' }
        : { outcome: 'suffixed', heldBy, identifier: name.identifier };
    const { rename, removeInvitation } = this.#statements;
    rename.run(name.identifier, name.canonical, userId);
    removeInvitation.run(name.canonical);
    note(userId, outcome.outcome);
    return outcome;
  }

  #freeName(account: AccountToImport): Name | undefined {
    return suffixedNames(account).find(({ canonical }) => this.#holderOf(canonical) === undefined);
  }

  #holderOf(canonical: string): string | undefined {
    return this.#statements.holder.get(canonical)?.['userId'] as string | undefined;
  }

  /** Nothing that was begun with the old password is completed with the new one (ruling F4). */
  #replaceHash({ userId, passwordHash, hashKind, fingerprint }: AccountToImport): void {
    const { updateHash, updateImported, removeBrowserTokens } = this.#statements;
    updateHash.run(passwordHash, userId);
    updateImported.run(fingerprint, passwordHash === unusable ? unusable : hashKind, userId);
    removeBrowserTokens.run(userId);
  }
}

function prepareAll(db: DatabaseSync) {
  return {
    select: db.prepare(
      `SELECT users.id IS NOT NULL AS hasUser, canonical, source, lower(hex(fingerprint)) AS fingerprint,
         hash_kind AS hashKind, account_hash IS NOT NULL AS wasRemoved, identifier, email,
         email_verified_at AS emailVerifiedAt, disabled_at AS disabledAt, origin_state AS originState,
         EXISTS (SELECT 1 FROM second_factors WHERE user_id = $userId) AS hasFactors
       FROM (SELECT 1) LEFT JOIN users ON users.id = $userId LEFT JOIN auth ON auth.user_id = $userId
         LEFT JOIN imported_accounts AS imported ON imported.user_id = $userId
         LEFT JOIN imported_removed ON account_hash = unhex($removedKey)`,
    ),
    holder: db.prepare('SELECT user_id AS userId FROM auth WHERE canonical = ?'),
    insertAuth: db.prepare(
      'INSERT INTO auth (canonical, identifier, user_id, password_hash) VALUES (?, ?, ?, ?)',
    ),
    insertUser: db.prepare(
      'INSERT INTO users (id, created_at, email, email_verified_at, disabled_at) VALUES (?, ?, ?, ?, ?)',
    ),
    insertImported: db.prepare(
      `INSERT INTO imported_accounts (user_id, source, fingerprint, imported_at, name_form, hash_kind, sample_key,
         origin_state)
       VALUES ($userId, $source, unhex($fingerprint), $at, $nameForm, $hashKind, $sampleKey, $originState)`,
    ),
    makeKey: db.prepare('INSERT INTO import_key (id, key) VALUES (1, randomblob(32)) ON CONFLICT DO NOTHING'),
    removeInvitation: db.prepare('DELETE FROM invitations WHERE canonical = ?'),
    rename: db.prepare('UPDATE auth SET identifier = ?, canonical = ? WHERE user_id = ?'),
    updateUser: db.prepare('UPDATE users SET email = ?, email_verified_at = ?, disabled_at = ? WHERE id = ?'),
    remember: db.prepare('UPDATE imported_accounts SET origin_state = ? WHERE user_id = ?'),
    updateHash: db.prepare('UPDATE auth SET password_hash = ? WHERE user_id = ?'),
    // After the trigger, which has taken it for a hash that was made here.
    updateImported: db.prepare(
      'UPDATE imported_accounts SET fingerprint = unhex(?), hash_kind = ? WHERE user_id = ?',
    ),
    removeBrowserTokens: db.prepare('DELETE FROM browser_tokens WHERE user_id = ?'),
  };
}
