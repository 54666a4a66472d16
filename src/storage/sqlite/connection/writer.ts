/** Runs write steps one after another; steps that wait together share one durable commit. */

import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers';
import { StoreUnavailable } from '../../port/port.ts';
import { isLocked } from './errors.ts';
import { type Reader, unavailable } from './reader.ts';

interface PendingWrite {
  run(): unknown;
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

/** Pauses between attempts to get the write lock from another process: two seconds in all. */
const lockPausesMs = [5, 10, 20, 40, 75, 100, 150, 200, 200, 200, 250, 250, 250, 250] as const;

/** Steps in one commit; others wait for the next one, so that reads run in between. */
const maxSteps = 256;

/**
 * The single writer of a database.
 *
 * Steps of one turn of the event loop are committed together; each is atomic by itself (a savepoint) and resolves only when
 * the commit is on disk. The event loop never sleeps for a lock.
 */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #reader: Reader;
  readonly #inode: bigint | undefined;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #counts = { steps: 0, commits: 0, failures: 0, lockWaits: 0 };
  #waiting: PendingWrite[] = [];
  /** The callbacks of the step that is running. */
  #callbacks: (() => void)[] = [];
  #busy = false;

  constructor(db: DatabaseSync, file: string, reader: Reader) {
    this.#db = db;
    this.#file = file;
    this.#reader = reader;
    this.#inode = inodeOf(file);
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
  }

  /** Committed steps, commits, failed commits, and pauses for the lock of another process. */
  get counts(): Readonly<Record<'steps' | 'commits' | 'failures' | 'lockWaits', number>> {
    return this.#counts;
  }

  /**
   * Runs a synchronous step inside a transaction and resolves with its result when it is durable.
   *
   * @throws {StoreUnavailable} if it could not be made durable. Then nothing of it was kept, unless the disk failed while
   * it confirmed the commit.
   */
  write<Result>(step: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ run: step, resolve: resolve as (result: unknown) => void, reject });
      if (this.#busy) return;
      this.#busy = true;
      setImmediate(() => this.#flush(0));
    });
  }

  /** Runs a callback when the running step is durable, before its caller continues; not if it fails. */
  committed(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  #flush(attempt: number): void {
    try {
      this.#reader.end();
      this.#begin.run();
    } catch (error) {
      const pauseMs = isLocked(error) ? lockPausesMs[attempt] : undefined;
      if (pauseMs === undefined) this.#finish(this.#waiting.splice(0), undefined, error);
      else {
        this.#counts.lockWaits += 1;
        setTimeout(() => this.#flush(attempt + 1), pauseMs);
      }
      return;
    }
    const steps = this.#waiting.splice(0, maxSteps);
    try {
      const answers =
        steps.length === 1
          ? [this.#runAlone(steps[0] as PendingWrite)]
          : steps.map((s) => this.#runNested(s));
      this.assertFileInPlace();
      this.#reader.wrote();
      this.#commit.run();
      this.#finish(steps, answers);
    } catch (error) {
      this.#rollBack();
      this.#finish(steps, undefined, error);
    }
  }

  /** Settles every step, and starts those that came in meanwhile. */
  #finish(steps: PendingWrite[], answers: (() => void)[] | undefined, failure?: unknown): void {
    if (answers) {
      this.#counts.commits += 1;
      this.#counts.steps += steps.length;
      for (const answer of answers) answer();
    } else {
      this.#counts.failures += 1;
      for (const step of steps) step.reject(unavailable(failure));
    }
    this.#busy = this.#waiting.length > 0;
    if (this.#busy) setImmediate(() => this.#flush(0));
  }

  #runAlone(step: PendingWrite): () => void {
    this.#callbacks = [];
    const result = step.run();
    const callbacks = this.#callbacks;
    return () => {
      for (const callback of callbacks) callback();
      step.resolve(result);
    };
  }

  /** Rolls back the writes of a step that fails, and only those. */
  #runNested(step: PendingWrite): () => void {
    this.#db.exec('SAVEPOINT step');
    try {
      const answer = this.#runAlone(step);
      this.#db.exec('RELEASE step');
      return answer;
    } catch (error) {
      // An error that ended the whole transaction fails every step in it.
      if (!this.#db.isTransaction) throw error;
      this.#db.exec('ROLLBACK TO step; RELEASE step');
      return () => step.reject(unavailable(error));
    }
  }

  /** Rejects commits into a file that was moved or deleted: they would be acknowledged and lost. */
  assertFileInPlace(): void {
    if (inodeOf(this.#file) === this.#inode) return;
    throw new StoreUnavailable(
      `${this.#file} was moved, replaced or deleted while in use. Put it back and restart.`,
    );
  }

  #rollBack(): void {
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // The next BEGIN shows whether the connection still works.
    }
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}
