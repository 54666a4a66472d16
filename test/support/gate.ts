/** The real concepts over a real SQLite file, for what cannot be seen over HTTP. */

import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Accounts } from '../../src/concepts/accounts.ts';
import { Audit, type AuditEntry } from '../../src/concepts/audit.ts';
import { Passwords } from '../../src/concepts/passwords/passwords.ts';
import { type SessionRules, Sessions } from '../../src/concepts/sessions.ts';
import { Throttle, type ThrottleRules } from '../../src/concepts/throttle.ts';
import { HashingQueue, type QueueLimits } from '../../src/crypto/queue.ts';
import type { Store } from '../../src/storage/port.ts';
import type { Caller, Gate } from '../../src/usecases/gate.ts';
import { freshPath, openStore, otherConnection } from './sqlite.ts';

export interface GateOptions {
  readonly file?: string;
  readonly iterations?: number;
  readonly throttle?: Partial<ThrottleRules>;
  readonly sessions?: SessionRules;
  readonly queue?: QueueLimits;
  /** Told about every event at the moment it is recorded. */
  readonly onEvent?: (entry: AuditEntry) => void;
}

/** A gate with what stands behind it, and the entries of its audit so far. */
export interface TestGate extends Gate {
  readonly file: string;
  readonly store: Store;
  readonly entries: readonly AuditEntry[];
}

const quarterHour = 15 * 60_000;

/** A line of real hashing threads, ended with the test. */
export function openHashing(limits: QueueLimits = {}): HashingQueue {
  const hashing = new HashingQueue(limits);
  onTestFinished(() => hashing.close());
  return hashing;
}

/** Opens a gate with cheap hashes and the rules of the defaults, unless told otherwise. */
export function openGate(options: GateOptions = {}): TestGate {
  const store = openStore(options.file ?? freshPath());
  const entries: AuditEntry[] = [];
  return {
    file: store.file,
    store,
    entries,
    accounts: new Accounts(store.accounts),
    passwords: new Passwords({ minLength: 8, iterations: options.iterations ?? 1_000 }),
    sessions: new Sessions(
      store.sessions,
      options.sessions ?? { idleSeconds: 604_800, lifetimeSeconds: 2_592_000 },
    ),
    throttle: new Throttle(store.throttle, {
      on: true,
      account: { limit: 10, windowMs: quarterHour },
      client: { limit: 100, windowMs: quarterHour },
      ...options.throttle,
    }),
    audit: new Audit((entry) => {
      entries.push(entry);
      options.onEvent?.(entry);
    }),
    hashing: openHashing(options.queue),
  };
}

/** Somebody who asks through `rest` at noon. */
export function caller(changes: Partial<Caller> = {}): Caller {
  return { contract: 'rest', network: '192.0.2.1', requestId: 'request', now: 1_700_000_000_000, ...changes };
}

/** Resolves when so many attempts were counted, all in all, and the last one is at its hash. */
export async function untilCounted({ file }: TestGate, attempts: number): Promise<void> {
  const sum = otherConnection(file).prepare('SELECT sum(count) AS attempts FROM throttle');
  while (Number(sum.get()?.['attempts'] ?? 0) < attempts) await sleep(2);
  await sleep(10);
}
