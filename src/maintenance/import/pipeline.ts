/** Brings the records of a format into the store: accounts first, in batches, and then their sessions. */

import { noPassword } from '../../crypto/hashes/stored-hash.ts';
import type {
  AccountOutcome,
  AccountToImport,
  ImportRun,
  ImportSpool,
  ImportStore,
  SessionToImport,
  SpoolPlace,
} from '../../storage/port/imports.ts';
import type { AuditContext } from '../../storage/port/port.ts';
import { type AccountRules, decideAccount } from './account-rules.ts';
import { DryRunNames } from './dry-run-names.ts';
import { differenceWords, messageOf, sessionWords, shownId } from './outcome-words.ts';
import type { AccountRecord, ImportRecord, Place, SessionRecord } from './records.ts';
import type { Report } from './report.ts';
import { decideSession, type SessionLife } from './session-rules.ts';

/** Accounts, or sessions, that one transaction writes: a server waits no longer than for one of them. */
export const batchRows = 200;

export interface PipelineParts {
  readonly store: ImportStore;
  readonly spool: ImportSpool;
  readonly report: Report;
  readonly run: ImportRun;
  readonly context: AuditContext;
  readonly rules: AccountRules;
  readonly life: SessionLife;
  /** Whether a canonical name has an account; asked in dry runs. */
  readonly isTaken: (canonical: string) => Promise<boolean>;
  /** Ends all sessions of an account that the import has disabled. */
  readonly endSessions: (userId: string) => Promise<void>;
  /** Called between batches: with the sessions written and all of them, once accounts are done. May throw to end the run. */
  readonly progress: (sessions?: number, all?: number) => void;
  /** Lets other processes write between two batches. */
  readonly pause: () => Promise<void>;
}

/** Outcomes after which the hash of the line is the stored one. */
const written: readonly AccountOutcome['outcome'][] = ['imported', 'hash_replaced', 'parked', 'suffixed'];

/** An account that waits for its batch. */
interface Waiting {
  readonly account: AccountToImport;
  readonly isWaiting: boolean;
  readonly place: Place;
}

