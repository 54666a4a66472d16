/** The workers together: started, replaced when they die, ended, and added up. */

import { setTimeout as sleep } from 'node:timers/promises';
import { countersIn, sumOf, together } from '../metrics/aggregate.ts';
import { prometheusText } from '../metrics/prometheus-text.ts';
import type { Metric } from '../storage/port/port.ts';
import { drainMs } from './bind.ts';
import type { ProcessLog } from './log.ts';
import { reasonOf } from './process-lifecycle.ts';
import type { Ready } from './worker.ts';
import { Child } from './worker-handle.ts';

/** The pause before a worker is replaced: doubled each time it dies young, and the shortest again once it did not. */
const shortestPauseMs = 100;
const maxPauseMs = 30_000;
const youngMs = 60_000;

/** A worker cuts off its last requests after `drainMs`; this much later it is not asked any more. */
const mercyMs = 3_000;

export class Workers {
  readonly #count: number;
  readonly #log: ProcessLog;
  readonly #children = new Set<Child>();
  /** Listen, or did until they died. */
  readonly #listening = new Set<Child>();
  #address = {};
  #isEnding = false;
  #deaths = 0;
  /** The counters of those that died, as they were last read. */
  #before: readonly Metric[] = [];

  constructor(count: number, log: ProcessLog) {
    this.#count = count;
    this.#log = log;
  }

  /**
   * Resolves when all of them listen.
   *
   * @throws {CannotStart} if one cannot; then none is left.
   */
  async start(): Promise<Ready> {
    try {
      // The first finds out whether it can be done at all, makes the tables, and has the port chosen if need be.
      const ready = await this.#begin(1);
      const [, host = '', port = ''] = /^http:\/\/\[?(.*?)\]?:(\d+)$/.exec(ready.url) ?? [];
      this.#address = { HOST: host, PORT: port };
      const others = Array.from({ length: this.#count - 1 }, (_, i) => this.#begin(i + 2));
      await Promise.all(others);
      return ready;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Has all of them end in order. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    const late = setTimeout(() => {
      this.#log.error('workers did not end in time and were killed');
      this.kill();
    }, drainMs + mercyMs);
    for (const child of this.#children) child.end();
    await Promise.all([...this.#children].map(({ ended }) => ended));
    clearTimeout(late);
  }

  kill(): void {
    for (const child of this.#children) child.kill();
  }

  /** The metrics of all of them, as text. */
  async metrics(): Promise<string> {
    await Promise.all([...this.#listening].map((child) => child.ask()));
    const said = [...this.#listening].flatMap(({ number, metrics }) =>
      metrics ? [{ worker: number, ...metrics }] : [],
    );
    // The supervisor writes the log, and may lose lines too.
    const all = [...sumOf(said, [...this.#before, this.#log.metric()]), ...this.#ownMetrics()];
    return [prometheusText(all), together(said.map(({ ofProcess }) => ofProcess))].join('\n');
  }

  /** Begins one and watches it once it listens. */
  async #begin(number: number): Promise<Ready> {
    const child = this.#fork(number);
    const ready = await child.listening;
    this.#watch(child);
    return ready;
  }

  #fork(number: number): Child {
    const child = new Child(number, this.#count, this.#address, (lines) => this.#log.relay(lines));
    this.#children.add(child);
    child.listening.then(
      () => this.#listening.add(child),
      () => {},
    );
    child.ended.then(() => {
      this.#children.delete(child);
      if (!this.#listening.delete(child) || !child.metrics) return;
      this.#before = sumOf([], [...this.#before, ...countersIn(child.metrics.metrics)]);
    });
    return child;
  }

  /** Replaces it when it dies, and then whatever took its place, until the end. */
  async #watch(child: Child): Promise<void> {
    const worker = child.number;
    let pauseMs = shortestPauseMs / 2;
    for (let since = performance.now(); ; since = performance.now()) {
      const ended = await child.ended;
      if (this.#isEnding) return;
      this.#deaths += 1;
      const diedYoung = performance.now() - since < youngMs;
      pauseMs = diedYoung ? Math.min(pauseMs * 2, maxPauseMs) : shortestPauseMs;
      this.#log.error({ worker, ended, pauseMs }, 'worker died');
      await sleep(pauseMs);
      if (this.#isEnding) return;
      child = this.#replace(worker) ?? child;
    }
  }

  /** Nothing comes of it if the system has no room for another process. */
  #replace(worker: number): Child | undefined {
    const failed = (error: unknown) =>
      this.#log.error({ worker, reason: reasonOf(error) }, 'worker cannot start');
    try {
      const child = this.#fork(worker);
      child.listening.then(() => this.#log.info({ worker }, 'worker replaced'), failed);
      return child;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  #ownMetrics(): Metric[] {
    const deaths = { name: 'gatehouse_worker_deaths_total', help: 'Workers that died and were replaced.' };
    return [
      {
        kind: 'gauge',
        name: 'gatehouse_workers',
        help: 'Workers that listen.',
        samples: [{ value: this.#listening.size }],
      },
      { kind: 'counter', ...deaths, samples: [{ value: this.#deaths }] },
    ];
  }
}
