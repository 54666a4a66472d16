/** A trial: people use all nodes while something goes wrong, and afterwards everything that was promised is checked. */

import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { isFull } from '../length.ts';
import { within } from '../process.ts';
import { askAgain } from './afterwards.ts';
import { Clients, type Holding } from './clients.ts';
import { Crowd } from './crowd.ts';
import { figuresOf } from './figures.ts';
import { complaints, type Node } from './fleet.ts';
import type { Operation } from './operation.ts';
import {
  type Circumstances,
  type Down,
  type Interval,
  type Lost,
  violations,
  type Window,
} from './verdict.ts';

/** How soon `/readyz` says that the store is away, and how soon everything works once it is back (ruling N6). */
const noticedMs = 2_000;
const recoveryMs = 5_000;

/** The end of time, for what is not over yet. */
const open = Number.POSITIVE_INFINITY;

type Open<Kind extends Interval> = { -readonly [Name in keyof Kind]: Kind[Name] };

export interface TrialOptions {
  readonly writers?: number;
  readonly checkers?: number;
}

export class Trial {
  readonly nodes: readonly Node[];
  readonly clients = new Clients();
  readonly #crowd: Crowd;
  readonly #windows: Window[] = [];
  readonly #down: Open<Down>[] = [];
  #lost: Lost | undefined;
  #slackMs = 500;
  readonly #late: string[] = [];

  constructor(nodes: readonly Node[], options: TrialOptions = {}) {
    this.nodes = nodes;
    const { writers = isFull ? 8 : 4, checkers = isFull ? 12 : 5 } = options;
    this.#crowd = new Crowd({ nodes, clients: this.clients, writers, checkers });
    onTestFinished(() => this.#crowd.goHome());
  }

  /**
   * What is added to a time that was promised: half a second, and what a busy machine takes five times over to do
   * everything once while nothing is wrong. The test, the nodes and the server share its cores, and others may too.
   */
  get slackMs(): number {
    return this.#slackMs;
  }

  /** Where everything takes more than half a second, waits of 1.5 seconds end in 503 without any fault. */
  get isOverloaded(): boolean {
    return this.#slackMs > 3_000;
  }

  /** Resolves when people have come and gone on all nodes. */
  async warm(): Promise<this> {
    const { record } = this.clients;
    const done = (kind: Operation['kind'], node: Node) =>
      record.some((one) => one.kind === kind && one.node === node.number && one.outcome === 'done');
    const kinds = ['register', 'login', 'logout'] as const;
    const isWarm = () => this.nodes.every((node) => kinds.every((kind) => done(kind, node)));
    const waited = async () => {
      while (!isWarm()) await pause(5);
    };
    await within(60_000, waited(), 'people on all nodes');
    const begunAt = performance.now();
    await Promise.all(this.nodes.map((node) => this.#works(node)));
    this.#slackMs += 5 * (performance.now() - begunAt);
    return this;
  }

  /** Sessions that every node has just recognised. */
  async guests(many = 10): Promise<Holding[]> {
    const { clients, nodes } = this;
    return Promise.all(
      Array.from({ length: many }, async () => {
        const owner = clients.person();
        await clients.register(nodes[0] as Node, owner);
        const { session = '' } = await clients.login(nodes[0] as Node, owner);
        const holding = { id: session, contract: owner.contract };
        for (const node of nodes) await clients.check(node, holding);
        return holding;
      }),
    );
  }

  /** A fault begins, for all nodes or for some. */
  fault(nodes = this.nodes): Window {
    const window = { from: performance.now(), until: open, nodes: nodes.map(({ number }) => number) };
    this.#windows.push(window);
    return window;
  }

  /** A node goes away. */
  down(node: Node, how: Down['how']): Interval {
    const interval = { from: performance.now(), until: open, node: node.number, how };
    this.#down.push(interval);
    return interval;
  }

  /** The node is back. */
  up(interval: Interval): void {
    (interval as Open<Interval>).until = performance.now();
  }

  /** The server is gone, and what it acknowledged since an instant may be lost with it, or only what was seen of it. */
  lose(what: Lost['what'], from: number): void {
    this.#lost = { what, from, until: performance.now() };
  }

  /** Resolves when nodes say that they are not ready. */
  async away(nodes = this.nodes): Promise<void> {
    await Promise.all(
      nodes.map(async ({ client }) => {
        while ((await client.get('/readyz')).status !== 503) await pause(10);
      }),
    );
  }

  /** Resolves when nodes say that they are not ready, which has to be soon after the fault began. */
  async noticed({ from }: Window, nodes = this.nodes): Promise<void> {
    await this.away(nodes);
    this.measured('a fault was noticed after', performance.now() - from, noticedMs);
  }

  /** The fault is over: resolves when everything works on nodes, which has to be soon. From then on nothing is excused. */
  async recovered(window: Window, nodes = this.nodes): Promise<void> {
    const overAt = performance.now();
    await Promise.all(
      nodes.map(async (node) => {
        while (!(await this.#works(node))) await pause(20);
      }),
    );
    (window as Open<Interval>).until = performance.now();
    this.measured('everything worked again after', performance.now() - overAt, recoveryMs);
  }

  /** Notes a time, and how much was promised, if anything was. */
  measured(what: string, ms: number, maxMs = Number.POSITIVE_INFINITY): void {
    const text = `${what} ${Math.round(ms)} ms`;
    show(text);
    if (ms > maxMs + this.#slackMs)
      this.#late.push(`${text}: promised were ${maxMs}, and ${Math.round(this.#slackMs)} on this machine`);
  }

  /** Whether a node does everything it is there for. */
  async #works(node: Node): Promise<boolean> {
    const { clients } = this;
    if ((await node.client.get('/readyz')).status !== 200) return false;
    const owner = clients.person();
    if ((await clients.register(node, owner)).outcome !== 'done') return false;
    const { outcome, session } = await clients.login(node, owner);
    if (outcome !== 'done' || session === undefined) return false;
    const holding = { id: session, contract: owner.contract };
    if ((await clients.check(node, holding)).outcome !== 'done') return false;
    return (await clients.logout(node, holding)).outcome === 'done';
  }

  /** Ends the trial: what was acknowledged is asked for once more, and everything that was broken is returned. */
  async end(): Promise<string[]> {
    await this.#crowd.goHome();
    await askAgain(this.clients, this.nodes);
    show(JSON.stringify(figuresOf(this.clients.record)));
    const broken = violations(this.clients.record, this.circumstances);
    return [...broken, ...this.#late, ...complaints(this.nodes)];
  }

  /** Checks that were asked and accepted within an interval. */
  accepted(interval: Interval): Operation[] {
    return this.#doneWithin(interval).filter(({ kind }) => kind === 'check');
  }

  /** What was asked to be written and acknowledged within an interval. */
  acknowledged(interval: Interval): Operation[] {
    return this.#doneWithin(interval).filter(({ kind }) => kind !== 'check' && kind !== 'health');
  }

  #doneWithin({ from, until }: Interval): Operation[] {
    return this.clients.record.filter(
      ({ outcome, startedAt, endedAt }) => outcome === 'done' && startedAt > from && endedAt < until,
    );
  }

  get circumstances(): Circumstances {
    const { slackMs, isOverloaded } = this;
    return { windows: this.#windows, down: this.#down, lost: this.#lost, slackMs, isOverloaded };
  }
}

/** In the full form, whatever was measured is shown. */
function show(text: string): void {
  if (!isFull) return;
  process.stderr.write(`${expect.getState().currentTestName}: ${text}\n`);
}
