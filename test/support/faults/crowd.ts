/** People who use all nodes at once: they come, are recognised everywhere, and leave through any node. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Clients, Holding } from './clients.ts';
import type { Node } from './fleet.ts';
import type { Operation } from './operation.ts';

export interface CrowdOptions {
  readonly nodes: readonly Node[];
  readonly clients: Clients;
  /** People who come and go, and others who look whether those who are there are recognised. */
  readonly writers: number;
  readonly checkers: number;
}

/** How long after the end of a session nodes are watched for still accepting it. */
const watchedMs = 1_100;

/** Sessions that are kept in view. */
const inView = 60;

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #living: Holding[] = [];
  readonly #ended: Holding[] = [];
  readonly #loops: Promise<void>[];
  #isOver = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
    const { writers, checkers, nodes } = options;
    this.#loops = [
      ...Array.from({ length: writers }, (_, i) => this.#again(() => this.#live(i))),
      ...Array.from({ length: checkers }, () => this.#again(() => this.#look())),
      ...nodes.map((node) => this.#again(() => options.clients.health(node), 50)),
    ];
  }

  /** Resolves when all people have the answer to their last request. */
  async goHome(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #again(work: () => Promise<unknown>, pauseMs = 15): Promise<void> {
    while (!this.#isOver) {
      await work();
      await pause(pauseMs + Math.random() * pauseMs);
    }
  }

  /** A person's day: every step on another node. */
  async #live(turn: number): Promise<void> {
    const { nodes, clients } = this.#options;
    const owner = clients.person();
    await this.#untilAnswered((node) => clients.register(node, owner));
    const { outcome, session } = await this.#untilAnswered((node) => clients.login(node, owner));
    if (outcome !== 'done' || session === undefined) return;
    const holding = { id: session, contract: owner.contract };
    this.#see(this.#living, holding);
    await Promise.all(nodes.map((node) => clients.check(node, holding)));
    // Some stay, so that there are always old sessions too.
    if (turn === 0 || Math.random() < 0.3) return;
    // While others look, so that rows are read and remembered just as the session ends.
    const looks = nodes.map((node) => clients.check(node, holding));
    await this.#untilAnswered((node) => clients.logout(node, holding));
    if (this.#living.includes(holding)) this.#living.splice(this.#living.indexOf(holding), 1);
    this.#see(this.#ended, holding);
    await this.#watch(holding);
    await Promise.all(looks);
  }

  /** As people do behind a load balancer: without an answer they ask the next node, at 503 they wait a little. */
  async #untilAnswered(ask: (node: Node) => Promise<Operation>): Promise<Operation> {
    const { nodes } = this.#options;
    const first = Math.floor(Math.random() * nodes.length);
    for (let i = first; ; i += 1) {
      const operation = await ask(nodes[i % nodes.length] as Node);
      const { outcome } = operation;
      if (this.#isOver || (outcome !== 'unavailable' && outcome !== 'unanswered')) return operation;
      await pause(outcome === 'unavailable' ? 100 : 5);
    }
  }

  /** Asks all nodes for a session that has ended until none of them accepts it. */
  async #watch(holding: Holding): Promise<void> {
    const { nodes, clients } = this.#options;
    const until = performance.now() + watchedMs;
    do {
      const seen = await Promise.all(nodes.map((node) => clients.check(node, holding)));
      if (seen.every(({ outcome }) => outcome !== 'done')) return;
      await pause(10);
    } while (performance.now() < until && !this.#isOver);
  }

  async #look(): Promise<void> {
    const { nodes, clients } = this.#options;
    const whom = oneOf(Math.random() < 0.7 ? this.#living : this.#ended);
    const seen = whom && (await clients.check(oneOf(nodes) as Node, whom));
    if (seen?.outcome !== 'done') await pause(20);
  }

  #see(among: Holding[], holding: Holding): void {
    among.push(holding);
    if (among.length > inView) among.shift();
  }
}

function oneOf<Item>(items: readonly Item[]): Item | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
