/** Two nodes on the model of a database, the deeds that may happen to them, and a judge who looks at every answer. */

import type { Session } from '../../../src/storage/port/port.ts';
import { ModelDatabase, type Transaction } from './database.ts';
import type { Author, Deed } from './deeds.ts';
import { ManualClock } from './manual-clock.ts';
import { type Commit, type Delay, diesAt, idOf, ModelNode, sessionUsedAt } from './node.ts';

const trustMs = 1_000;
const epoch = 1_700_000_000_000;

/** Sessions with an even number are joe's, the others ann's. So many begin at once, others later. */
const owners = ['joe', 'ann'] as const;
const firstSessions = 4;

/** A session that never begins. */
const unknown = 1_000;

export class World {
  readonly clock = new ManualClock();
  readonly database = new ModelDatabase(() => this.clock.now);
  readonly nodes: readonly [ModelNode, ModelNode];
  /** What the wall clock is ahead of the monotonic one. */
  #wall = epoch;
  #begun = 0;
  /** Answers that break the rule. */
  readonly faults: string[] = [];

  constructor() {
    this.clock.install();
    const hear = (from: ModelNode, at: number) => {
      for (const other of this.nodes) if (other !== from) other.notify(at);
    };
    const node = () => new ModelNode(this.database, this.clock, hear);
    this.nodes = [node(), node()];
    while (this.#begun < firstSessions) this.#begin();
  }

  end(): void {
    this.clock.uninstall();
  }

  do(deed: Deed): void {
    switch (deed.do) {
      case 'check':
        return void this.#check(deed.of === null ? unknown : this.#numberOf(deed.of), deed.on, deed.rows);
      case 'end':
        return void this.#end(this.#numberOf(deed.of), deed.by, deed.commit);
      case 'begin':
        return void this.clock.sleep(deed.commit.commitMs).then(() => this.#begin());
      case 'disable':
      case 'enable':
        return void this.#change(deed.user, deed.do === 'disable', deed.by, deed.commit);
      case 'slow':
        this.nodes[deed.on].line = deed.line;
        return;
      case 'notify':
        for (let n = 0; n < deed.times; n += 1) this.nodes[deed.on].notify(n);
        return;
      case 'sweep':
        return void this.nodes[deed.on].feed.sweep(100).catch(() => {});
      case 'hold':
        return void this.#hold(deed.ms);
      case 'clock':
        this.#wall = epoch + deed.byMs;
        return;
      case 'reconnect':
        return void this.#reconnect(this.nodes[deed.on], deed.afterMs);
      case 'fail over':
        this.#failOver(deed.lost, deed.isNoticed, deed.afterMs);
        return;
      case 'empty': {
        const transaction = this.database.begin();
        this.#ending(idOf(this.#numberOf(deed.of)).idHash)(transaction);
        this.database.commit(transaction);
        this.database.emptyFeed();
      }
    }
  }

  /** Lets time pass, and looks into both caches all the while. */
  async pass(ms: number): Promise<void> {
    for (let left = ms, looks = 0; left >= 0; looks += 1) {
      const step = looks < 20 ? Math.min(left, 100) : left;
      await this.clock.pass(step);
      this.#peek();
      left -= Math.max(step, 1);
    }
  }

  /**
   * With lines that work again every second check is answered from the cache; returns those that are not. An expired session
   * is not cached: its use on another node would revive it.
   */
  async settle(): Promise<string[]> {
    for (const node of this.nodes) node.line = fast;
    await this.clock.pass(35_000);
    for (const node of this.nodes) node.connect();
    for (const on of [0, 1] as const) {
      this.do({ do: 'sweep', on });
      await this.clock.pass(2_000);
    }
    const missed: string[] = [];
    for (const on of [0, 1] as const) {
      for (const n of [unknown, ...Array.from({ length: this.#begun }, (_, i) => i)]) {
        await Promise.all([this.#check(n, on, fast), this.clock.pass(5)]);
        const found = this.database.find(idOf(n).idHash);
        const isExpired = found && this.#wall + this.clock.now >= diesAt(found.session);
        const known = this.nodes[on].cache.find(idOf(n).idHash, this.#wall + this.clock.now);
        if (known === undefined && !isExpired) missed.push(`session ${n} on ${on}`);
      }
    }
    return missed;
  }

  #numberOf(of: number): number {
    return Math.max(0, this.#begun - 1 - of);
  }

  async #check(n: number, on: 0 | 1, rows: Delay): Promise<void> {
    const { id, idHash } = idOf(n);
    const [node, at, now] = [this.nodes[on], this.clock.now, this.#wall + this.clock.now];
    const since = this.#since(node, idHash);
    node.rows = rows;
    const isAccepted = await node.check(id, now).catch(() => undefined);
    if (isAccepted !== undefined)
      this.#judge({ idHash, isAccepted, now, since }, `check of ${n} at ${at} on ${on}`);
  }

  #peek(): void {
    const now = this.#wall + this.clock.now;
    for (const node of this.nodes) {
      for (let n = 0; n < this.#begun; n += 1) {
        const { idHash } = idOf(n);
        const known = node.cache.find(idHash, now);
        const since = this.#since(node, idHash);
        const what = `session ${n} at ${this.clock.now} on ${this.nodes.indexOf(node)}`;
        if (known !== undefined) this.#judge({ idHash, isAccepted: known !== null, now, since }, what);
      }
    }
  }

  /** States that were over by this instant count no more: a second ago, or an end that this node has acknowledged. */
  #since(node: ModelNode, idHash: string): number {
    return Math.max(this.clock.now - trustMs, node.ended.get(idHash) ?? 0);
  }

  /** An answer is right if it is that of a state that was over after `since`. */
  #judge(
    answer: {
      readonly idHash: string;
      readonly isAccepted: boolean;
      readonly now: number;
      readonly since: number;
    },
    what: string,
  ): void {
    const { history } = this.database;
    for (
      let n = history.length - 1, overAt = Number.POSITIVE_INFINITY;
      n >= 0 && overAt > answer.since;
      n -= 1
    ) {
      const session: Session | undefined = history[n]?.live.get(answer.idHash);
      const isAlive = session !== undefined && answer.now < diesAt(session);
      if (isAlive === answer.isAccepted) return;
      overAt = history[n]?.at ?? 0;
    }
    this.faults.push(`${what}: ${answer.isAccepted ? 'accepted' : 'refused'}`);
  }

  #begin(): void {
    const n = this.#begun;
    const made = sessionUsedAt(`handle-${n}`, owners[n % 2] as string, this.#wall + this.clock.now);
    const transaction = this.database.begin();
    transaction.changes.push(({ sessions }) => sessions.set(idOf(n).idHash, made));
    this.database.commit(transaction);
    this.#begun += 1;
  }

  #ending(idHash: string): (transaction: Transaction) => void {
    return (transaction) => {
      this.database.write(transaction, 'session', idHash);
      transaction.changes.push(({ sessions }) => sessions.delete(idHash));
    };
  }

  async #end(n: number, by: Author, commit: Commit): Promise<void> {
    const { idHash } = idOf(n);
    await this.#by(by, this.#ending(idHash), commit, { idHash }, [idHash]);
  }

  async #change(user: 0 | 1, isDisabled: boolean, by: Author, commit: Commit): Promise<void> {
    const userId = owners[user];
    const work = (transaction: Transaction) => {
      this.database.write(transaction, 'user', userId);
      transaction.changes.push(({ disabled }) =>
        isDisabled ? disabled.add(userId) : disabled.delete(userId),
      );
    };
    const own = Array.from({ length: this.#begun }, (_, n) => n).filter((n) => n % 2 === user);
    await this.#by(by, work, commit, { userId }, isDisabled ? own.map((n) => idOf(n).idHash) : []);
  }

  async #by(
    by: Author,
    work: (transaction: Transaction) => void,
    commit: Commit,
    revoked: Parameters<ModelNode['step']>[1],
    ended: readonly string[],
  ): Promise<void> {
    if (by === 'operator') return void (await this.nodes[0].step(work, {}, commit));
    const node = this.nodes[by];
    const { server } = this.database;
    const committedAt = await node.step(work, revoked, commit);
    if (committedAt === undefined || server !== this.database.server) return;
    for (const idHash of ended) node.ended.set(idHash, committedAt);
    this.#peek();
  }

  /** A transaction of something else holds the oldest snapshot back. */
  async #hold(ms: number): Promise<void> {
    const transaction = this.database.begin();
    await this.clock.sleep(ms);
    this.database.commit(transaction);
  }

  async #reconnect(node: ModelNode, afterMs: number): Promise<void> {
    node.disconnect();
    await this.clock.sleep(afterMs);
    node.connect();
  }

  /** What was acknowledged may be lost. Behind a pooler a node may not notice that it is connected to another server. */
  #failOver(lost: number, isNoticed: boolean, afterMs: number): void {
    this.database.failOver(lost);
    for (const node of this.nodes) {
      node.ended.clear();
      if (isNoticed) void this.#reconnect(node, afterMs);
    }
  }
}

const fast: Delay = { evaluatedMs: 1, answeredMs: 1 };
