/** Runs work over connections to PostgreSQL: each use is bounded in time, and none is used again after an error. */

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { StoreUnavailable } from '../../port/port.ts';
import { isCollision, isHarmless, readOnly, unavailable } from './errors.ts';
import { Pool, type PoolOptions } from './pool.ts';
import { Deadline, inTime, statementMs } from './time-limit.ts';
import type { Answer, Database, InStep, Read, Run } from './transaction.ts';

/**
 * The time for a read, for a whole step, and for a step without a waiting caller, in milliseconds: from the wait for a
 * connection to the last attempt after a collision.
 */
const readMs = 1_800;
const stepMs = { usual: 3_000, long: 600_000 } as const;

const closed = 'The store is closed.';

/** Retries of a step after a collision, if there is time. */
const maxCollisions = 8;

/** The time in which closing waits for steps without a waiting caller, in milliseconds. */
const closeMs = 5_000;

export interface ConnectionsOptions extends PoolOptions {
  /** A random number, at least 0 and less than 1, to spread retries. */
  readonly chance: () => number;
}

export class Connections implements Database {
  readonly #options: ConnectionsOptions;
  readonly #pool: Pool;
  #underWay = 0;
  #onIdle: (() => void) | undefined;
  readonly #working = new Set<(error: StoreUnavailable) => void>();
  #isClosed = false;
  /** Steps that were run again after a collision. */
  collisions = 0;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#pool = new Pool(options);
  }

  readonly read: Read = async <Row>(text: string, values?: readonly unknown[], name?: string) => {
    const { login } = this.#options;
    const alone = (client: pg.PoolClient) => query<Row>(client, text, values, name);
    const inTransaction = (client: pg.PoolClient) =>
      this.#transaction(client, (run) => run<Row>(text, values), 'usual');
    const work = login.isPooled ? inTransaction : alone;
    return this.#counted(() => this.#withClient(work, new Deadline(readMs)));
  };

  async step<Result>(
    work: (run: InStep) => Promise<Result>,
    limit: keyof typeof stepMs = 'usual',
  ): Promise<Result> {
    const afterwards: (() => void)[] = [];
    let committed: (() => void)[] = [];
    const attempt = (client: pg.PoolClient) => {
      committed = [];
      const listening = {
        afterwards: (callback: () => void) => void afterwards.push(callback),
        committed: (callback: () => void) => void committed.push(callback),
      };
      return this.#transaction(client, (run) => work(Object.assign(run, listening)), limit);
    };
    return this.#counted(async () => {
      try {
        const result = await this.#untilNoCollision(attempt, new Deadline(stepMs[limit]));
        for (const callback of committed) callback();
        return result;
      } finally {
        for (const callback of afterwards) callback();
      }
    });
  }

  /** Replaces all connections: later and waiting work uses new ones. */
  renew(): void {
    if (!this.#isClosed) this.#pool.renew();
  }

  /** Open and idle connections, and works that wait for one. */
  get counts(): { readonly open: number; readonly idle: number; readonly waiting: number } {
    return this.#pool.counts;
  }

  /** Waits a bounded time for running work, and closes every connection. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const idle = new Promise<void>((resolve) => {
      if (this.#underWay === 0) resolve();
      else this.#onIdle = resolve;
    });
    await inTime(closeMs, idle).catch(() => {
      for (const giveUp of this.#working) giveUp(new StoreUnavailable(closed));
    });
    await this.#pool.end();
  }

  async #counted<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new StoreUnavailable(closed);
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle?.();
    }
  }

  async #untilNoCollision<Result>(
    attempt: (client: pg.PoolClient) => Promise<Result>,
    deadline: Deadline,
  ): Promise<Result> {
    for (let collisions = 0; ; collisions += 1) {
      try {
        return await this.#withClient(attempt, deadline);
      } catch (error) {
        const pauseMs = this.#options.chance() * 20 * 2 ** collisions;
        if (!isCollision(error) || collisions === maxCollisions || deadline.leftMs < pauseMs) throw error;
        this.collisions += 1;
        await sleep(pauseMs);
      }
    }
  }

  /** Lends a connection; work that exceeds its time is cut off together with its connection. */
  async #withClient<Result>(
    work: (client: pg.PoolClient) => Promise<Result>,
    deadline: Deadline,
  ): Promise<Result> {
    const client = await this.#pool.lend(deadline);
    return new Promise<Result>((resolve, reject) => {
      let isLent = true;
      const refund = (isSound: boolean) => {
        if (!isLent) return;
        isLent = false;
        clearTimeout(timer);
        this.#working.delete(giveUp);
        client.release(!isSound);
      };
      const giveUp = (error: StoreUnavailable) => {
        refund(false);
        reject(error);
      };
      this.#working.add(giveUp);
      const timer = setTimeout(() => giveUp(deadline.passed()), deadline.leftMs);
      work(client).then(
        (result) => {
          const isOld = this.#options.login.isReadOnly(client);
          refund(!isOld && client.getTransactionStatus() === 'I');
          if (isOld) reject(new StoreUnavailable(readOnly));
          else resolve(result);
        },
        (error) => {
          refund(client.getTransactionStatus() === 'I' && isHarmless(error));
          reject(error);
        },
      );
    });
  }

  async #transaction<Result>(
    client: pg.PoolClient,
    work: (run: Run) => Promise<Result>,
    limit: keyof typeof stepMs,
  ): Promise<Result> {
    await this.#options.login.begin(client, limit === 'long' ? stepMs.long : statementMs);
    let result: Result;
    try {
      result = await work((text, values) => query(client, text, values));
    } catch (error) {
      // If this fails too, the connection is not used again.
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
    await commit(client);
    return result;
  }
}

/**
 * Confirms a transaction. A server that stops waiting for its standby reports that in a warning and confirms all the same
 * (PostgreSQL, section 26.2.8): a commit that only one machine has must not be acknowledged. After a failed statement the
 * answer is `ROLLBACK`.
 */
async function commit(client: pg.PoolClient): Promise<void> {
  let warning: string | undefined;
  const listen = (notice: {
    readonly severity?: string | undefined;
    readonly message?: string | undefined;
  }) => {
    if (notice.severity === 'WARNING') warning = notice.message;
  };
  client.on('notice', listen);
  try {
    const { command } = await asked(client, 'COMMIT');
    if (warning !== undefined) throw new StoreUnavailable(`The commit is in doubt: ${warning}`);
    if (command !== 'COMMIT') throw new StoreUnavailable('The transaction was taken back.');
  } finally {
    client.off('notice', listen);
  }
}

async function query<Row>(
  client: pg.PoolClient,
  text: string,
  values?: readonly unknown[],
  name?: string,
): Promise<Answer<Row>> {
  const { rows, rowCount } = await asked(client, text, values, name);
  return { rows: rows as Row[], count: rowCount ?? 0 };
}

function asked(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
  name = '',
): Promise<pg.QueryResult> {
  return client.query({ name, text, values: [...values] }).catch((error) => {
    throw unavailable(error);
  });
}
