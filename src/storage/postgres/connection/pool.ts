/** A bounded pool of connections to PostgreSQL, which can replace all of them at once. */

import pg from 'pg';
import { StoreUnavailable } from '../../port/port.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { Client } from './client.ts';
import { isCrowded, unavailable } from './errors.ts';
import type { Login } from './session-setup.ts';
import { connectMs, Deadline, inTime } from './time-limit.ts';

/** Works that wait for a connection; more are refused at once. */
const maxWaiting = 1_000;

/** The pause before a further connection is opened after the server had none left, in milliseconds. */
const crowdedMs = 500;

export interface PoolOptions {
  readonly login: Login;
  readonly limit: number;
  readonly breaker: CircuitBreaker;
}

/** A pool that counts its open connections, without those that are being opened. */
class Connected extends pg.Pool {
  made = 0;

  constructor(config: pg.PoolConfig) {
    super(config);
    this.on('connect', () => {
      this.made += 1;
    });
    this.on('remove', () => {
      this.made -= 1;
    });
  }
}

export class Pool {
  readonly #options: PoolOptions;
  #pool: Connected;
  readonly #waiting = new Set<() => void>();

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#pool = this.#newPool();
  }

  /** Open and idle connections, and works that wait for one. */
  get counts(): { readonly open: number; readonly idle: number; readonly waiting: number } {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { open, idle, waiting };
  }

  /** Lends a connection; if the pool is replaced meanwhile, one of the new pool. */
  async lend(deadline: Deadline): Promise<pg.PoolClient> {
    const until = new Deadline(Math.min(connectMs, deadline.leftMs));
    for (;;) {
      this.#options.breaker.assert();
      const pool = this.#pool;
      if (pool.waitingCount >= maxWaiting)
        throw new StoreUnavailable('Too many requests wait for a connection to the database.');
      try {
        return await this.#lendFrom(pool, until);
      } catch (error) {
        const isOver = until.leftMs <= 0 || (pool === this.#pool && !this.#isUsableAfter(pool, error));
        if (isOver) throw unavailable(error);
      }
    }
  }

  /** If the server has no connection left, the pool is limited to its open ones for a while; `false` if it has none. */
  #isUsableAfter(pool: Connected, error: unknown): boolean {
    if (!isCrowded(error) || pool.made === 0) return false;
    pool.options.max = pool.made;
    setTimeout(() => {
      pool.options.max = this.#options.limit;
    }, crowdedMs).unref();
    return true;
  }

  /** A connection that comes too late is returned at once. */
  #lendFrom(pool: pg.Pool, until: Deadline): Promise<pg.PoolClient> {
    return new Promise((resolve, reject) => {
      let isAwaited = true;
      const stop = () => {
        isAwaited = false;
        clearTimeout(timer);
        this.#waiting.delete(giveUp);
      };
      const giveUp = () => {
        stop();
        reject(until.passed());
      };
      this.#waiting.add(giveUp);
      const timer = setTimeout(giveUp, until.leftMs);
      pool.connect().then(
        (client) => {
          if (!isAwaited) return client.release();
          stop();
          resolve(client);
        },
        (error) => {
          stop();
          reject(error);
        },
      );
    });
  }

  /** Replaces all connections; lent ones are closed when they are returned, and waiting works get new ones. */
  renew(): void {
    const old = this.#pool;
    this.#pool = this.#newPool();
    old.end().catch(() => {});
    for (const goOn of this.#waiting) goOn();
  }

  /** Closes every connection; lent ones when they are returned. */
  async end(): Promise<void> {
    await this.#pool.end();
  }

  #newPool(): Connected {
    const { login, limit } = this.#options;
    const pool = new Connected({
      ...login.config,
      Client,
      max: limit,
      connectionTimeoutMillis: connectMs,
      idleTimeoutMillis: 60_000,
      onConnect: (client) => inTime(connectMs, login.welcome(client)),
    });
    pool.on('error', () => {});
    return pool;
  }
}
