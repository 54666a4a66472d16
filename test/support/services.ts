/** The real concepts over a real store, for what cannot be seen over HTTP. */

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Accounts } from '../../src/concepts/accounts.ts';
import { Audit, type AuditEvent, type Reported } from '../../src/concepts/audit.ts';
import { BrowserTokens } from '../../src/concepts/browser-tokens.ts';
import { Devices } from '../../src/concepts/devices.ts';
import { Passkeys } from '../../src/concepts/factors/passkeys.ts';
import { SecondFactors } from '../../src/concepts/factors/second-factors.ts';
import { Invitations } from '../../src/concepts/invitations.ts';
import { Mails } from '../../src/concepts/mails.ts';
import { Passwords } from '../../src/concepts/passwords/passwords.ts';
import { StandIns } from '../../src/concepts/passwords/stand-ins.ts';
import { type SessionRules, Sessions } from '../../src/concepts/sessions/sessions.ts';
import { Throttle, type ThrottleRules } from '../../src/concepts/throttle.ts';
import { Tokens, tokenLifeMs } from '../../src/concepts/tokens.ts';
import { HashingQueue, type QueueLimits } from '../../src/crypto/hashing-queue.ts';
import { SecretBox } from '../../src/crypto/secret-box.ts';
import type { Registration } from '../../src/settings/settings.ts';
import type { AuditContext, Store } from '../../src/storage/port/port.ts';
import { FallbackThrottle } from '../../src/storage/shared/fallback-throttle.ts';
import { SessionCache } from '../../src/storage/shared/session-cache.ts';
import { FactorLoader } from '../../src/usecases/factor-loader.ts';
import { Pacer } from '../../src/usecases/pacer.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import type { Caller, Services } from '../../src/usecases/services.ts';
import { query } from './database.ts';
import { onPostgres, settingsFor } from './engine-settings.ts';
import { openNode } from './postgres/store-fixture.ts';
import { freshPath, openStore } from './sqlite.ts';
import { type CallSink, countedStore } from './store-calls.ts';

export interface ServicesOptions {
  readonly file?: string;
  readonly iterations?: number;
  readonly throttle?: Partial<ThrottleRules>;
  readonly sessions?: SessionRules;
  readonly queue?: QueueLimits;
  readonly auditDays?: number;
  readonly registration?: Registration;
  /** Whether every account needs a second factor; false by default. */
  readonly areFactorsRequired?: boolean;
  /** Where every call to the store is noted. */
  readonly calls?: CallSink;
}

/** Services with what stands behind it, and what was reported so far. */
export interface TestServices extends Services {
  /** The path of the SQLite file, or of the one that a PostgreSQL database stands for. */
  readonly file: string;
  /** The address of the database. */
  readonly database: string;
  readonly store: Store;
  readonly entries: readonly Reported[];
}

const quarterHour = 15 * 60_000;

/** A line of real hashing threads, ended with the test. */
export function openHashing(limits: QueueLimits = {}): HashingQueue {
  const hashing = new HashingQueue(limits);
  onTestFinished(() => hashing.close());
  return hashing;
}

/** Opens services, by default with cheap hashes and default settings. */
export async function openServices(options: ServicesOptions = {}): Promise<TestServices> {
  const { file = freshPath() } = options;
  const { DATABASE_URL: database } = await settingsFor(file, onTestFinished);
  const opened = onPostgres ? await openNode(database, { trustMs: 0 }) : openStore(file);
  const store = options.calls ? countedStore<Store>(opened, options.calls) : opened;
  const throttle = onPostgres ? new FallbackThrottle(store.throttle) : store.throttle;
  const entries: Reported[] = [];
  return {
    file,
    database,
    store,
    entries,
    accounts: new Accounts(store.accounts),
    passwords: new Passwords({ minLength: 8, iterations: options.iterations ?? 1_000 }),
    standIns: new StandIns(store),
    sessions: new Sessions(
      store.sessions,
      options.sessions ?? {
        idleSeconds: 604_800,
        lifetimeSeconds: 2_592_000,
        browserSeconds: 86_400,
        maxPerUser: 0,
      },
    ),
    throttle: new Throttle(throttle, {
      on: true,
      account: { limit: 10, windowMs: quarterHour },
      client: { limit: 100, windowMs: quarterHour },
      ...options.throttle,
    }),
    devices: new Devices(store.devices),
    tokens: new Tokens(store.tokens),
    invitations: new Invitations(store.invitations, options.registration ?? 'open'),
    browserTokens: new BrowserTokens(store.browserTokens),
    factors: new FactorLoader(options.areFactorsRequired ?? false, async () => {
      const { secondFactors, passkeys } = await store.factors();
      const box = new SecretBox(randomBytes(32));
      const party = { id: 'localhost', name: 'Example', origins: ['http://localhost:3000'] };
      return {
        secondFactors: new SecondFactors(secondFactors, async () => box, 'Example'),
        passkeys: new Passkeys(passkeys, party),
      };
    }),
    mails: new Mails(store.mails, { resetLinkMs: tokenLifeMs.reset_password }),
    audit: new Audit(store.audit, { info: ({ audit }) => entries.push(audit) }, options.auditDays ?? 400),
    hashing: openHashing(options.queue),
    pacer: new Pacer(),
    cache: new SessionCache(store.revocations, 1_048_576),
  };
}

/** A caller through `rest` at noon. */
export function caller(changes: Partial<Caller> = {}): Caller {
  return {
    contract: 'rest',
    network: '192.0.2.1',
    device: 'Firefox on Linux',
    deviceIds: [],
    requestId: 'request',
    now: 1_700_000_000_000,
    ...changes,
  };
}

/** What a step leaves in the audit, at noon. */
export function contextOf(event: AuditEvent, outcome = 'ok'): AuditContext {
  const { contract, network, requestId, now } = caller();
  return { at: now, event, outcome, contract, network, requestId };
}

/** The answer of something that was not to be refused. */
export function granted<Outcome extends object>(
  outcome: Outcome,
): Exclude<Outcome, { readonly refused: string }> {
  if (isRefusal(outcome)) throw new Error(`Refused: ${outcome.refused}`);
  return outcome as Exclude<Outcome, { readonly refused: string }>;
}

/** Resolves when so many attempts were counted, all in all, and the last one is at its hash. */
export async function untilCounted(services: TestServices, attempts: number): Promise<void> {
  const sum = async () => {
    const [counted] = await query(services, 'SELECT sum(count) AS attempts FROM throttle');
    return Number(counted?.['attempts'] ?? 0);
  };
  while ((await sum()) < attempts) await sleep(2);
  await sleep(10);
}