export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #names: DryRunNames | undefined;
  readonly #files: string[] = [];
  #waiting: Waiting[] = [];
  #toWrap = 0;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    if (parts.run.isDryRun) this.#names = new DryRunNames(parts.spool, parts.run.onConflict, parts.isTaken);
  }

  /** Imported hashes that wait for wrapping (ruling I3). */
  get toWrap(): number {
    return this.#toWrap;
  }

  /**
   * Reads all records, writes the accounts as they come, and the sessions when all accounts are there. Each batch is one
   * transaction: a killed run leaves whole accounts, and the same run again completes them.
   */
  async run(records: AsyncIterable<ImportRecord>): Promise<void> {
    const { progress, report } = this.#parts;
    for await (const record of records) {
      if (record.kind === 'account') await this.#account(record);
      else if (record.kind === 'session') this.#session(record);
      else {
        const { of, place, reason, message } = record;
        report.add({ kind: of, outcome: reason, place, message });
      }
      progress();
    }
    await this.#flush();
    await this.#writeSessions();
  }

  async #account(record: AccountRecord): Promise<void> {
    const { rules, spool, report } = this.#parts;
    const { place, userId } = record;
    const decided = await decideAccount(record, rules);
    if ('reason' in decided) {
      report.add({
        kind: 'account',
        outcome: decided.reason,
        place,
        userId: shownId(userId),
        message: decided.message,
      });
      return;
    }
    const { account, isWaiting, faults } = decided;
    const { identifier, passwordHash } = account;
    const hash = passwordHash === noPassword ? null : passwordHash;
    const before = spool.addAccount({ userId, identifier, place: this.#spooled(place), passwordHash: hash });
    if (before) {
      const message = 'An earlier line has the same user id.';
      report.add({
        kind: 'account',
        outcome: 'repeated_id',
        place,
        userId,
        message,
        other: this.placeOf(before),
      });
      return;
    }
    for (const { reason, message } of faults)
      report.add({ kind: 'part', outcome: reason, place, userId, message });
    if (hash === null) {
      const message = 'It has no password here: its owner sets one by mail.';
      report.add({ kind: 'note', outcome: 'no_credential', place, userId, message });
    }
    this.#waiting.push({ account, isWaiting, place });
    if (this.#waiting.length >= batchRows) await this.#flush();
  }

  async #flush(): Promise<void> {
    const { store, run, context, pause } = this.#parts;
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    const outcomes = await store.writeAccounts(
      batch.map(({ account }) => account),
      run,
      context,
    );
    for (const [n, waiting] of batch.entries()) {
      const outcome = outcomes[n];
      if (outcome === undefined)
        throw new TypeError('The store answered for fewer accounts than it was given.');
      const decided = this.#names ? await this.#names.decide(waiting.account, outcome) : outcome;
      this.#reportAccount(waiting, decided);
      if (decided.changed?.includes('disabled') && !run.isDryRun)
        await this.#parts.endSessions(waiting.account.userId);
    }
    await pause();
  }

  #reportAccount({ account, isWaiting, place }: Waiting, decided: AccountOutcome): void {
    const { report, spool } = this.#parts;
    const { userId } = account;
    const { outcome } = decided;
    if (isWaiting && written.includes(outcome)) this.#toWrap += 1;
    const held = 'heldBy' in decided && decided.heldBy !== null ? spool.placeOf(decided.heldBy) : undefined;
    const other = held && this.placeOf(held);
    report.add({ kind: 'account', outcome, place, userId, message: messageOf(decided), other });
    for (const word of [...(decided.changed ?? []), ...(decided.kept ?? [])])
      report.add({ kind: 'note', outcome: word, place, userId, message: differenceWords[word] });
  }

  #session(record: SessionRecord): void {
    const { report, spool, life } = this.#parts;
    const { place, userId, kind: _kind, idHash, ...rest } = record;
    const before = spool.addSession({
      idHash,
      userId,
      place: this.#spooled(place),
      rest: JSON.stringify({ ...rest, contract: rest.contract ?? life.contract }),
    });
    if (!before) return;
    const other = this.placeOf(before);
    if (before.userId === userId) report.add({ kind: 'session', outcome: 'unchanged', place, userId, other });
    else {
      const message = 'An earlier line has the same session id for another user.';
      report.add({ kind: 'session', outcome: 'repeated_id', place, userId: shownId(userId), message, other });
    }
  }

  async #writeSessions(): Promise<void> {
    const { spool, progress, pause, store, run, life, report } = this.#parts;
    const all = spool.sessionCount;
    let after = 0;
    for (let done = 0; ; ) {
      progress(done, all);
      const page = spool.sessions(after, batchRows);
      if (page.length === 0) return;
      after = page.at(-1)?.number ?? after;
      done += page.length;
      const live: { readonly session: SessionToImport; readonly place: Place }[] = [];
      for (const { idHash, userId, place: spooled, rest } of page) {
        const place = this.placeOf(spooled);
        const session = decideSession({ kind: 'session', place, userId, idHash, ...JSON.parse(rest) }, life);
        if (session === 'past_life')
          report.add({
            kind: 'session',
            outcome: session,
            place,
            userId: shownId(userId),
            message: sessionWords[session],
          });
        else live.push({ session, place });
      }
      const outcomes = await store.writeSessions(
        live.map(({ session }) => session),
        run,
      );
      for (const [n, { session, place }] of live.entries()) {
        const stored = outcomes[n];
        if (stored === undefined)
          throw new TypeError('The store answered for fewer sessions than it was given.');
        const isComing = stored === 'no_account' && run.isDryRun && spool.isComing(session.userId);
        const outcome = isComing ? 'imported' : stored;
        report.add({
          kind: 'session',
          outcome,
          place,
          userId: shownId(session.userId),
          message: sessionWords[outcome],
        });
      }
      await pause();
    }
  }

  #spooled({ file, line }: Place): SpoolPlace {
    const known = this.#files.indexOf(file);
    return { file: known >= 0 ? known : this.#files.push(file) - 1, line };
  }

  placeOf({ file, line }: SpoolPlace): Place {
    return { file: this.#files[file] ?? '', line };
  }
}
